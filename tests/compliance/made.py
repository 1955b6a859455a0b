"""Ground and projects made for the controls: a hectare of farm facilities, and what may be laid over it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from lantu.compliance.review import Ground, Judged, Opinion, review
from lantu.compliance.rules import controls_of
from lantu.lawbook import Compatibility, load

BOOK = load()
CONTROLS = controls_of(BOOK)
TABLE = Compatibility(BOOK)
LINES = {kind for each in CONTROLS for kind in each.layers if kind not in ("DLTB", "XZQX", "GHFQ")}
TODAY = date(2026, 1, 1)
FREE = Ground(
    10_000.0,
    dict.fromkeys(LINES, 0.0) | {"DLTB": 10_000.0, "GHFQ": 10_000.0},
    {"DLTB": {"1202": 10_000.0}, "GHFQ": {"520": 10_000.0}},
    frozenset(),
    0.0,
    years_m2={"DLTB": {2025: 10_000.0}},
)
"""One hectare of farm facilities in no line, in a farming zone, of which everything is known."""
PROJECT = {
    "activity": "other", "level": "other", "sector": "rural", "avoidable": "yes", "use": "0601",
    "linear": "no", "stage": "conversion",
}  # fmt: skip


def within(layer: str, area: float = 400.0) -> Ground:
    return replace(FREE, covered_m2={**FREE.covered_m2, "CZKFBJ": 10_000.0, layer: area})


def told(
    ground: Ground, code: str, day: date = TODAY, documents: tuple[str, ...] = (), **project: str
) -> Judged:
    opinion = review(ground, project, documents, CONTROLS, BOOK, TABLE, day)
    return next(each for each in opinion.judged if each.control.code == code)


def whole(ground: Ground, **project: str) -> Opinion:
    return review(ground, project, (), CONTROLS, BOOK, TABLE, TODAY)


def surveyed(classes: dict[str, float], area: float = 10_000.0) -> Ground:
    """Ground of some land classes, in a farming zone and no line."""
    return replace(
        FREE,
        area_m2=area,
        covered_m2={**FREE.covered_m2, "DLTB": area, "GHFQ": area},
        classes_m2={"DLTB": classes, "GHFQ": {"520": area}},
        years_m2={"DLTB": {2025: area}},
    )


def zoned(kind: str, classes: dict[str, float]) -> Ground:
    """Ground of which a layer says the classes."""
    return replace(
        FREE,
        covered_m2={**FREE.covered_m2, kind: sum(classes.values())},
        classes_m2={**FREE.classes_m2, kind: classes},
    )
