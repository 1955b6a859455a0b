"""What texts are written with: odd characters, wrong encodings, blanks around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from lantu.quality.checks.values import texts
from lantu.quality.findings import Defect
from lantu.quality.garbled import garbled
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Workspace

_PICTURE, _INVISIBLE = "quality.odd_picture", "quality.odd_invisible"
_ODD = {
    "quality.odd_control": r"[\p{Cc}]",
    "quality.odd_lost": r"[\x{FFFD}]",
    "quality.odd_private": r"[\p{Co}]",
    _PICTURE: r"[\x{1F000}-\x{1FAFF}\x{2600}-\x{27BF}\x{2B00}-\x{2BFF}]",
    _INVISIBLE: r"[\p{Cf}\x{2028}\x{2029}\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}]",
}
"""Message → class of characters (RE2). Rare Chinese characters are in none, beyond the basic plane either."""


def odd_characters(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """Texts are free of control, invisible, replacement and private-use characters, and of emoji.

    Texts in a wrong encoding are for the rule about encodings to report.

    Yields:
        One defect per field and kind of character.

    Raises:
        NotApplicable: there is no text column.
    """
    for field in texts(sheet):
        column = sheet.values(field)
        odd = column.matches("|".join(_ODD.values()))
        for nth in np.flatnonzero(odd).tolist():
            odd[nth] = garbled(column.texts[nth]) is None
        if not odd.any():
            continue
        of = {message: odd & column.matches(characters) for message, characters in _ODD.items()}
        of[_INVISIBLE] &= ~of[_PICTURE]  # emoji are put together with invisible characters
        for message, wrong in of.items():
            if rows := column.rows(wrong):
                found = column.characters(wrong, _ODD[message])
                yield Defect(
                    sheet.kind, (field, message), rows, message=message,
                    params={"field": field, "characters": "、".join(f"U+{ord(each):04X}" for each in found)},
                )  # fmt: skip


def encoding(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """Texts were read in the encoding that they were written in.

    Yields:
        One defect per field and per what was read as what.

    Raises:
        NotApplicable: there is no text column.
    """
    for field in texts(sheet):
        column = sheet.values(field)
        suspicious = column.meant & column.matches(r"[^\x00-\x7F]|\?\s*\?")
        found = {nth: garbled(column.texts[nth]) for nth in np.flatnonzero(suspicious).tolist()}
        told = {nth: each for nth, each in found.items() if each}
        for how, rows in column.labelled({nth: each.how for nth, each in told.items()}).items():
            text, likely = min(
                (column.texts[nth], each.likely) for nth, each in told.items() if each.how == how
            )
            yield Defect(
                sheet.kind, (field, how), rows, message=f"quality.garbled_{how}",
                params={"field": field, "value": text, "likely": likely},
            )  # fmt: skip


def blanks_around(sheet: Sheet, work: Workspace, *, excepted_fields: Sequence[str]) -> Iterator[Defect]:
    """Texts neither begin nor end with blanks; in codes the rule about their form tells.

    Args:
        excepted_fields: fields with codes, beside those with a code list.

    Yields:
        One defect per field.

    Raises:
        NotApplicable: there is no text column.
    """
    codes = {spec.name for spec in sheet.field_specs() if spec.code_list} | set(excepted_fields)
    for field in texts(sheet):
        if field in codes:
            continue
        column = sheet.values(field)
        wrong = column.meant & column.matches(r"^[\s\p{Z}]|[\s\p{Z}]$")
        if rows := column.rows(wrong):
            yield Defect(sheet.kind, (field,), rows, params={"field": field, "values": column.few(wrong)})
