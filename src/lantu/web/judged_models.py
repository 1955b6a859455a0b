"""The forms of reviews and conflicts, as `models.py` has those of everything else."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field

from lantu.web.models import Form, Words


class ReviewRequest(Form):
    """Sites to review, in one of three forms, and what is known of the project."""

    geojson: dict[str, Any] | None = Field(None, description="面 / polygons; CGCS2000 经纬度，或写明 crs")
    points: str | None = Field(None, description="界址点坐标 TXT 全文 / whole text of a boundary-point TXT")
    wkt: str | None = Field(None, description="WKT，每行一个 / WKT, one geometry a line")
    crs: str | None = Field(None, description="WKT 的坐标系 / system of the WKT: EPSG:4490")
    project: dict[str, Any] = Field(default_factory=dict, description="与项目文件相同 / as in a project file")
    day: date | None = Field(None, description="按哪天的规则，缺省为今天 / whose law applies; today")
    suggest: bool = Field(False, description="找可用部分和移位 / look for what would pass")


class Review(Form):
    """What `lantu review --json` prints; every control that takes ground also has its `geometry`."""

    file: str
    digest: str
    system: str
    notes: list[str]
    method: str
    lawbook: str
    invented: bool
    project: dict[str, Any]
    overlapping: list[dict[str, Any]]
    sites: list[dict[str, Any]]


class ReplyClause(Form):
    """What the reply to a plan says."""

    document: str
    text: str


class ApprovedPlan(Form):
    """The plan that a layer was approved with."""

    title: str
    document: str | None


class Said(Form):
    """A field of a feature; `name` that of its class, where it is one."""

    title: Words
    value: str
    name: str | None


class ConflictSide(Form):
    """One of the two; `name` is that of its kind of layer, `layer` its digest.

    `says`: what its features say, each different saying once, the first few of `says_count`.
    """

    area_code: str
    kind: str
    name: Words
    layer: str
    title: str
    features: list[str]
    clause: ReplyClause | None
    plan: ApprovedPlan | None
    says: list[list[Said]]
    says_count: int


class ConflictLand(Form):
    """What the latest land survey says of the ground; `name` null for a code of no list."""

    code: str
    name: str | None
    area_m2: str


class Conflict(Form):
    """A place where two approved things exclude each other.

    `relation`: whether the two exclude each other here, or a person has to say; null where the lawbook lost
    the pair. `classes` is null where no land survey was registered.
    """

    number: str
    area_code: str
    pair: str
    title: Words
    relation: Literal["excludes", "condition", "coexists"] | None
    sources: list[str]
    verified: bool
    type: Literal["overlap", "on", "crossing", "shift", "slit"]
    severity: Literal["serious", "medium", "minor"]
    state: str
    present: bool
    area_m2: str
    place: tuple[float, float]
    sides: list[ConflictSide]
    classes: list[ConflictLand] | None
    deadline: str | None
    outcome: str | None
    geometry: dict[str, Any] | None


class Conflicts(Form):
    """The numbered conflicts of one county or of all."""

    rows: list[Conflict]
