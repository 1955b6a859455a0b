"""Opinions on sites of the tiny world, and what their files say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import shapely

import world
from intake.gis_files import write
from lantu.runs.review_site import Project
from lantu.runs.write_opinion import WrittenOpinion, write_opinions
from lantu.store import Home
from world import rect

DAY = date(2025, 6, 30)
AT = datetime(2026, 11, 29, 8, 30, tzinfo=UTC)
FARM = rect(100, 150, 300, 350)
"""40,000 m² over the corner of A1 A2 B1 B2, all basic farmland; N1 takes 10,000 of it."""
RED = rect(700, 200, 900, 300)
"""20,000 m², of which 5,000 are red line."""
RURAL = Project(
    {
        "activity": "other", "level": "other", "sector": "rural", "use": "0703", "avoidable": "yes",
        "linear": "no", "stage": "conversion",
    },
    ("conversion",),
    {"name": "虚构广场", "applicant": "虚构镇人民政府"},
)  # fmt: skip


def site_file(folder: Path, *shapes: shapely.Polygon) -> Path:
    return write(folder, shapes=world.geographic(list(shapes)), name="地块")


def opinions(home: Home, file: Path, folder: Path, **more: Any) -> tuple[WrittenOpinion, ...]:
    return write_opinions(home, file, folder, **{"day": DAY, "made_at": AT, "project": RURAL} | more)[1]
