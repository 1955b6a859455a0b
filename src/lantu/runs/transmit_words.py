"""What clauses say, in sentences of one language: for terminal, letter and files."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from lantu.core.units import convert, round_half_up
from lantu.lawbook import Lawbook, Words, message
from lantu.transmission.clauses import Judged, Missed, Patch
from lantu.transmission.judgement import Judgement

_AS_IT_IS: Mapping[str, str] = MappingProxyType({})


def figure_sentence(row: Judgement, language: str) -> str:
    """Return a judgement of figures in one sentence; why a plan gives no figure is told of whom."""
    finding = row.finding
    told = message(finding.message, language, **finding.params)
    if not finding.message.startswith("transmission.gap_"):
        return told
    params = {name: finding.params[name] for name in ("lower", "indicator", "year")}
    return message("transmission.untold", language, **params, why=told)


def sentence(judged: Judged, book: Lawbook, language: str, codes: Mapping[str, str] = _AS_IT_IS) -> str:
    """Return a clause in a sentence or two: areas in 公顷, kinds of layer by their names, slivers apart.

    Args:
        codes: message code → the one to say instead.
    """
    params = {name: _said(name, value, language) for name, value in judged.finding.params.items()}
    kind = str(params.get("layer", ""))
    if kind in book.layer_kinds:
        name = in_words(book.layer_kinds[kind].name, language)
        params["layer"] = f"{name} ({kind})" if language == "en" else f"{name}（{kind}）"
    code = codes.get(judged.finding.message, judged.finding.message)
    told = message(code, language, **params)
    if not judged.slivers.count:
        return told
    area = f"{round_half_up(Decimal(judged.slivers.area_m2), 2):,}"
    return told + message("transmission.slivers", language, count=judged.slivers.count, area=area)


def _said(name: str, value: object, language: str) -> object:
    if isinstance(value, Words):
        return in_words(value, language)
    return hectares(value) if name.endswith("_m2") and isinstance(value, Decimal) else value


def place(patch: Patch, language: str) -> str:
    """Return a patch in a line: what, how much, how wide, where, whose."""
    said = [value for value in patch.detail.values() if value]
    detail = f" ({', '.join(said)})" if language == "en" else f"（{'，'.join(said)}）"
    return message(
        "transmission.place", language, what=message(f"transmission.what_{patch.what}", language),
        area=hectares(patch.area_m2), width=f"{patch.width_m:.1f}", lon=f"{patch.place[0]:.5f}",
        lat=f"{patch.place[1]:.5f}", detail=detail if said else "",
    )  # fmt: skip


def missed(item: Missed, language: str) -> str:
    """Return an item of a list that is not there, or not beyond doubt, in a line."""

    def named(name: str, code: str) -> str:
        return f"{name} {code}".strip()

    return message(
        f"transmission.item_{item.what}", language, item=named(item.name, item.code),
        other=named(item.other, item.other_code),
    )  # fmt: skip


def in_words(said: Words, language: str) -> str:
    """Return words in a language."""
    return said.en if language == "en" else said.zh


def hectares(m2: float | Decimal) -> str:
    """Return an area in 公顷, four decimals: the square metre."""
    return f"{round_half_up(convert(Decimal(m2), '平方米', '公顷'), 4):,}"
