"""The list of accepted deviations: which finding, why, by whom, until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from lantu.core.errors import InputError, LawbookError
from lantu.intake.bytes_of import read_bytes
from lantu.lawbook.pages import read_yaml, text_of
from lantu.quality.findings import Acceptance

KEYS = ("id", "reason", "person", "until")


def read_acceptances(path: Path, day: date) -> Mapping[str, Acceptance]:
    """Read a YAML list of `{id, reason, person, until}`, all four filled in, `until` an ISO day.

    Args:
        day: on which they are used; one that ended before is expired.

    Raises:
        InputError: `acceptance.bad_file`, `.bad_entry`, `.twice`, `document.*`.
    """
    try:
        page = read_yaml(text_of(read_bytes(path), path.name), path.name)
    except LawbookError as error:
        raise InputError(
            "acceptance.bad_file", where=path.name, line=error.params.get("line", 1),
            why=error.params.get("why", error.code),
        ) from None  # fmt: skip
    if not isinstance(page.data, list):
        raise InputError("acceptance.bad_file", where=path.name, line=1, why="[{id, reason, person, until}]")
    found: dict[str, Acceptance] = {}
    for nth, entry in enumerate(page.data, 1):
        each = _acceptance(entry, nth, path.name, day)
        if each.id in found:
            raise InputError("acceptance.twice", where=path.name, id=each.id)
        found[each.id] = each
    return found


def _acceptance(entry: Any, nth: int, where: str, day: date) -> Acceptance:
    given = entry if isinstance(entry, dict) else {}
    lacking = [key for key in KEYS if not str(given.get(key) or "").strip()]
    strange = sorted(set(given) - set(KEYS))
    if lacking or strange:
        said = "、".join([*(f"–{key}" for key in lacking), *(f"+{key}" for key in strange)])
        raise InputError("acceptance.bad_entry", where=where, number=nth, keys=said)
    try:
        until = date.fromisoformat(str(given["until"]))
    except ValueError:
        raise InputError("acceptance.bad_entry", where=where, number=nth, keys="until") from None
    words = {key: str(given[key]).strip() for key in ("id", "reason", "person")}
    return Acceptance(**words, until=until.isoformat(), expired=until < day)
