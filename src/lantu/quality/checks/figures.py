"""图数一致: the same figure in the table of indicators, the layers, the text, the reply, the plan above."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lantu.approvals.plan_text import unread
from lantu.core.finding import Answer
from lantu.core.operators import AT_LEAST, AT_MOST, EQUAL, SIGNS
from lantu.core.units import UNITS, convert, round_half_up
from lantu.quality.figures import (
    Row,
    Side,
    Told,
    page_of,
    table_rows,
    text_read,
    told_by_reference,
    told_by_table,
)
from lantu.quality.findings import CannotTell, Defect, NotApplicable, Said
from lantu.quality.layer_figures import layer_figures, one_feature, other_field, outside
from lantu.quality.workspace import Workspace


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two figures in one unit, as published.

    Attributes:
        op: how the first should stand to the second.
        step: the last decimal of publication.
    """

    one: Told
    other: Told
    op: str
    unit: str
    exact: tuple[Fraction, Fraction]
    shown: tuple[Decimal, Decimal]
    decimals: int

    @property
    def good(self) -> bool:
        return _holds(self.op, *self.shown)

    @property
    def step(self) -> Fraction:
        return Fraction(1, 10**self.decimals)

    @property
    def only_rounded(self) -> int | None:
        """With how few decimals the two agree, where one is written with fewer than its unit has."""
        for decimals in sorted({d for d in (self.one.decimals, self.other.decimals) if d is not None}):
            if decimals < self.decimals and _holds(
                EQUAL, *(round_half_up(each, decimals) for each in self.exact)
            ):
                return decimals
        return None


def _holds(op: str, one: Decimal, other: Decimal) -> bool:
    return {AT_LEAST: one >= other, AT_MOST: one <= other, EQUAL: one == other}[op]


def figures_agree(work: Workspace, *, one: Side, other: Side, equal: bool = False) -> Iterator[Defect]:
    """Every figure of one side stands to the other side's as that one binds: not looser, or equal.

    Compared as published: both rounded half up to the decimals of the unit. What is only said differently
    because one side is written with fewer decimals is for a person, and so is a sum whose formula was not
    seen in a published source, and a sentence that the reader is not sure of. A difference is explained where
    something accounts for it: another unit, another field, the area of the shapes, features outside the
    county, one feature.

    A statement of the text that does not say how it binds is held against the layers; without a figure
    there, against the other side. Figures in units nobody knows are the rules' on the table.

    Args:
        equal: whether the two must be equal, though each may bind as a limit.

    Raises:
        CannotTell: a side that should be there is not; NotApplicable: one that need not be, or no indicator
            has a figure on both.
    """
    ours, theirs = _told(work, one), _told(work, other)
    compared = False
    for defect in (*_lost(work, one, theirs), *_lost(work, other, ours), *_unread_above(work, one, other)):
        compared = True
        yield defect
    for binding in _once(theirs):
        own = [each for each in _once(ours) if (each.key, each.year) == (binding.key, binding.year)]
        for told in own:
            if _elsewhere(work, one, other, told, binding):
                continue
            compared = True
            yield from _pair_defects(work, told, binding, equal)
        if not own and other in ("reply", "upper") and one != "layers":
            compared = True
            yield _absent(work, one, binding)
    if not compared:
        raise NotApplicable("quality.no_common_figure")


def text_figures_read(work: Workspace) -> Iterator[Defect]:
    """Figures of required indicators in the plan's text can be read; what cannot is asked about."""
    names = _required_names(work)
    read = text_read(work)
    texts = {document.file: document.text for document in work.package.documents}
    for file, question in (
        (file, each) for file in texts for each in unread([q for f, q in read.questions if f == file])
    ):
        start, end = question.span
        around = "".join(texts[file][max(0, start - 40) : end + 10].split())
        if any(name in around for name in names):
            yield Defect(
                file, (question.code, around), answer=Answer.NEEDS_PERSON,
                params={"text": around, "character": question.params.get("character", "–")},
            )  # fmt: skip
    if not read.told and not read.questions:
        raise CannotTell("quality.text_says_nothing", where=work.package.documents[0].file)


def _required_names(work: Workspace) -> set[str]:
    known = page_of(work.book)["required"]["indicators"]
    return {
        name
        for key in known
        for name in (work.book.indicators[key].name.zh, *work.book.indicators[key].aliases)
    }


def _unread_above(work: Workspace, one: Side, other: Side) -> Iterator[Defect]:
    """Figures of required indicators that are handed down and could not be read are asked about once."""
    if (one, other) != ("table", "upper"):
        return
    names = _required_names(work)
    for words in work.reference.upper_unread:
        if any(name in words for name in names):
            yield Defect(
                "", ("upper unread", words), params={"text": words}, answer=Answer.NEEDS_PERSON,
                message="quality.upper_figure_unread",
            )  # fmt: skip


