"""The forms of all answers, for the OpenAPI document; tests hold real answers against them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Form(BaseModel):
    """A JSON object with exactly these members."""

    model_config = ConfigDict(extra="forbid")


AnswerWord = Literal["pass", "fail", "needs_person", "cannot_tell"]


class Words(Form):
    """The same words in Chinese and English."""

    zh: str
    en: str


class ErrorDetail(Words):
    """What went wrong, where, and how to mend it."""

    code: str


class Problem(Form):
    """Every error leaves in this form."""

    error: ErrorDetail


class Area(Form):
    """A county."""

    code: str
    name: str


class Meta(Form):
    """What this server shows."""

    version: str
    invented: bool
    invented_notice: Words | None
    lawbook_digest: str
    run_id: str | None
    years: list[int]
    latest_year: int | None
    bounds: tuple[float, float, float, float] | None
    areas: list[Area]


class AreaProperties(Area):
    """How a county stands in the latest year; `worst` of no target at all is `cannot_tell`."""

    worst: AnswerWord
    counts: dict[AnswerWord, int]


class AreaFeature(Form):
    """A county's outline in longitude/latitude; null where no outline is registered."""

    type: Literal["Feature"]
    id: str
    properties: AreaProperties
    geometry: dict[str, Any] | None


class Areas(Form):
    """GeoJSON."""

    type: Literal["FeatureCollection"]
    features: list[AreaFeature]


class Rows(Form):
    """Rows of the latest measuring run, as `lantu measure --json` prints them."""

    rows: list[dict[str, Any]]


class Point(Form):
    """One year; `value` null where it cannot be told."""

    year: int
    value: str | None
    answer: AnswerWord


class Series(Form):
    """One indicator of one county; figures are decimal text and keep their zeros."""

    unit: str
    required: str | None
    op: str | None
    points: list[Point]


class Approval(Form):
    """The approval of a plan; `source` is its file's digest, for /api/approvals."""

    document_number: str | None
    date: str | None
    issuer: str | None
    source: str | None


class Plan(Form):
    """A plan and its version in force."""

    id: str
    area_code: str
    area_name: str
    title: str
    level: str
    kind: str
    period: list[int] | None
    version: str
    approval: Approval
    target_count: int
    parent: str | None


class Plans(Form):
    """All plans."""

    rows: list[Plan]


class ApprovalText(Form):
    """An approval as read: every `span` counts characters of `text`."""

    text: str
    document_number: str | None
    title: str | None
    date: str | None
    duties: list[dict[str, Any]]
    questions: list[dict[str, Any]]


class LayerRow(Form):
    """A registered layer; `tiles` is null for a table."""

    digest: str
    kind: str
    name: Words
    title: str
    area_code: str
    year: int | None
    features: int
    geometry_type: str | None
    invented: bool
    tiles: str | None
    min_zoom: int


class Layers(Form):
    """All layers."""

    rows: list[LayerRow]


class Line(Form):
    """How much of a feature one control line covers.

    `covered_m2` and `share` are null where that cannot be told; 0 means measured and none.
    """

    kind: str
    zone: str | None
    name: Words
    covered_m2: str | None
    share: str | None
    answer_note: Words


class Feature(Form):
    """One feature with everything known of it."""

    kind: str
    kind_name: Words
    year: int | None
    area_code: str
    digest: str
    fid: int
    attributes: dict[str, Any]
    attribute_names: dict[str, Words]
    attribute_meanings: dict[str, Words]
    statutory_area_m2: str | None
    declared_area_m2: str | None
    lines: list[Line]
    geometry: dict[str, Any]
    invented: bool
