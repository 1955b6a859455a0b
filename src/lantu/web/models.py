"""The forms of all answers, for the OpenAPI document; tests hold real answers against them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


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


class RunRow(BaseModel):
    """A row of a measuring run, as `lantu measure --json` prints it; later runs may say more."""

    model_config = ConfigDict(extra="allow")


class Message(Words):
    """A sentence and its code."""

    code: str


class Clause(Form):
    """The sentence behind a requirement; `span` counts Unicode code points of the source's text."""

    document: str
    text: str
    span: tuple[int, int] | None
    source: str | None


class Part(Form):
    """A figure beside an indicator's value."""

    name: Words
    value: str | None
    unit: str


class TargetRow(RunRow):
    """A target against the state of a year. Figures are decimal text; null where it cannot be told."""

    id: str
    area_code: str
    area_name: str
    year: int
    indicator_id: str
    indicator: str
    plan_version: str | None
    op: Literal[">=", "<=", "="] | None
    required: str | None
    unit: str | None
    target_year: int | None
    note: str | None
    value: str | None
    margin: str | None
    answer: AnswerWord
    message: Message
    verified: bool
    formula: Words | None
    indicator_note: Words | None
    sources: list[str]
    parts: list[Part]
    rounding: Words | None
    clause: Clause | None
    inputs: dict[str, str]


class Finding(RunRow):
    """Land that changed, and what a rule says of it. `place` and `geometry` are in longitude/latitude."""

    id: str
    rule: str
    title: Words
    area_code: str
    year: int
    answer: AnswerWord
    message: Message
    features: list[str]
    area_m2: str | None
    from_: list[str] = Field(alias="from")
    to: list[str]
    place: tuple[float, float] | None
    geometry: dict[str, Any] | None
    clause: Clause | None
    verified: bool
    inputs: dict[str, str]


class Targets(Form):
    """Targets of one year, of one county or of all."""

    rows: list[TargetRow]


class Findings(Form):
    """Findings of all years, of one county or of all."""

    rows: list[Finding]


class BelowThreshold(Form):
    """What one rule met in one year and left out of the findings as too small: counted, not listed."""

    area_code: str
    year: int
    rule: str
    title: Words
    count: int
    area_m2: str


class BelowThresholds(Form):
    """Patches below the threshold, of all years, of one county or of all."""

    rows: list[BelowThreshold]


class Note(Form):
    """What one should know beside the answers of a county: a damaged layer, no targets."""

    area_code: str
    message: Message


class Notes(Form):
    """Notes of the latest run, of one county or of all."""

    rows: list[Note]


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


class Duty(Form):
    """What an approval obliges somebody to do, and where it says so."""

    id: str
    kind: str
    name: Words
    obliged: Words
    span: tuple[int, int]
    sentence: str


class Question(Form):
    """What a person has to settle in the reading of an approval."""

    code: str
    text: str
    span: tuple[int, int]
    message: Words


class Reply(Form):
    """One reply of a file, with the areas whose plans it approves."""

    title: str | None
    document_number: str | None
    date: str | None
    areas: list[str]
    duties: list[Duty]
    questions: list[Question]


class ApprovalText(Form):
    """A file of one or more replies as read: every `span` counts Unicode code points of `text`."""

    text: str
    replies: list[Reply]


class LayerRow(Form):
    """A registered layer.

    `tiles` is the address of its kind's tiles, null for a table. Of a kind that is not yearly a map shows
    what is in force in the year `{year}`, where the address has that place to fill in.
    """

    digest: str
    kind: str
    name: Words
    title: str
    area_code: str
    year: int | None
    features: int
    geometry_type: str | None
    invented: bool
    superseded: bool
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
