"""What clauses about layers and lists say, in sentences of one language: for terminal, letter and files."""

from __future__ import annotations

from decimal import Decimal

from lantu.core.units import convert, round_half_up
from lantu.lawbook import Lawbook, Words, message
from lantu.transmission.clauses import Judged, Patch


def sentence(judged: Judged, book: Lawbook, language: str) -> str:
    """Return a clause in one sentence: areas in 公顷, kinds of layer by their names."""
    params = {name: _said(name, value, language) for name, value in judged.finding.params.items()}
    kind = str(params.get("layer", ""))
    if kind in book.layer_kinds:
        params["layer"] = f"{in_words(book.layer_kinds[kind].name, language)} {kind}"
    return message(judged.finding.message, language, **params)


def _said(name: str, value: object, language: str) -> object:
    if isinstance(value, Words):
        return in_words(value, language)
    return hectares(value) if name.endswith("_m2") and isinstance(value, Decimal) else value


def place(patch: Patch, language: str) -> str:
    """Return a patch in a line: what, how much, how wide, where, whose."""
    detail = "，".join(value for value in patch.detail.values() if value)
    return message(
        "transmission.place", language, what=message(f"transmission.what_{patch.what}", language),
        area=hectares(patch.area_m2), width=f"{patch.width_m:.1f}", lon=f"{patch.place[0]:.5f}",
        lat=f"{patch.place[1]:.5f}", detail=f"（{detail}）" if detail else "",
    )  # fmt: skip


def in_words(said: Words, language: str) -> str:
    """Return words in a language."""
    return said.en if language == "en" else said.zh


def hectares(m2: float | Decimal) -> str:
    """Return an area in 公顷, four decimals: the square metre."""
    return f"{round_half_up(convert(Decimal(m2), '平方米', '公顷'), 4):,}"
