"""What the pages of the lawbook say, as frozen values. No reading and no checking here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from lantu.core.finding import Answer
from lantu.core.units import round_half_up

Geometry = Literal["polygon", "line", "point", "none"]
Presence = Literal["required", "expected", "optional"]
Severity = Literal["must", "warn", "note"]


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in Chinese and English."""

    zh: str
    en: str

    def to_json(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}


@dataclass(frozen=True, slots=True)
class Source:
    """A document the law is taken from.

    Attributes:
        id: how other pages cite it; the number where it has one.
        number: 文号 or standard number; None for a document without one.
        kind: statute, policy, approval, standard, reading (an implementer's reading) or dataset.
        issued, in_force: days, None where not known.
        verified: True where number, issuer and dates were seen in a published source, False where
            anything of it is from memory. Seen is not official: the document's own text decides.
        superseded_by: id of the source that replaced it.
    """

    id: str
    number: str | None
    title: str
    title_en: str | None
    kind: str
    issuer: str | None
    issued: date | None
    in_force: date | None
    verified: bool
    superseded_by: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a source: its id and, where known, the article."""

    id: str
    article: str | None = None


@dataclass(frozen=True, slots=True)
class CodeList:
    """A code list of one standard and year.

    Attributes:
        year: the year of the standard, None where the list has none.
        complete: False where rows are known to be missing.
        columns: column → its name; the first is always `code`.
        rows: code → column → text. Codes are text: 0101 is not 101, and a code's level is a column,
            never its first digits.
    """

    id: str
    title: Words
    source: Citation
    year: int | None
    verified: bool
    complete: bool
    columns: Mapping[str, Words]
    rows: Mapping[str, Mapping[str, str]]
    note: str | None = None

    def name(self, code: str) -> str | None:
        """Return the Chinese name of a code, None for a code that is not in the list."""
        row = self.rows.get(code)
        return row.get("name") if row else None

    def lineage(self, code: str) -> list[str]:
        """Return a code and those above it, by the list's own column; none for a code not in the list."""
        found: list[str] = []
        at: str | None = code
        while at and at in self.rows and at not in found:
            found.append(at)
            at = self.rows[at].get("parent")
        return found

    def row_verified(self, code: str) -> bool:
        """Return whether a row was seen in a published source: the list and the row must both be."""
        row = self.rows.get(code, {})
        return self.verified and row.get("verified", "true") == "true"


@dataclass(frozen=True, slots=True)
class LandClass:
    """One member of a named set of codes: DLBM 0101 of `dltb_dlbm_2020` is farmland."""

    name: str
    code_list: str
    code: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class UnitRule:
    """How many decimals a figure in a unit is published with; rounding is half up."""

    unit: str
    decimals: int
    source: Citation
    verified: bool
    note: str | None = None

    def round(self, value: Decimal | Fraction | int) -> Decimal:
        """Round a figure, exactly, to the decimals of its unit."""
        return round_half_up(value, self.decimals)


@dataclass(frozen=True, slots=True)
class Dated:
    """A value from one day to another, both included; `until` is None while it stands."""

    since: date
    until: date | None
    value: Decimal | str
    source: Citation
    verified: bool
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A tolerance, radius or threshold: a value per date, without gaps or overlaps.

    Attributes:
        unit: name in core/units, None for plain text and plain numbers.
        read_by: the module that reads it, where no indicator or rule does.
    """

    id: str
    title: Words
    unit: str | None
    read_by: str | None
    values: tuple[Dated, ...]

    def on(self, day: date) -> Dated | None:
        """Return what stood on a day, None before the first value or after the last one ended."""
        for dated in self.values:
            if dated.since <= day and (dated.until is None or day <= dated.until):
                return dated
        return None


@dataclass(frozen=True, slots=True)
class Part:
    """A further column of an indicator's SQL, in base units, printed in `unit` beside the value."""

    column: str
    unit: str
    name: Words


