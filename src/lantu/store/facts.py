"""`home.json`: the home's format and its statutory plane."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import select

from lantu.core.area import StatutoryPlane
from lantu.core.errors import ConflictError, IntegrityError, NotFoundError
from lantu.store.access import Access
from lantu.store.files import storage_faults, write_whole
from lantu.store.tables import LayerRow

FILE = "home.json"
FORMAT = 1


def read_facts(home: Path) -> dict[str, Any]:
    """Return what home.json says, nothing where there is none yet.

    Raises:
        IntegrityError: `store.facts_damaged`.
        ConflictError: `store.home_is_newer`.
    """
    file = home / FILE
    try:
        with storage_faults(file):
            text = file.read_text(encoding="utf-8") if file.exists() else "{}"
        facts = json.loads(text)
        known = facts.get("format", FORMAT)
        if "plane" in facts:
            _plane(facts)
    except (ValueError, TypeError, AttributeError, KeyError):
        raise IntegrityError("store.facts_damaged", file=file) from None
    if known != FORMAT:
        raise ConflictError("store.home_is_newer", home=home, found=known, known=FORMAT)
    return dict(facts)


def write_facts(home: Path, plane: StatutoryPlane | None = None) -> None:
    """Write home.json anew, in one step.

    Raises:
        StorageError: the disk is full or refuses; the old file then stands.
    """
    facts: dict[str, Any] = {"format": FORMAT}
    if plane is not None:
        facts["plane"] = {"lon_0": plane.lon_0, "lat_ts": plane.lat_ts}
    write_whole(home / FILE, (json.dumps(facts, indent=2) + "\n").encode())


def plane_of(access: Access) -> StatutoryPlane:
    """Return the home's plane: as written down, else as its first layer has it; a draft has no say.

    The two always agree, so that a process killed between adding the first layer and writing home.json
    changes nothing.

    Raises:
        NotFoundError: `store.no_plane` where there is no layer yet.
    """
    facts = read_facts(access.path)
    if "plane" in facts:
        return _plane(facts)
    with access.reading() as session:
        query = select(LayerRow).where(LayerRow.epsg.is_not(None), LayerRow.draft.is_(False))
        first = session.scalars(query.order_by(LayerRow.id).limit(1)).first()
        if first is None:
            raise NotFoundError("store.no_plane", home=access.path)
        west, south, east, north = first.west, first.south, first.east, first.north
    # A row with a system of delivery has its box, too: LayerStore.add writes both or neither.
    assert west is not None and south is not None and east is not None and north is not None
    return StatutoryPlane.near((west + east) / 2, (south + north) / 2)


def settle_plane(access: Access) -> None:
    """Write the plane down if it is not yet."""
    if "plane" not in read_facts(access.path):
        write_facts(access.path, plane_of(access))


def _plane(facts: dict[str, Any]) -> StatutoryPlane:
    return StatutoryPlane(int(facts["plane"]["lon_0"]), int(facts["plane"]["lat_ts"]))
