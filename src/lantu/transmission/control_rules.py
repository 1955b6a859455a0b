"""What detailed and special plans are held to, as the lawbook has it: `transmission/controls.yaml`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from lantu.lawbook import Citation, Compatibility, Lawbook, LayerKind, Words
from lantu.transmission.clauses import Rule, Section, Tolerance, refuse, rule_of, tolerance_of

PAGE = "transmission/controls"
NUMBERS = ("DKBH", "MC", "BSM")
"""Fields that may name a plot; the first that has a value does."""


@dataclass(frozen=True, slots=True)
class UseRule:
    """The use of plots against zones or planned uses; `upper`: the first kind that is registered."""

    rule: Rule
    lower: LayerKind
    upper: tuple[LayerKind, ...]
    by: Literal["zone", "use"]


@dataclass(frozen=True, slots=True)
class LineRule:
    """Plots within a line, or outside it: what their use is told there stands in `compatibility/lines.yaml`.

    Attributes:
        where: field and words of the line's polygons that are meant; None for all.
    """

    rule: Rule
    lower: LayerKind
    upper: LayerKind
    where: tuple[str, tuple[str, ...]] | None
    side: Literal["inside", "outside"]


@dataclass(frozen=True, slots=True)
class FacilityRule:
    """Facilities of special plans against the uses of plots; `upper`: the first kind that is registered.

    Attributes:
        field: which has the kind of a facility; what it is told stands in `compatibility/facilities.yaml`.
    """

    rule: Rule
    lower: LayerKind
    upper: tuple[LayerKind, ...]
    field: str


@dataclass(frozen=True, slots=True)
class LimitRule:
    """A figure of plots against the same field of the layer above."""

    rule: Rule
    lower: LayerKind
    upper: tuple[LayerKind, ...]
    field: str
    bound: Literal["at_most", "at_least"]


@dataclass(frozen=True, slots=True)
class OpenRule:
    """What only a person can tell."""

    rule: Rule
    why: Words


@dataclass(frozen=True, slots=True)
class ControlRules:
    """The page."""

    tolerance: Tolerance
    uses: tuple[UseRule, ...]
    lines: tuple[LineRule, ...]
    facilities: tuple[FacilityRule, ...]
    limits: tuple[LimitRule, ...]
    open: tuple[OpenRule, ...]

    def of(self, kind: str) -> ControlRules:
        """Return the rules about one kind of layer alone."""
        return replace(
            self,
            uses=tuple(each for each in self.uses if each.lower.kind == kind),
            lines=tuple(each for each in self.lines if each.lower.kind == kind),
            facilities=tuple(each for each in self.facilities if each.lower.kind == kind),
            limits=tuple(each for each in self.limits if each.lower.kind == kind),
            open=(),
        )

    def wanted(self) -> Mapping[str, Collection[str]]:
        """Return kind of layer → the fields that are read of it."""
        found: dict[str, set[str]] = {}

        def want(kind: LayerKind, *fields: str) -> None:
            of = found.setdefault(kind.kind, set())
            of.update(fields, (kind.classed[0],) if kind.classed else ())

        def want_plots(kind: LayerKind, *fields: str) -> None:
            want(kind, *fields, *set(NUMBERS).intersection(kind.fields))

        for use in self.uses:
            want_plots(use.lower)
            for kind in use.upper:
                want(kind)
        for line in self.lines:
            want_plots(line.lower)
            want(line.upper, *(line.where[:1] if line.where else ()))
        for facility in self.facilities:
            want_plots(facility.lower, facility.field)
            for kind in facility.upper:
                want(kind)
        for limit in self.limits:
            want_plots(limit.lower, limit.field)
            for kind in limit.upper:
                want(kind, limit.field)
        return {name: tuple(sorted(fields)) for name, fields in found.items()}


def control_rules(book: Lawbook) -> ControlRules:
    """Read the page.

    Raises:
        LawbookError: `lawbook.transmission_page` for a kind of layer, field or code that is not there.
    """
    d = book.pages[PAGE]

    def kind(name: str) -> LayerKind:
        if name not in book.layer_kinds:
            raise refuse(PAGE, name)
        return book.layer_kinds[name]

    def kinds(names: Sequence[str]) -> tuple[LayerKind, ...]:
        return tuple(kind(name) for name in names)

    def rule(each: Mapping[str, Any]) -> Rule:
        return rule_of(Section.CONTROLS, each)

    table = Compatibility(book)

    def on_line(each: Mapping[str, Any]) -> Rule:
        """Return the rule with the sources of what the table says of the line."""
        said = table.on_line(None, each["upper"], each["side"])
        if not said.sources:
            raise refuse(PAGE, f"{each['id']}: {each['upper']} {each['side']}")
        return by_table(each, said.sources, verified=said.verified)

    def sited(each: Mapping[str, Any]) -> Rule:
        said = table.facilities
        return by_table(each, said.sources, verified=said.verified)

    def by_table(each: Mapping[str, Any], sources: tuple[Citation, ...], *, verified: bool) -> Rule:
        title, do = Words(**each["title"]), Words(**each["do"])
        return Rule(Section.CONTROLS, each["id"], title, do, sources, verified)

    def field(name: str) -> str:
        if name not in book.fields:
            raise refuse(PAGE, name)
        return name

    return ControlRules(
        tolerance_of(d["tolerance"]),
        tuple(UseRule(rule(u), kind(u["lower"]), kinds(u["upper"]), u["by"]) for u in d["uses"]),
        tuple(
            LineRule(
                on_line(line), kind(line["lower"]), kind(line["upper"]),
                (field(line["where"]["field"]), tuple(line["where"]["words"])) if "where" in line else None,
                line["side"],
            )
            for line in d["lines"]
        ),
        tuple(
            FacilityRule(sited(each), kind(each["lower"]), kinds(each["upper"]), table.facilities.field)
            for each in d["facilities"]
        ),
        tuple(
            LimitRule(rule(m), kind(m["lower"]), kinds(m["upper"]), field(m["field"]), m["bound"])
            for m in d["limits"]
        ),
        tuple(OpenRule(rule(o), Words(**o["why"])) for o in d["open"]),
    )  # fmt: skip
