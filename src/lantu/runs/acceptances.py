"""The list of accepted deviations: which finding, why, by whom, until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from lantu.core.errors import InputError
from lantu.quality.findings import Acceptance
from lantu.runs.yaml_file import read_user_yaml

KEYS = ("id", "reason", "person", "until")


def read_acceptances(path: Path, day: date) -> Mapping[str, Acceptance]:
    """Read a YAML list of `{id, reason, person, until}`, all four filled in, `until` an ISO day.

    Args:
        day: on which they are used; one that ended before is expired.

    Raises:
        InputError: `acceptance.bad_file`, `.bad_entry`, `.twice`, `document.*`.
    """
    entries = read_user_yaml(path, "acceptance.bad_file", list, "[{id, reason, person, until}]")
    found: dict[str, Acceptance] = {}
    for nth, entry in enumerate(entries, 1):
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
