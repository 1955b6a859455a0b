"""The figures of a lower plan against those of the plan above it: one judgement per clause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from lantu.core.errors import ConflictError, InputError
from lantu.core.finding import Answer, Clause, Finding
from lantu.core.operators import AT_LEAST, AT_MOST, EQUAL, sign
from lantu.lawbook import Divisions
from lantu.plans import PlanKind, PlanLevel, Target
from lantu.transmission.figures import (
    REFERS,
    Amount,
    Gap,
    InForce,
    figure,
    handed_down,
    in_unit,
    written,
)
from lantu.transmission.judgement import Comparison, Judgement, names_of, shown, sum_message
from lantu.transmission.rules import Rule, Rules
from lantu.transmission.sums import sum_below
from lantu.transmission.tree import chain

_HOLDS = {
    AT_LEAST: lambda value, limit: value >= limit,
    AT_MOST: lambda value, limit: value <= limit,
    EQUAL: lambda value, limit: value == limit,
}


_SENTENCES = {
    (Comparison.EACH, Answer.PASS): "transmission.each_pass",
    (Comparison.EACH, Answer.FAIL): "transmission.each_fail",
    (Comparison.ALLOCATED, Answer.PASS): "transmission.allocated_pass",
    (Comparison.ALLOCATED, Answer.FAIL): "transmission.allocated_fail",
    (Comparison.PART, Answer.PASS): "transmission.part_pass",
    (Comparison.PART, Answer.FAIL): "transmission.part_fail",
}


def judge(
    lower: InForce, upper: InForce, masters: Sequence[InForce], rules: Rules, divisions: Divisions
) -> tuple[Judgement, ...]:
    """Judge a lower master plan's figures against those of a plan above it.

    Args:
        masters: every master plan in force, those two among them.

    Raises:
        InputError: `transmission.not_master` for another kind of plan, `transmission.not_above`.
        ConflictError: `transmission.several_plans` where an area has more than one, `transmission.circular`.
    """
    by_area = _one_each(masters)
    for each in (lower, upper):
        if each.plan.kind is not PlanKind.MASTER or each.plan.level is PlanLevel.REGION:
            raise InputError("transmission.not_master", plan=each.plan.id, title=each.plan.title)
    above = chain({each.plan.id: each.plan for each in masters}, lower.plan.id)
    if upper.plan.id not in {each.id for each in above}:
        names = "、".join(each.id for each in above)
        raise InputError(
            "transmission.not_above", lower=lower.plan.id, upper=upper.plan.id, above=names or "–"
        )
    court = _Court(lower, upper, by_area, rules, divisions)
    return (*court.upper_clauses(), *court.allocations(), *court.unread(), *court.parts(), *court.alone())


def _one_each(masters: Iterable[InForce]) -> dict[str, InForce]:
    found: dict[str, InForce] = {}
    for each in masters:
        if each.plan.kind is not PlanKind.MASTER or each.plan.level is PlanLevel.REGION:
            continue
        other = found.setdefault(each.plan.area_code, each)
        if other is not each:
            raise ConflictError(
                "transmission.several_plans",
                area=each.plan.area_name,
                plans=f"{other.plan.id}、{each.plan.id}",
            )
    return found


@dataclass(frozen=True, slots=True)
class _Court:
    lower: InForce
    upper: InForce
    masters: Mapping[str, InForce]
    rules: Rules
    divisions: Divisions

    # --- the upper plan's clauses -------------------------------------------------------------------------

    def upper_clauses(self) -> list[Judgement]:
        """Judge every target of the upper plan: by the sum of the plans below it, and by the lower plan."""
        found = []
        for targets in _grouped(self.upper.targets, self.rules):
            target = targets[0]
            valued = [each for each in targets if each.value is not None]
            if not valued:
                valued = handed_down(self.upper, target, self.rules)
            rule = self.rules.of(target)
            if not valued:
                gap = Gap("transmission.upper_refers", {"note": target.note or "–"})
                found.append(
                    self._untold(Comparison.SUM if rule and rule.sum else Comparison.EACH, target, gap, rule)
                )
                continue
            for op in dict.fromkeys(each.op for each in valued):
                found += self._clause([each for each in valued if each.op == op], rule)
        return found

    def _clause(self, targets: list[Target], rule: Rule | None) -> list[Judgement]:
        target = targets[0]
        amounts = [in_unit(each, target.unit) for each in targets]
        if (
            target.op is None
            or len({each.value if isinstance(each, Amount) else None for each in amounts}) > 1
        ):
            gap = Gap("transmission.upper_ambiguous", {"figures": written(targets)})
            return [self._untold(Comparison.EACH, target, gap, rule)]
        if rule is None:
            return [self._untold(Comparison.EACH, target, Gap("transmission.no_rule"), None)]
        found = [self._sum(target, rule)] if rule.sum else []
        allocated = handed_down(self.lower, target, self.rules)
        own = figure(self.lower, target, self.rules)
        if allocated:
            return found  # what is handed down by name goes before what holds for all
        if isinstance(own, Gap):
            if own.reason != REFERS or rule.each:
                found.append(self._untold(Comparison.EACH, target, own, rule, self._clause_of(target)))
        elif rule.each:
            found.append(self._each(target, own, rule))
        elif not rule.sum:
            gap = Gap("transmission.not_by_figures", answer=Answer.NEEDS_PERSON)
            found.append(self._untold(Comparison.EACH, target, gap, rule, own.target.clause))
        return found

    def _sum(self, target: Target, rule: Rule) -> Judgement:
        assert target.value is not None and target.op is not None
        added = sum_below(self.upper.plan.area_code, target, self.masters, self.rules, self.divisions)
        required = Fraction(target.value)
        total = added.total
        holds = added.holds(target.op, required)
        code = sum_message(added, holds, target, required)
        answer = {
            "transmission.sum_rounding": Answer.NEEDS_PERSON,
            "transmission.sum_none": Answer.CANNOT_TELL,
            "transmission.sum_open": Answer.CANNOT_TELL,
        }.get(code, Answer.PASS if holds else Answer.FAIL)
        measured = shown(total, target.value) if added.counted else None
        residual = None if measured is None else shown(required - total, Decimal(0), target.value)
        words = {
            "counted": len(added.counted), "total": measured, "residual": residual,
            "holes": len(added.holes), "names": names_of(added),
        }  # fmt: skip
        finding = self._finding(Comparison.SUM, target, answer, code, words, rule, measured)
        looked_at = {each.plan.plan.id: each.plan.digest for each in added.counted}
        finding = replace(finding, inputs={**looked_at, **finding.inputs})
        return Judgement(
            Comparison.SUM, target.indicator, target.year, target.op, finding, None, residual, added
        )

    def _each(self, target: Target, own: Amount, rule: Rule) -> Judgement:
        return self._held(Comparison.EACH, target, own, rule.verified, rule)

    # --- what is handed down by name ----------------------------------------------------------------------

    def allocations(self) -> list[Judgement]:
        """Judge every figure handed down to the lower plan's area, and every bare reference to one."""
        found = []
        for targets in _grouped(self.lower.allocated, self.rules):
            target = targets[0]
            if target.value is None or target.op is None:
                continue
            if len({(each.op, each.value, each.unit) for each in targets}) > 1:
                gap = Gap("transmission.upper_ambiguous", {"figures": written(targets)})
                found.append(self._untold(Comparison.ALLOCATED, target, gap, None, self._clause_of(target)))
                continue
            own = figure(self.lower, target, self.rules, own=True)
            if isinstance(own, Amount):
                found.append(self._held(Comparison.ALLOCATED, target, own, True))
            elif own.reason == REFERS:
                value = shown(Fraction(target.value), target.value)
                finding = self._finding(
                    Comparison.ALLOCATED,
                    target,
                    Answer.PASS,
                    "transmission.by_reference",
                    own.params,
                    None,
                    value,
                )
                found.append(self._judged(Comparison.ALLOCATED, target, finding, self._clause_of(target)))
            else:
                found.append(self._untold(Comparison.ALLOCATED, target, own, None, self._clause_of(target)))
        for target in self.lower.targets:
            if self._refers(target) and not handed_down(self.lower, target, self.rules):
                gap = Gap("transmission.reference_open", {"note": target.note or "–"})
                found.append(
                    self._untold(Comparison.ALLOCATED, target, gap, None, target.clause, required=False)
                )
        return found

    def unread(self) -> list[Judgement]:
        """Hand every figure about the lower plan's area that was not read beyond doubt to a person."""
        found = []
        for words in self.lower.unread:
            finding = Finding(
                "transmission.allocated", (self.upper.plan.id, self.lower.plan.id, words),
                Answer.NEEDS_PERSON, "transmission.unread",
                {"words": words, "area": self.lower.plan.area_name},
                inputs=self._inputs(),
            )  # fmt: skip
            found.append(Judgement(Comparison.ALLOCATED, "–", None, None, finding))
        return found

    # --- within the lower plan ----------------------------------------------------------------------------

    def parts(self) -> list[Judgement]:
        """Hold every part against its whole: no more 永久基本农田 than 耕地."""
        found = []
        for part in self.lower.targets:
            if part.of is None or part.value is None or part.op is None:
                continue
            whole = [
                each
                for each in self.lower.targets
                if self.rules.key(each.indicator) == self.rules.key(part.of)
                and each.year == part.year
                and each.value is not None
                and each.op is not None
            ]
            if len({(each.op, each.value, each.unit) for each in whole}) != 1:
                gap = Gap("transmission.no_whole", {"of": part.of})
                found.append(self._untold(Comparison.PART, part, gap, None, part.clause, required=False))
                continue
            (limit, *_), own = whole, in_unit(part, whole[0].unit)
            if isinstance(own, Gap):
                found.append(self._untold(Comparison.PART, limit, own, None, part.clause))
            elif part.op == AT_MOST and limit.op != AT_MOST:
                found.append(
                    self._untold(Comparison.PART, limit, Gap("transmission.part_open"), None, part.clause)
                )
            else:
                found.append(self._held(Comparison.PART, limit, own, True))
        return found

    def alone(self) -> list[Judgement]:
        """List the lower plan's figures that nothing above speaks of."""
        above = {
            (self.rules.key(each.indicator), each.year)
            for each in (*self.upper.targets, *self.lower.allocated)
        }
        found = []
        for target in self.lower.targets:
            if target.value is not None and (self.rules.key(target.indicator), target.year) not in above:
                years = sorted(
                    {str(each.year or "?") for each in self.upper.targets
                     if self.rules.key(each.indicator) == self.rules.key(target.indicator)}
                )  # fmt: skip
                gap = (
                    Gap("transmission.upper_years", {"years": "、".join(years)})
                    if years
                    else Gap("transmission.upper_silent")
                )
                found.append(self._untold(Comparison.EACH, target, gap, None, target.clause, required=False))
        return found

    # --- one judgement ------------------------------------------------------------------------------------

    def _held(
        self, comparison: Comparison, limit: Target, own: Amount, verified: bool, rule: Rule | None = None
    ) -> Judgement:
        """Hold one figure against a limit; a part always has to stay within its whole."""
        assert limit.value is not None and limit.op is not None
        holds = _HOLDS[AT_MOST if comparison is Comparison.PART else limit.op](
            own.value, Fraction(limit.value)
        )
        answer = Answer.PASS if holds else Answer.FAIL
        code = _SENTENCES[comparison, answer]
        measured = shown(own.value, limit.value)
        words = {"value": measured, "part": own.target.indicator}
        finding = self._finding(comparison, limit, answer, code, words, rule, measured, own.target.indicator)
        if comparison is Comparison.PART:
            return Judgement(
                comparison, own.target.indicator, limit.year, AT_MOST, finding, own.target.clause
            )
        return self._judged(comparison, limit, finding, own.target.clause)

    def _untold(
        self,
        comparison: Comparison,
        target: Target,
        gap: Gap,
        rule: Rule | None,
        below: Clause | None = None,
        *,
        required: bool = True,
    ) -> Judgement:
        """Give the answer of a gap; without `required` the target is the lower plan's own."""
        finding = self._finding(
            comparison, target, gap.answer, gap.reason, gap.params, rule, required=required
        )
        return self._judged(comparison, target, finding, below)

    def _judged(
        self, comparison: Comparison, target: Target, finding: Finding, below: Clause | None
    ) -> Judgement:
        return Judgement(comparison, target.indicator, target.year, target.op, finding, below)

    def _finding(
        self,
        comparison: Comparison,
        target: Target,
        answer: Answer,
        code: str,
        words: Mapping[str, object],
        rule: Rule | None,
        measured: Decimal | None = None,
        part: str = "",
        *,
        required: bool = True,
    ) -> Finding:
        # The part's name is in the identity only where one whole has several parts.
        part = part if comparison is Comparison.PART else ""
        subject = (self.upper.plan.id, "" if comparison is Comparison.SUM else self.lower.plan.id,
                   self.rules.key(target.indicator), str(target.year), target.op or "", part)  # fmt: skip
        if not required and target.value is not None:
            measured = shown(Fraction(target.value), target.value)
        params = {
            "indicator": target.indicator, "year": target.year or "?", "op": sign(target.op),
            "required": None if target.value is None else f"{target.value:f}", "unit": target.unit or "",
            "upper": self.upper.plan.area_name, "lower": self.lower.plan.area_name,
        }  # fmt: skip
        return Finding(
            rule=f"transmission.{comparison}",
            subject=subject,
            answer=answer,
            message=code,
            params={**params, **words},
            measured=measured,
            required=target.value if required else None,
            unit=target.unit,
            clause=target.clause if required else None,
            inputs=self._inputs(),
            verified=rule.verified if rule else True,
        )

    def _inputs(self) -> dict[str, str]:
        return {self.upper.plan.id: self.upper.digest, self.lower.plan.id: self.lower.digest}

    def _refers(self, target: Target) -> bool:
        """Tell a bare reference from one that the plan gives a figure for itself."""
        key = self.rules.key(target.indicator)
        return target.value is None and not any(
            each.value is not None and each.year == target.year and self.rules.key(each.indicator) == key
            for each in self.lower.targets
        )

    def _clause_of(self, target: Target) -> Clause | None:
        """Return the lower plan's clause about an indicator, of that year where it has one."""
        key = self.rules.key(target.indicator)
        same = [each for each in self.lower.targets if self.rules.key(each.indicator) == key]
        same.sort(key=lambda each: each.year != target.year)
        return same[0].clause if same else None


def _grouped(targets: Iterable[Target], rules: Rules) -> list[list[Target]]:
    """Return targets by indicator and year, in the order of their first."""

    def key(target: Target) -> tuple[str, int | None]:
        return rules.key(target.indicator), target.year

    targets = list(targets)
    order = list(dict.fromkeys(map(key, targets)))
    found = {
        at: list(group) for at, group in groupby(sorted(targets, key=lambda t: order.index(key(t))), key)
    }
    return [found[at] for at in order]
