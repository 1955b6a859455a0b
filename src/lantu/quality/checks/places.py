"""Division codes and names: known, of the package's county, agreeing with each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from lantu.lawbook.divisions import Division, Divisions
from lantu.quality.checks.codes import plain
from lantu.quality.checks.values import present
from lantu.quality.column import pairs_of
from lantu.quality.findings import Defect, NotApplicable
from lantu.quality.garbled import garbled
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Workspace

_COUNTY = r"[0-9]{6}(0{3}|0{6})?"
"""A code of a county itself, not of a township or village in it."""


def division(sheet: Sheet, work: Workspace, *, fields: Sequence[str]) -> Iterator[Defect]:
    """Division codes begin with a known one; in a plan of a county or township, that of its county.

    Codes that are right but for white space or full-width digits are for the rule about the form of codes.

    Yields:
        One defect per field and county that they begin with.
    """
    own = work.county if work.profile.level in ("county", "township") else None
    for field in present(sheet, fields):
        column = sheet.values(field)
        begins = {}
        for nth in np.flatnonzero(column.meant).tolist():
            value = column.texts[nth]
            if value == plain(value):
                begins[nth] = value[:6] if re.match(r"[0-9]{6}", value) else value
        strange = {nth: code for nth, code in begins.items() if not _is_in(work, own, code)}
        for code, rows in column.labelled(strange).items():
            known = _county_of(work, code)
            yield Defect(
                sheet.kind, (field, code), rows,
                params={"field": field, "value": code}
                | ({"name": known.name, "county": own} if known else {}),
                message="quality.division_elsewhere" if known else None,
            )  # fmt: skip


def division_name(sheet: Sheet, work: Workspace, *, pairs: Sequence[Mapping[str, str]]) -> Iterator[Defect]:
    """Names of divisions go with their codes: full, short or with the names above them.

    Only provinces, cities and counties can be looked up: names of townships and villages are not judged. Left
    to other rules: rows where one of them is empty, unknown codes, names in a wrong encoding.

    Args:
        pairs: fields `code` and `name`; `above`: true where the name is of a division above the code's.

    Yields:
        One defect per code and name.

    Raises:
        NotApplicable: the layer has none of the pairs, or codes of townships and villages only.
    """
    divisions = work.book.divisions
    judged = False
    for each in pairs:
        code, name = each["code"], each["name"]
        if not sheet.has(code) or not sheet.has(name):
            continue
        found = pairs_of(sheet.values(code), sheet.values(name))
        wrong = {}
        for nth, value, said in found.all():
            of_county = re.fullmatch(_COUNTY, value) and divisions.by_code(value)
            if not of_county or garbled(said):
                continue
            judged = True
            if not _called(divisions, value[:6], plain(said), above=bool(each.get("above"))):
                wrong[nth] = value, said
        rows_of = found.rows(list(wrong))
        for nth, (value, said) in wrong.items():
            right = [
                *([] if each.get("above") else [divisions.by_code(value)]),
                *divisions.parents(value[:6]),
            ]
            names = "、".join(one.name for one in right[: None if each.get("above") else 1] if one)
            yield Defect(
                sheet.kind, (code, value, said), rows_of[nth],
                params={"code": code, "name": name, "value": value, "said": said, "right": names},
            )  # fmt: skip
    if not judged:
        raise NotApplicable("quality.no_county_codes", layer=sheet.kind, where=sheet.source.where)


def one_name(
    sheet: Sheet, work: Workspace, *, pairs: Mapping[str, str], judged: Sequence[str] = ()
) -> Iterator[Defect]:
    """A code has one name all over the layer; rows where one of them is empty do not count.

    Args:
        pairs: field of a code → field of its name.
        judged: fields whose counties `division_name` judges: a name that is not the county's is left to it.

    Yields:
        One defect per code with several names, on the rows whose name is not the commonest.

    Raises:
        NotApplicable: the layer has none of the pairs.
    """
    here = {code: name for code, name in pairs.items() if sheet.has(code) and sheet.has(name)}
    if not here:
        raise NotApplicable("quality.no_such_columns", layer=sheet.kind, where=sheet.source.where)
    for code, name in here.items():
        found = pairs_of(sheet.values(code), sheet.values(name))
        times = np.bincount(found.number[found.number >= 0], minlength=len(found.first))
        names: dict[str, list[tuple[int, str]]] = {}
        for nth, value, said in found.all():
            county = _county_of(work, value) if code in judged else None
            if county and not _called(work.book.divisions, value, plain(said), above=False):
                continue
            names.setdefault(value, []).append((nth, said))
        several = {value: those for value, those in names.items() if len(those) > 1}
        rows_of = found.rows([nth for those in several.values() for nth, _ in those])
        for value, those in several.items():
            usual = max(those, key=lambda each: times[each[0]])
            rows = sorted(row for nth, _ in those if nth != usual[0] for row in rows_of[nth])
            said = "、".join(f"“{each}”" for _, each in those[:5]) + (" …" if len(those) > 5 else "")
            yield Defect(
                sheet.kind, (code, value), rows,
                params={"code": code, "name": name, "value": value, "names": said, "usual": usual[1]},
            )  # fmt: skip


def _county_of(work: Workspace, code: str) -> Division | None:
    return work.book.divisions.by_code(code) if re.fullmatch(r"[0-9]{6}", code) else None


def _is_in(work: Workspace, own: str | None, code: str) -> bool:
    """Say whether a code is known and, where the package has a county, that one."""
    return _county_of(work, code) is not None and code == (own or code)


def _called(divisions: Divisions, code: str, name: str, *, above: bool) -> bool:
    """Say whether a division, or one above it, goes by a name."""
    named = {one.code for one in divisions.by_name(name)}
    own = {one.code for one in divisions.parents(code)} if above else {code}
    return bool(named & own)
