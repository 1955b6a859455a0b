"""Rows of the table of indicators (规划指标表): names, units, figures, attributes, what must be there."""

from __future__ import annotations

from collections.abc import Iterator

from lantu.core.finding import Answer
from lantu.core.operators import AT_LEAST, AT_MOST
from lantu.core.units import UNITS
from lantu.lawbook.checking import normal_name
from lantu.quality.figures import (
    COLUMNS,
    Column,
    Row,
    dimensions_of,
    direction_of,
    indicator_of,
    page_of,
    table_rows,
    term_of,
    unit_named,
)
from lantu.quality.findings import Defect, NotApplicable
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Workspace

_ATTRIBUTES = {"binding": "约束性", "anticipated": "预期性"}
_TARGETS: tuple[Column, ...] = ("near", "target")
SLACK = "quality.target_slack"


def indicator_known(work: Workspace) -> Iterator[Defect]:
    """Every row names an indicator that the lawbook, or a standard it lists, knows.

    Yields:
        For a person: one defect per unknown name. A row without a name fails.
    """
    sheet, rows = _some_rows(work)
    lists = [group["indicators"] for group in page_of(work.book)["known"]]
    listed = {normal_name(name) for names in lists for name in names}
    by_name: dict[str, list[int]] = {}
    for row in rows:
        if indicator_of(work.book, row.name) or term_of(work, row.name) or normal_name(row.name) in listed:
            continue
        by_name.setdefault(normal_name(row.name), []).append(row.row)
    for name, found in sorted(by_name.items()):
        yield Defect(
            sheet.kind, ("name", name), found, params={"indicator": name},
            answer=Answer.NEEDS_PERSON if name else Answer.FAIL,
            message=None if name else "quality.indicator_unnamed",
        )  # fmt: skip


def indicator_unit(work: Workspace) -> Iterator[Defect]:
    """The unit of a row measures what its indicator is measured in; unknown ones are not judged."""
    sheet, rows = _some_rows(work)
    for row in rows:
        wanted = dimensions_of(work, row.name)
        if not wanted:
            continue
        unit = unit_named(row.unit)
        if unit is not None and UNITS[unit].dimension in wanted:
            continue
        usual = "、".join(each.name for each in UNITS.values() if each.dimension in wanted)
        known = indicator_of(work.book, row.name)
        empty = not row.unit
        yield Defect(
            sheet.kind, ("unit", row.key, row.area), [row.row],
            answer=Answer.FAIL if unit is not None or empty else Answer.NEEDS_PERSON,
            message="quality.indicator_without_unit" if empty else None,
            params={"indicator": row.name, "unit": row.unit, "usual": known.unit if known else usual},
        )  # fmt: skip


def indicator_figures(work: Workspace) -> Iterator[Defect]:
    """What stands in the columns of figures is a number, nothing, or what another authority hands down."""
    sheet, rows = _some_rows(work)
    names = page_of(work.book)["columns"]
    for row in rows:
        for column in COLUMNS:
            cell = row.cells[column]
            if cell.kind == "odd":
                yield Defect(
                    sheet.kind, ("figure", row.key, row.area, names[column]), [row.row],
                    answer=Answer.NEEDS_PERSON,
                    params={
                        "indicator": row.name, "field": names[column], "text": cell.text,
                        "characters": _characters(cell.text),
                    },
                )  # fmt: skip


def _characters(text: str) -> str:
    """Name what is no digit, point or plain character, so that somebody can find it."""
    odd = [each for each in dict.fromkeys(text) if not each.isascii() and not "\u4e00" <= each <= "\u9fff"]
    return "、".join(f"U+{ord(each):04X}" for each in odd) or "–"


def indicator_attribute(work: Workspace) -> Iterator[Defect]:
    """约束性 or 预期性, as the lawbook has it; other indicators have either.

    Raises:
        NotApplicable: the table has no such column.
    """
    sheet, rows = _some_rows(work)
    field = page_of(work.book)["columns"]["attribute"]
    sheet.needs(field)
    for row in rows:
        known = indicator_of(work.book, row.name)
        said = normal_name(row.attribute)
        wanted = [_ATTRIBUTES[known.attribute]] if known else list(_ATTRIBUTES.values())
        if said and not any(said in (each, each.removesuffix("性")) for each in wanted):
            yield Defect(
                sheet.kind, ("attribute", row.key, row.area), [row.row],
                params={
                    "indicator": row.name, "field": field, "said": row.attribute,
                    "wanted": " / ".join(wanted),
                },
            )  # fmt: skip
        elif not said and known:
            yield Defect(
                sheet.kind, ("attribute", row.key, row.area), [row.row], answer=Answer.CANNOT_TELL,
                params={"indicator": row.name, "field": field, "wanted": wanted[0]},
                message="quality.indicator_without_attribute",
            )  # fmt: skip


def indicators_required(work: Workspace) -> Iterator[Defect]:
    """The indicators that a plan must set are in the table, with a target or a reference to one."""
    sheet, rows = table_rows(work)
    column = page_of(work.book)["columns"]["target"]
    for key in page_of(work.book)["required"]["indicators"]:
        own = [row for row in rows if row.ours and row.key == key]
        name = work.book.indicators[key].name.zh
        if not own:
            yield Defect(sheet.kind, ("required", key), params={"indicator": name, "field": column})
        elif all(row.cells["target"].kind == "empty" for row in own):
            yield Defect(
                sheet.kind, ("required", key), [row.row for row in own],
                params={"indicator": name, "field": column}, message="quality.indicator_without_target",
            )  # fmt: skip


def indicator_once(work: Workspace) -> Iterator[Defect]:
    """No indicator has two rows for one area, under whichever of its names."""
    sheet, rows = _some_rows(work)
    places: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.name:
            places.setdefault((row.key, "" if row.ours else row.area), []).append(row)
    for (key, area), own in places.items():
        if len(own) > 1:
            yield Defect(
                sheet.kind, ("twice", key, area), [row.row for row in own],
                params={"indicator": " / ".join(dict.fromkeys(row.name for row in own)), "area": own[0].area},
            )  # fmt: skip


def indicator_direction(work: Workspace) -> Iterator[Defect]:
    """A target is not much looser than the base-year value on the side on which its indicator binds.

    A floor may lie under what there is, and a ceiling above it; by more than a share it is likely a slip of
    the point or the unit. Rows without both figures, or whose direction nobody knows, are not judged; what
    cannot be read is the rule on figures' business.
    """
    sheet, rows = _some_rows(work)
    names, slack = page_of(work.book)["columns"], work.number(SLACK)
    for row in rows:
        binds, base = direction_of(work, row.name), row.cells["base"].value
        for column in _TARGETS:
            target = row.cells[column].value
            if binds not in (AT_LEAST, AT_MOST) or not base or target is None:
                continue
            off = (base - target) / base if binds == AT_LEAST else (target - base) / base
            if off > slack:
                yield Defect(
                    sheet.kind, ("direction", row.key, row.area, names[column]), [row.row],
                    measured=target, required=base, unit=unit_named(row.unit),
                    params={
                        "indicator": row.name, "field": names[column], "target": target, "base": base,
                        "base_field": names["base"], "per_cent": f"{off * 100:.0f}", "unit": row.unit,
                        "slack": f"{slack * 100:f}".rstrip("0").rstrip("."),
                    },
                )  # fmt: skip


def _some_rows(work: Workspace) -> tuple[Sheet, tuple[Row, ...]]:
    """Return the table; one without rows is the rule on required indicators' business."""
    sheet, rows = table_rows(work)
    if not rows:
        raise NotApplicable("quality.nothing_to_check")
    return sheet, rows
