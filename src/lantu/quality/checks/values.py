"""Values of columns: filled in, unique, of the right form and size."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lantu.core.finding import Answer
from lantu.quality.findings import CannotTell, Defect, NotApplicable
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Workspace

_TYPE = re.compile(r"([CDFI])(\d+)(?:\.(\d+))?")
_OFF = 1e-4
"""A figure has more decimals where it is further from a round one than this share of its last decimal."""

_Numbers = NDArray[np.float64]


def filled(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """Fields that the profile requires have a value in every row: no null, no blanks, no word for null.

    A required column that is not there is for the rule about fields to report; NaN for that about numbers.

    Yields:
        One defect per field.

    Raises:
        CannotTell: none of the required columns is there.
        NotApplicable: the profile requires none.
    """
    required = [each.name for each in sheet.spec.fields.values() if each.presence == "required"]
    if not required:
        raise NotApplicable("quality.no_required_field", layer=sheet.kind, where=sheet.source.where)
    if not any(map(sheet.has, required)):
        raise CannotTell(
            "quality.field_absent", layer=sheet.kind, where=sheet.source.where, field=required[0]
        )
    for field in filter(sheet.has, required):
        null = sheet.null(field)
        silent = np.zeros(len(sheet), np.bool_)
        if sheet.is_text(field):
            column = sheet.values(field)
            silent = column.spread(~column.meant)
        rows = np.flatnonzero(null | silent).tolist()
        if rows:
            yield Defect(
                sheet.kind, (field,), rows,
                params={"field": field, "nulls": int(null.sum()), "blanks": int(silent.sum())},
            )  # fmt: skip


def blank_text(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """No text is blank, or a word for null, where null is meant; in required fields `filled` tells.

    Yields:
        One defect per field and per what stands there.
    """
    for field in texts(sheet):
        spec = sheet.spec.fields.get(field)
        if spec is not None and spec.presence == "required":
            continue
        column = sheet.values(field)
        if rows := column.rows(column.blank):
            yield Defect(sheet.kind, (field, ""), rows, params={"field": field})
        for word, rows in column.each(column.null_word):
            yield Defect(
                sheet.kind, (field, word.strip()), rows, params={"field": field, "value": word.strip()},
                message="quality.null_word",
            )  # fmt: skip


def finite(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """Numbers are numbers: neither NaN nor infinite.

    Yields:
        One defect per field.

    Raises:
        NotApplicable: no column is of that kind.
    """
    table = sheet.source.table
    fields = [each.name.upper() for each in table.schema if pa.types.is_floating(each.type)]
    if not fields:
        raise NotApplicable("quality.no_such_columns", layer=sheet.kind, where=sheet.source.where)
    for field in fields:
        odd = pc.invert(pc.is_finite(sheet.column(field))).fill_null(False)
        rows = np.flatnonzero(odd.to_numpy(zero_copy_only=False)).tolist()
        if rows:
            yield Defect(sheet.kind, (field,), rows, params={"field": field})


def unique(sheet: Sheet, work: Workspace, *, field: str) -> Iterator[Defect]:
    """No value of a column comes twice; empty ones do not count.

    Yields:
        One defect per repeated value.
    """
    sheet.needs(field)
    column = sheet.values(field)
    for value, rows in column.each((column.times > 1) & column.meant):
        yield Defect(sheet.kind, (field, value), rows, params={"field": field, "value": value})


def unique_across(work: Workspace, *, field: str) -> Iterator[Defect]:
    """No value of a column of one layer comes in another layer; empty ones do not count.

    Yields:
        One defect per pair of layers.

    Raises:
        NotApplicable: fewer than two layers have the column.
    """
    sheets = [sheet for sheet in work.sheets.values() if sheet.has(field) and len(sheet)]
    if len(sheets) < 2:
        raise NotApplicable("quality.nothing_to_check")
    for nth, sheet in enumerate(sheets):
        column = sheet.values(field)
        for other in sheets[nth + 1 :]:
            beyond = other.values(field)
            shared = column.among(beyond.texts[beyond.meant].tolist()) & column.meant
            if rows := column.rows(shared):
                yield Defect(
                    sheet.kind, (field, other.kind), rows,
                    params={"field": field, "other": other.kind, "values": column.few(shared)},
                )  # fmt: skip


def in_range(
    sheet: Sheet, work: Workspace, *, ranges: Mapping[str, Mapping[str, float | str]]
) -> Iterator[Defect]:
    """Figures lie in their range; what stands in such a column and is no figure is reported, nulls are not.

    Args:
        ranges: field → bounds: `above` and `below` leave the bound itself out, `least` and `most` do not.
            A bound is a number, the name of a parameter, or `year`: that of the day of the check.

    Yields:
        One defect per field, and one for what is no figure.
    """
    for field in present(sheet, list(ranges)):
        bounds = {name: _bound(work, said) for name, said in ranges[field].items()}
        figures = sheet.number(field)
        out = _out(figures, bounds)
        rows = np.flatnonzero(out)
        if len(rows):
            # The worst first: furthest from what is allowed.
            rows = rows[np.argsort(-_beyond(figures[rows], bounds), kind="stable")]
            yield Defect(
                sheet.kind, (field,), rows.tolist(),
                params={"field": field, "value": f"{figures[rows[0]]:.15g}", "range": _say(bounds)},
            )  # fmt: skip
        if sheet.is_text(field):
            column = sheet.values(field)
            no_figure = column.meant & ~column.matches(r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$")
            if odd := column.rows(no_figure):
                yield Defect(
                    sheet.kind, (field, "no figure"), odd,
                    params={"field": field, "values": column.few(no_figure)}, message="quality.no_figure",
                )  # fmt: skip


def days(sheet: Sheet, work: Workspace, *, fields: Sequence[str]) -> Iterator[Defect]:
    """Dates written as text or number have eight digits, YYYYMMDD, and are days of the calendar.

    Columns that the file types as dates are days already; nulls are for `filled` to report.

    Yields:
        One defect per field.
    """
    for field in present(sheet, fields):
        info = sheet.field_info(field)
        if info is not None and info.type == "date":
            continue
        column = sheet.values(field)
        wrong = column.meant & ~np.array([_is_day(each) for each in column.texts.tolist()], np.bool_)
        if rows := column.rows(wrong):
            yield Defect(sheet.kind, (field,), rows, params={"field": field, "values": column.few(wrong)})


def too_long(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """No text has more characters than its field in the profile, no whole number more digits.

    Yields:
        One defect per field; a person must look where the width itself is not verified.

    Raises:
        NotApplicable: the profile gives no widths.
    """
    widths = _typed(sheet, "CI")
    for field, (width, _) in widths.items():
        column = sheet.values(field)
        length = np.asarray(pc.utf8_length(column.said).to_numpy(zero_copy_only=False))
        long = length > width
        if rows := column.rows(long):
            yield Defect(
                sheet.kind, (field,), rows,
                params={"field": field, "width": width, "longest": int(length.max())},
                answer=_as_verified(sheet, field),
            )  # fmt: skip


def too_fine(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """No figure has more decimals than its field in the profile.

    Yields:
        One defect per field.

    Raises:
        NotApplicable: the profile gives no decimals.
    """
    for field, (_, decimals) in _typed(sheet, "DF").items():
        if sheet.is_text(field):
            column = sheet.values(field)
            rows = column.rows(column.matches(rf"\.\d{{{decimals}}}\d*[1-9]"))
        else:
            figures = sheet.number(field)
            whole = np.where(np.isfinite(figures), figures, 0.0) * 10.0**decimals
            # A large double has no room for its decimals: what it can hold at all is no fault of its own.
            off = np.abs(whole - np.rint(whole)) > np.maximum(_OFF, 4 * np.spacing(np.abs(whole)))
            rows = np.flatnonzero(off).tolist()
        if rows:
            yield Defect(sheet.kind, (field,), rows, params={"field": field, "decimals": decimals})


def present(sheet: Sheet, fields: Sequence[str]) -> list[str]:
    """Return those of some columns that are there; the absence of the others is for other rules to report.

    Raises:
        CannotTell, NotApplicable: none is there, as `Sheet.needs`.
    """
    found = [field for field in fields if sheet.has(field)]
    if not found:
        wanted = [each for each in fields if each in sheet.spec.fields]
        must = [each for each in wanted if sheet.spec.fields[each].presence != "optional"]
        sheet.needs(*(must or wanted or fields)[:1])
    return found


def texts(sheet: Sheet) -> list[str]:
    """Return the names of all columns that are text.

    Raises:
        NotApplicable: there are none.
    """
    found = [name.upper() for name in sheet.source.table.column_names if sheet.is_text(name)]
    if not found:
        raise NotApplicable("quality.no_such_columns", layer=sheet.kind, where=sheet.source.where)
    return list(dict.fromkeys(found))


def _typed(sheet: Sheet, kinds: str) -> dict[str, tuple[int, int]]:
    """Return width and decimals of the columns that are there and that the profile gives such a type."""
    found = {}
    for spec in sheet.field_specs():
        said = _TYPE.fullmatch(spec.type or "")
        if said and said[1] in kinds:
            found[spec.name] = int(said[2]), int(said[3] or 0)
    if not found:
        raise NotApplicable("quality.no_such_columns", layer=sheet.kind, where=sheet.source.where)
    return found


def _as_verified(sheet: Sheet, field: str) -> Answer:
    return Answer.FAIL if sheet.spec.fields[field].verified else Answer.NEEDS_PERSON


def _is_day(text: str) -> bool:
    if not re.fullmatch(r"[0-9]{8}", text):
        return False
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True


def _bound(work: Workspace, said: float | str) -> float:
    if said == "year":
        return work.day.year
    return float(work.number(said)) if isinstance(said, str) else float(said)


def _out(figures: _Numbers, bounds: Mapping[str, float]) -> NDArray[np.bool_]:
    """Return which figures lie outside; not those that are none."""
    out = np.zeros(len(figures), np.bool_)
    for name, bound in bounds.items():
        match name:
            case "least":
                out |= figures < bound
            case "above":
                out |= figures <= bound
            case "most":
                out |= figures > bound
            case "below":
                out |= figures >= bound
            case _:
                raise ValueError(name)
    return out & np.isfinite(figures)


def _beyond(figures: _Numbers, bounds: Mapping[str, float]) -> _Numbers:
    """Return how far figures lie outside."""
    far = np.zeros(len(figures))
    for name, bound in bounds.items():
        far = np.maximum(far, bound - figures if name in ("least", "above") else figures - bound)
    return far


def _say(bounds: Mapping[str, float]) -> str:
    signs = {"least": "≥", "above": ">", "most": "≤", "below": "<"}
    return ", ".join(f"{signs[name]} {bound:.15g}" for name, bound in bounds.items())