def _told(work: Workspace, side: Side) -> tuple[Told, ...]:
    match side:
        case "table":
            return told_by_table(work)
        case "layers":
            return layer_figures(work).told
        case "text":
            return text_read(work).told
        case _:
            return told_by_reference(work, side)


def _once(told: tuple[Told, ...]) -> list[Told]:
    """What a text says in several places is held against the other side once: by its plainest sentence."""
    seen: dict[tuple[object, ...], Told] = {}
    for each in sorted(told, key=lambda one: (not one.plain, one.op == EQUAL)):
        base = each.value * UNITS[each.unit].factor if each.unit in UNITS else each.value
        seen.setdefault((each.key, each.year, base, each.rows), each)
    return [each for each in told if each in seen.values()]


def _lost(work: Workspace, side: Side, others: tuple[Told, ...]) -> Iterator[Defect]:
    """Figures of the layers that should be there and cannot be told, where the other side has one."""
    if side != "layers":
        return
    wanted = {(each.key, each.year): each for each in others}
    for key, why in layer_figures(work).lost.items():
        if key in wanted:
            yield Defect(
                str(why.params.get("layer", "")), (*map(str, key), why.code), params=dict(why.params),
                answer=Answer.CANNOT_TELL, message=why.code,
            )  # fmt: skip


def _elsewhere(work: Workspace, one: Side, other: Side, told: Told, binding: Told) -> bool:
    """Say whether a text's plain statement is better held against another side."""
    text = told if one == "text" else binding if other == "text" else None
    if text is None or text.op != EQUAL or "layers" in (one, other):
        return False
    return any((e.key, e.year) == (text.key, text.year) for e in layer_figures(work).told)


def _pair_defects(work: Workspace, one: Told, other: Told, equal: bool) -> Iterator[Defect]:
    pair = _pair(work, one, other, EQUAL if equal else other.op)
    if pair is None:
        yield Defect(
            one.layer, (one.key, str(one.year), other.side, "unit"), one.rows, answer=Answer.CANNOT_TELL,
            message="quality.figures_unlike",
            params=_names(one, other) | {"unit": one.unit, "other_unit": other.unit},
        )  # fmt: skip
        return
    if pair.good or (_states(one, other) and _is_the_tables(work, pair)):
        return
    message, params = _explained(work, pair)
    sure = one.plain and other.plain and one.verified and other.verified
    rounded = message == "quality.figures_rounded"
    found = params.pop("row", None)
    yield Defect(
        one.layer, (one.key, str(one.year), other.side, *([one.layer] if one.side == "text" else [])),
        [found] if isinstance(found, int) and one.side == "layers" else one.rows,
        answer=Answer.FAIL if sure and not rounded else Answer.NEEDS_PERSON,
        measured=pair.shown[0], required=pair.shown[1], unit=pair.unit, message=message, params=params,
    )  # fmt: skip


def _states(one: Told, other: Told) -> bool:
    return EQUAL in (one.op, other.op) and "text" in (one.side, other.side)


def _is_the_tables(work: Workspace, pair: _Pair) -> bool:
    """Say whether a statement of the text is what the table has for its year, or for any if it says none."""
    text = pair.one if pair.one.side == "text" else pair.other
    try:
        table = [
            e for e in told_by_table(work) if e.key == text.key and (e.year == text.year or not text.dated)
        ]
    except Said:
        return False
    pairs = [_pair(work, text, each, EQUAL) for each in table]
    return any(each is not None and each.good for each in pairs)


def _pair(work: Workspace, one: Told, other: Told, op: str) -> _Pair | None:
    """Bring two figures into one unit: the other's, else one that is published; None for unlike ones."""
    unit = (
        other.unit if other.unit in work.book.unit_rules or one.unit not in work.book.unit_rules else one.unit
    )
    if one.unit not in UNITS or other.unit not in UNITS:
        return None
    if UNITS[one.unit].dimension is not UNITS[other.unit].dimension:
        return None
    exact = convert(one.value, one.unit, unit), convert(other.value, other.unit, unit)
    rule = work.book.unit_rules.get(unit)
    decimals = rule.decimals if rule else max(one.decimals or 0, other.decimals or 0)
    shown = round_half_up(exact[0], decimals), round_half_up(exact[1], decimals)
    return _Pair(one, other, op, unit, exact, shown, decimals)


