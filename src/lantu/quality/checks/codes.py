"""Codes: in their list, of the right version, well formed; names that go with them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from lantu.core.finding import Answer
from lantu.lawbook import CodeList
from lantu.quality.checks.values import present
from lantu.quality.column import Column, pairs_of
from lantu.quality.findings import CannotTell, Defect, NotApplicable
from lantu.quality.garbled import garbled
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Workspace

_BAD_FORM = r"[\s\p{Z}\p{Cf}\x{FF01}-\x{FF5E}]"
"""White space, invisible characters and full-width ones have no place in a code."""
_LOOK_ALIKE = str.maketrans("OoIl|", "00111")


def in_list(sheet: Sheet, work: Workspace, *, versions: Sequence[str] = ()) -> Iterator[Defect]:
    """Values of fields with a code list are in it.

    Left to other rules: empty values, codes of another version of the list, codes that are right but for
    their form, codes whose leading zero was lost in a numeric column.

    Args:
        versions: ids of lists that are versions of each other.

    Yields:
        One defect per field and value; a person must look where the list is incomplete or unverified.

    Raises:
        NotApplicable: no column has a code list.
    """
    for field, codes in _listed(sheet, work):
        column = sheet.values(field)
        others = _other_versions(work, codes, versions)
        wrong = column.meant & ~column.among(list(codes.rows))
        for value, rows in column.each(wrong):
            if any(value in other.rows for other in others):
                continue
            if plain(value) in codes.rows or (not sheet.is_text(field) and _with_zero(value, codes)):
                continue
            likely = nearest(value, codes)
            params = {"field": field, "value": value, "list": codes.title.zh}
            yield Defect(
                sheet.kind, (field, value), rows,
                params=params | ({"likely": likely} if likely else {}),
                answer=Answer.FAIL if codes.verified and codes.complete else Answer.NEEDS_PERSON,
                message="quality.code_unknown_likely" if likely else None,
            )  # fmt: skip


def other_version(
    sheet: Sheet,
    work: Workspace,
    *,
    versions: Sequence[str],
    changes: Mapping[str, str],
    names: Mapping[str, str],
) -> Iterator[Defect]:
    """Codes are of the version of the list that the profile goes by.

    A code that both versions have with different meanings is told by the name beside it.

    Args:
        versions: ids of the older and the newer list.
        changes: `list`: id of the list of older codes that became others, `to`: its column of newer codes.
        names: field of a code → field of its name.

    Yields:
        One defect per field, value and name.

    Raises:
        NotApplicable: no column has such a list.
    """
    newer = versions[-1]
    moved = [(code, row[changes["to"]]) for code, row in work.book.code_lists[changes["list"]].rows.items()]
    found = [(field, codes) for field, codes in _listed(sheet, work) if codes.id in versions]
    if not found:
        raise NotApplicable("quality.no_versioned_codes", layer=sheet.kind, where=sheet.source.where)
    for field, codes in found:
        (other,) = _other_versions(work, codes, versions)
        steps = moved if codes.id == newer else [(new, old) for old, new in moved]
        column = sheet.values(field)
        strange = column.among(list(other.rows)) & ~column.among(list(codes.rows))
        wrong: list[tuple[tuple[str, ...], list[int]]] = [
            ((value,), rows) for value, rows in column.each(strange)
        ]
        named = names.get(field)
        if named is not None and sheet.has(named):
            pairs = pairs_of(column, sheet.values(named))
            meant = {nth: each for nth, *each in pairs.all() if _means_other(codes, other, *each)}
            rows_of = pairs.rows(list(meant))
            wrong += [(tuple(each), rows_of[nth]) for nth, each in meant.items()]
        for cause, rows in wrong:
            value = cause[0]
            likely = "、".join(to for before, to in steps if before == value and to in codes.rows)
            yield Defect(
                sheet.kind, (field, *cause), rows,
                params={
                    "field": field, "value": value, "name": other.name(value), "year": other.year,
                    "own": codes.year, "likely": likely or "–",
                },
            )  # fmt: skip


def unverified(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """Codes in use that nobody has seen in a published source are named, for a person to confirm.

    Yields:
        One defect per field.

    Raises:
        NotApplicable: no column has a code list.
    """
    for field, codes in _listed(sheet, work):
        column = sheet.values(field)
        doubtful = column.among([code for code in codes.rows if not codes.row_verified(code)])
        if rows := column.rows(doubtful):
            yield Defect(
                sheet.kind, (field,), rows, answer=Answer.NEEDS_PERSON,
                params={"field": field, "values": column.few(doubtful, 8), "list": codes.title.zh},
            )  # fmt: skip


def zero_lost(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """No code has lost its leading zero in a column of numbers.

    Yields:
        One defect per field.

    Raises:
        NotApplicable: no column of numbers has a code list.
    """
    found = [(field, codes) for field, codes in _listed(sheet, work) if not sheet.is_text(field)]
    if not found:
        raise NotApplicable("quality.no_such_columns", layer=sheet.kind, where=sheet.source.where)
    for field, codes in found:
        column = sheet.values(field)
        likely = {each: _with_zero(each, codes) for each in column.texts.tolist() if each not in codes.rows}
        lost = column.among([each for each, code in likely.items() if code])
        if rows := column.rows(lost):
            value = min(column.texts[lost].tolist())
            params = {"field": field, "values": column.few(lost), "value": value, "likely": likely[value]}
            yield Defect(sheet.kind, (field,), rows, params=params)


def form(sheet: Sheet, work: Workspace, *, fields: Sequence[str]) -> Iterator[Defect]:
    """Codes have neither white space, invisible nor full-width characters in them.

    Args:
        fields: further fields with codes, beside those with a code list.

    Yields:
        One defect per field.

    Raises:
        NotApplicable: no text column has codes.
    """
    listed = [spec.name for spec in sheet.field_specs() if spec.code_list]
    found = [
        field for field in dict.fromkeys([*listed, *fields]) if sheet.has(field) and sheet.is_text(field)
    ]
    if not found:
        raise NotApplicable("quality.no_such_columns", layer=sheet.kind, where=sheet.source.where)
    for field in found:
        column = sheet.values(field)
        wrong = column.meant & column.matches(_BAD_FORM)
        if rows := column.rows(wrong):
            value = min(column.texts[wrong].tolist())
            params = {"field": field, "values": column.few(wrong), "value": value, "likely": plain(value)}
            yield Defect(sheet.kind, (field,), rows, params=params)


def pattern(sheet: Sheet, work: Workspace, *, fields: Sequence[str], pattern: str) -> Iterator[Defect]:
    """Values have a form. White space and full-width characters in them are for `form` to report.

    Args:
        pattern: regular expression (RE2) that a whole value matches; `{county}` in it stands for the code of
            the package's county.

    Yields:
        One defect per field.

    Raises:
        CannotTell: `quality.no_county`.
    """
    if "{county}" in pattern:
        if work.county is None:
            raise CannotTell("quality.no_county")
        pattern = pattern.replace("{county}", work.county)
    for field in present(sheet, fields):
        column = sheet.values(field)
        wrong = column.meant & ~column.matches(f"^(?:{pattern})$") & ~_only_form(column, pattern)
        if rows := column.rows(wrong):
            yield Defect(
                sheet.kind, (field,), rows,
                params={"field": field, "values": column.few(wrong), "pattern": pattern},
            )  # fmt: skip


def feature_code(sheet: Sheet, work: Workspace, *, verified: bool) -> Iterator[Defect]:
    """The feature code (YSDM) of every row is that of its layer.

    Args:
        verified: whether the layers are those whose code was seen in a published source, or the others.

    Yields:
        One defect per value.

    Raises:
        NotApplicable: the profile knows no code for the layer, or knows it the other way.
    """
    own = sheet.spec.ysdm
    if own is None or sheet.spec.ysdm_verified != verified:
        raise NotApplicable("quality.no_feature_code", layer=sheet.kind, where=sheet.source.where)
    sheet.needs("YSDM")
    column = sheet.values("YSDM")
    wrong = column.meant & ~column.among([own])
    for value, rows in column.each(wrong):
        if plain(value) != own:
            yield Defect(
                sheet.kind, ("YSDM", value), rows, params={"value": value, "own": own},
                answer=Answer.FAIL if verified else Answer.NEEDS_PERSON,
            )  # fmt: skip


def pair(
    sheet: Sheet, work: Workspace, *, code: str, name: str, versions: Sequence[str] = ()
) -> Iterator[Defect]:
    """The name beside a code is the one that the code list has for it.

    Left to other rules: rows where one of them is empty, codes that are not in the list, names in a wrong
    encoding, names that the code has in another version of the list. Full-width letters and blanks around a
    name are no difference.

    Args:
        versions: ids of lists that are versions of each other.

    Yields:
        One defect per code and name; a person must look where the code or its name is unverified.

    Raises:
        NotApplicable: the profile has no list for the code.
    """
    sheet.needs(code, name)
    spec = sheet.spec.fields.get(code)
    codes = work.book.code_lists.get(spec.code_list) if spec and spec.code_list else None
    if codes is None:
        raise NotApplicable("quality.no_listed_field", layer=sheet.kind, where=sheet.source.where)
    others = _other_versions(work, codes, versions)
    known = {plain(row["name"]): each for each, row in codes.rows.items() if "name" in row}
    pairs = pairs_of(sheet.values(code), sheet.values(name))
    wrong = {}
    for nth, value, said in pairs.all():
        if value not in codes.rows or plain(said) in _names(codes, value) or garbled(said):
            continue
        if not any(_means_other(codes, other, value, said) for other in others):
            wrong[nth] = value, said
    rows_of = pairs.rows(list(wrong))
    for nth, (value, said) in wrong.items():
        likely = known.get(plain(said))
        params = {"code": code, "name": name, "value": value, "said": said, "right": codes.name(value)}
        yield Defect(
            sheet.kind, (code, value, said), rows_of[nth],
            params=params | ({"likely": likely} if likely else {}),
            answer=Answer.FAIL if codes.row_verified(value) else Answer.NEEDS_PERSON,
            message="quality.name_of_other_code" if likely else None,
        )  # fmt: skip


def plain(text: str) -> str:
    """Return a code or name without white space, invisible and full-width characters."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(each for each in folded if not each.isspace() and unicodedata.category(each) != "Cf")