@dataclass(frozen=True, slots=True)
class Indicator:
    """What an approval binds and how it is measured.

    Attributes:
        unit: the unit it is published in; decimals come from the unit rules.
        base_unit: the unit of the SQL's `value`.
        attribute: binding 约束性 or anticipated 预期性.
        inputs: the views that the SQL reads.
        verified: False where formula or figure was not seen in a published source.
    """

    id: str
    version: int
    name: Words
    aliases: tuple[str, ...]
    unit: str
    base_unit: str
    direction: Literal[">=", "<=", "="]
    attribute: Literal["binding", "anticipated"]
    inputs: tuple[str, ...]
    parameters: tuple[str, ...]
    formula: Words
    sql: str
    parts: tuple[Part, ...]
    sources: tuple[Citation, ...]
    verified: bool
    note: Words | None = None


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """What a change of land from one class to another means, here or there.

    Attributes:
        from_classes, to_classes: names of code sets in `codes/land_classes.csv`.
        inside, outside: layer kind that the patch must lie in, or must leave; None where it does not matter.
        exempt_by: table kind whose rows make the change legal.
        order: rules are tried in this order; the first that matches decides.
        message: code of the sentence.
    """

    code: str
    name: str
    title: Words
    from_classes: tuple[str, ...]
    to_classes: tuple[str, ...]
    inside: str | None
    outside: str | None
    exempt_by: str | None
    answer: Answer
    order: int
    message: str
    parameters: tuple[str, ...]
    sources: tuple[Citation, ...]
    verified: bool
    note: Words | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a layer as the database standards name it."""

    name: str
    title: Words
    type: str | None
    unit: str | None
    code_list: str | None
    source: Citation | None
    verified: bool


@dataclass(frozen=True, slots=True)
class LayerKind:
    """A kind of layer or table.

    Attributes:
        kind: the standard's layer name, e.g. DLTB, or our own for working tables.
        ysdm: 要素代码; None where it is not known, and unverified where `ysdm_verified` is False.
        yearly: whether there is one layer per year.
        control: whether it is a control line (控制线) that plans draw and land is held against.
        fields: names of its usual fields, in order.
        required: those of them without which nothing can be measured from it.
        source: None for a working table of our own, which no standard knows.
        reviewed: whether sites are held against it besides control lines: zones, planned uses, permits …
        classed: its field of a class, and the code lists that the field is of.
        ages: for a state observed in a year, the parameter after how many years it is out of date; None for
            what stands until it is changed, such as the lines of an approved plan.
    """

    kind: str
    name: Words
    geometry: Geometry
    yearly: bool
    ysdm: str | None
    ysdm_verified: bool
    fields: tuple[str, ...]
    source: Citation | None
    verified: bool
    note: str | None = None
    required: tuple[str, ...] = ()
    control: bool = False
    reviewed: bool = False
    classed: tuple[str, tuple[str, ...]] | None = None
    ages: str | None = None


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A column of a layer as a package profile wants it.

    Attributes:
        presence: required: there, and filled in every row; expected: there; optional: may be left out.
        type: C text (width), D/F decimal (width.decimals), I integer (width), Date; None where not known.
        code_list: id of the list its values come from.
    """

    name: str
    title: Words
    presence: Presence
    type: str | None
    unit: str | None
    code_list: str | None
    verified: bool


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """A layer or table as a package profile wants it.

    Attributes:
        presence: required: the package is incomplete without it; expected: its absence is a warning.
        aliases: other names it is delivered under; case does not matter.
        single_part: whether multipart features are forbidden.
    """

    kind: str
    name: Words
    geometry: Geometry
    presence: Presence
    aliases: tuple[str, ...]
    ysdm: str | None
    ysdm_verified: bool
    single_part: bool
    fields: Mapping[str, FieldSpec]
    source: Citation | None
    verified: bool
    note: str | None = None


@dataclass(frozen=True, slots=True)
class PackageProfile:
    """What a plan package of one level, standard version and province must hold.

    Attributes:
        extends: id of the profile that this one changes; `layers` has everything put together.
        level: of the plan, as in `plans`: province, city, county, township.
        province: division code of the province whose rules it holds; None for the national one.
        since, until: when packages were, or are, made by it.
        land_use, zones: code lists of planned uses and of planning zones in that version.
        systems: EPSG codes that a package may be delivered in.
        package_name, layer_name: patterns (regular expressions) of names; None where there is no rule.
        documents: names (patterns) of further files that must be there, with what they are.
    """

    id: str
    title: Words
    extends: str | None
    level: str
    province: str | None
    since: date
    until: date | None
    standard: Citation
    land_use: str
    zones: str
    systems: tuple[int, ...]
    package_name: str | None
    layers: Mapping[str, LayerSpec]
    documents: Mapping[str, Words]
    verified: bool
    note: str | None = None


@dataclass(frozen=True, slots=True)
class QualityRule:
    """One rule that a plan package is held against.

    Attributes:
        code, name: stable; `aliases` are retired codes that old findings still cite.
        severity: 强制 must, 警告 warn, 提示 note.
        reach: how far the rule sees: full, may_over_report, may_under_report, needs_person.
        check: name of the function in `quality/checks` that carries it out, with these `arguments`.
        message: code of its sentence; `mend` says how to put it right.
    """

    code: str
    name: str
    title: Words
    category: str
    severity: Severity
    reach: str
    check: str
    arguments: Mapping[str, Any]
    parameters: tuple[str, ...]
    message: str
    mend: Words
    sources: tuple[Citation, ...]
    verified: bool
    aliases: tuple[str, ...] = ()
    note: Words | None = None