def _absent(work: Workspace, one: Side, binding: Told) -> Defect:
    """An indicator that binds and of which the table, or the text, has no figure for the year."""
    rows: tuple[int, ...] = ()
    if one == "text":
        kind = where = work.package.documents[0].file
        answer, message = Answer.NEEDS_PERSON, "quality.figure_absent"
    else:
        sheet, table = table_rows(work)
        kind, where = sheet.kind, sheet.source.where
        row = next((each for each in table if each.ours and each.key == binding.key), None)
        rows = (row.row,) if row else ()
        answer, message = _why_absent(row, page_of(work.book)["years"], binding.year)
    return Defect(
        kind, (binding.key, str(binding.year), binding.side, "absent"), rows, answer=answer, message=message,
        params={
            "indicator": binding.name, "year": binding.year, "here": where, "other": binding.where,
            "sign": SIGNS[binding.op], "value": round_half_up(binding.value, binding.decimals or 0),
            "unit": binding.unit,
        },
    )  # fmt: skip


def _why_absent(row: Row | None, years: Mapping[str, object], year: int) -> tuple[Answer, str]:
    kinds = {column: cell.kind for column, cell in row.cells.items()} if row else {}
    if not set(kinds.values()) - {"empty"}:
        return Answer.FAIL, "quality.figure_absent"
    own = next((kind for column, kind in kinds.items() if years[column] == year), "empty")
    if own in ("odd", "number"):  # it stands there, and the rules on the table say why it cannot be read
        return Answer.CANNOT_TELL, "quality.figure_of_year_unread"
    return Answer.NEEDS_PERSON, "quality.figure_of_year_absent"


def _names(one: Told, other: Told) -> dict[str, object]:
    return {"indicator": one.name, "year": one.year, "here": one.where, "other": other.where}


def _explained(work: Workspace, pair: _Pair) -> tuple[str, dict[str, object]]:
    """Return the sentence that says where the difference comes from, and its params."""
    params = _names(pair.one, pair.other) | {
        "value": pair.shown[0], "required": pair.shown[1], "unit": pair.unit, "sign": SIGNS[pair.op],
        "difference": _difference(pair), "decimals": pair.decimals,
    }  # fmt: skip
    if (decimals := pair.only_rounded) is not None:
        return "quality.figures_rounded", params | {"decimals": decimals}
    if (other := _other_unit(pair)) is not None:
        return "quality.figures_unit", params | dict(other)
    if "layers" in (pair.one.side, pair.other.side):
        found = _in_layers(work, pair)
        if found is not None:
            return found[0], params | dict(found[1])
    return "quality.figures_differ", params


def _difference(pair: _Pair) -> Decimal:
    return abs(pair.shown[0] - pair.shown[1])


def _other_unit(pair: _Pair) -> Mapping[str, object] | None:
    """Return the unit in which one figure would be the other."""
    for told, value, should in (
        (pair.one, pair.one.value, pair.exact[1]),
        (pair.other, pair.other.value, pair.exact[0]),
    ):
        for unit in UNITS.values():
            if unit.dimension is UNITS[told.unit].dimension and unit.name != told.unit and value:
                meant = convert(value, unit.name, pair.unit)
                if round_half_up(meant, pair.decimals) == round_half_up(should, pair.decimals):
                    return {"whose": told.where, "meant": unit.name, "written": told.unit}
    return None


def _in_layers(work: Workspace, pair: _Pair) -> tuple[str, Mapping[str, object]] | None:
    """Look in the features for what accounts for the difference."""
    mine = pair.one.side == "layers"
    layer, own = (pair.one, pair.exact[0]) if mine else (pair.other, pair.exact[1])
    should = pair.shown[1] if mine else pair.shown[0]
    for field, sum_m2 in other_field(work, layer.key):
        if round_half_up(convert(sum_m2, "平方米", pair.unit), pair.decimals) == should:
            return ("quality.figures_field" if field else "quality.figures_shapes"), {"field": field}
    strange = outside(work, layer.key)
    if strange is not None:
        rest = own - convert(strange[1], "平方米", pair.unit)
        if round_half_up(rest, pair.decimals) == should:
            amount = round_half_up(convert(strange[1], "平方米", pair.unit), pair.decimals)
            return "quality.figures_outside", {"strange": len(strange[0]), "amount": amount}
    surplus, half = own - Fraction(should), pair.step / 2
    # Where rounding alone is a good part of the difference, any feature would fit.
    if surplus >= 10 * pair.step:
        factor = UNITS[pair.unit].factor
        row = one_feature(work, layer.key, (surplus - half) * factor, (surplus + half) * factor)
        if row is not None:
            key = work.sheets[layer.layer].keys[row]
            return "quality.figures_feature", {"row": row, "key": key}
    return None
