"""Small packages as a job would bring them to the store."""

from __future__ import annotations

from typing import Any

import shapely

from lantu.store import Home, PackageNote, RegisteredPackage
from store.delivered import Delivery, squares, water

AREA, PROFILE = "220882", "county-2021"
DIGEST = "sha256:" + "ab" * 32
FINDINGS = b'{"verdict": "accept"}'
NOTE = PackageNote("package.note_no_rows", "LSWHBHX", "x.gpkg:LSWHBHX")
ACCEPTED = {"id": "0123456789abcdef", "reason": "飞地", "person": "甲", "until": "2027-01-01"}
LAND = {"kind": "DLTB", "area_code": AREA}


def away(table: Delivery, degrees: float) -> Delivery:
    """The same layer so many degrees farther west."""
    return squares(
        attributes=table.attributes,
        geometry=shapely.transform(table.geometry, lambda xy: xy - [degrees, 0.0]),
    )


def layers() -> dict[str, Delivery]:
    return {"STBHHX": squares(4), "YJJBNT": squares(2), "WATER_USE": water()}


def register(home: Home, brought: dict[str, Delivery] | None = None, **changes: Any) -> RegisteredPackage:
    said = {
        "digest": DIGEST,
        "name": "大安市成果",
        "profile": PROFILE,
        "area_code": AREA,
        "verdict": "accept",
    }
    evidence = changes.pop("evidence", FINDINGS)
    return home.packages.register(layers() if brought is None else brought, evidence, **(said | changes))