def nearest(value: str, codes: CodeList) -> str | None:
    """Return the code that was obviously meant: a slip of form, a lost zero, the name in its stead."""
    text = plain(value)
    for likely in (text, text.upper(), text.translate(_LOOK_ALIKE), re.sub(r"[^0-9A-Za-z]", "", text)):
        if likely in codes.rows:
            return likely
    if padded := _with_zero(text.removesuffix(".0"), codes):
        return padded
    if text.isascii():
        return None
    return next((code for code, row in codes.rows.items() if plain(row.get("name", "")) == text), None)


def _listed(sheet: Sheet, work: Workspace) -> list[tuple[str, CodeList]]:
    """Return the columns that are there and have a code list."""
    found = [
        (spec.name, work.book.code_lists[spec.code_list]) for spec in sheet.field_specs() if spec.code_list
    ]
    if not found:
        raise NotApplicable("quality.no_listed_field", layer=sheet.kind, where=sheet.source.where)
    return found


def _other_versions(work: Workspace, codes: CodeList, versions: Sequence[str]) -> list[CodeList]:
    if codes.id not in versions:
        return []
    return [work.book.code_lists[each] for each in versions if each != codes.id]


def _means_other(codes: CodeList, other: CodeList, value: str, name: str) -> bool:
    """Say whether a code is meant as another version of the list has it, by the name beside it."""
    if value not in codes.rows or value not in other.rows:
        return False
    return plain(name) not in _names(codes, value) and plain(name) in _names(other, value)


def _names(codes: CodeList, code: str) -> set[str]:
    """Return what a code may be called: where its own name is unverified, as what it is a variant of, too."""
    row = codes.rows[code]
    names = {plain(row.get("name", ""))}
    if row.get("variant_of") and not codes.row_verified(code):
        names.add(plain(codes.rows[row["variant_of"]]["name"]))
    return names


def _with_zero(value: str, codes: CodeList) -> str | None:
    """Return the code that a value is without its leading zeros."""
    if not value.isascii() or not value.isdigit():
        return None
    return next((code for zeros in (1, 2) if (code := "0" * zeros + value) in codes.rows), None)


def _only_form(column: Column, pattern: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which values would match a pattern, were their form right."""
    found = np.zeros(len(column.said), np.bool_)
    for nth in np.flatnonzero(column.matches(_BAD_FORM)).tolist():
        found[nth] = re.fullmatch(pattern, plain(column.texts[nth])) is not None
    return found
