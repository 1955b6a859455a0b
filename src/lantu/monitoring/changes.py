"""What changed on the land between two years, judged by the change rules of the lawbook.

Which rules exclude each other. A rule that needs a line (inside or outside of it) speaks about that line:
the same land may breach basic farmland, the red line and the urban boundary at once, and each of these
findings stands, for each line has its own law. Rules that share a table of exemptions (`exempt_by`)
exclude each other: in their `order` the first takes the land. So farmland that leaves under an approved
exchange is reported as such (a rule whose answer is pass), and only the rest as lost.

What is one finding. Pieces that a rule's classes select and that touch each other are one patch, one
physical event; it is measured where the rule holds (inside or outside its line) and reported once per rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import shapely

from lantu.core.finding import Answer
from lantu.lawbook.models import ChangeRule
from lantu.monitoring import patches
from lantu.monitoring.balance import judge_exchange
from lantu.monitoring.comparison import RECORD_M2, Change, Comparison, Rows, square_metres

UNCOMPARED = "MON00"
"""The code under which it is said that land could not be compared at all."""


@dataclass(frozen=True, slots=True)
class Below:
    """What a rule met and left out of the findings as too small: how many patches and pieces, how much."""

    rule: str
    count: int
    area_m2: Decimal


@dataclass
class Changes:
    """Everything that two years say under the change rules."""

    found: list[Change] = field(default_factory=list)
    below: list[Below] = field(default_factory=list)


def judge_changes(comparison: Comparison, rules: Iterable[ChangeRule]) -> Changes:
    """Judge every passage by every rule; a rule that cannot be judged says so, a rule that crashes too."""
    result = Changes()
    taken: dict[str, set[int]] = {}
    for rule in sorted(rules, key=lambda r: r.order):
        try:
            changes = _judge_rule(comparison, rule, taken)
        except Exception as error:
            changes = Changes(
                [_untold(rule, "monitoring.rule_failed", why=f"{type(error).__name__}: {error}")]
            )
        result.found += changes.found
        result.below += changes.below
    result.found += _coverage(comparison) + _unknown_codes(comparison)
    return result


def _judge_rule(comparison: Comparison, rule: ChangeRule, taken: dict[str, set[int]]) -> Changes:
    lacking = [kind for kind in (rule.inside, rule.outside) if kind and kind not in comparison.lines]
    if lacking:
        return Changes(
            [_untold(rule, "monitoring.line_missing", kind="、".join(lacking), year=comparison.after.year)]
        )
    if rule.exempt_by and rule.answer is Answer.PASS:
        return _judge_exchanges(comparison, rule, taken.setdefault(rule.exempt_by, set()))
    rows = comparison.selected(rule)
    answer, message = rule.answer, rule.message
    if rule.exempt_by:
        gone = taken.get(rule.exempt_by, set())
        rows = np.array([row for row in rows if row not in gone], np.int64)
        if comparison.exchanges is None:
            # Without the table nobody knows whether the change was approved: a person must look.
            answer, message = Answer.NEEDS_PERSON, f"{rule.message}_no_table"
    return _judge_patches(comparison, rule, answer, message, rows)


def _judge_patches(
    comparison: Comparison, rule: ChangeRule, answer: Answer, message: str, rows: Rows
) -> Changes:
    limits = comparison.thresholds
    land = comparison.land(rows)
    held = comparison.where_rule_holds(rule, land)
    area = shapely.area(held)
    small: list[float] = area[(area >= RECORD_M2) & (area < limits.piece_m2)].tolist()
    # Noise must neither join two patches nor lend its parcel's name to one.
    solid = shapely.area(land) >= limits.piece_m2
    rows, land, held, area = rows[solid], land[solid], held[solid], area[solid]
    patch_of = patches.contiguous(land, limits.reach_m)
    found = []
    for patch in np.unique(patch_of[area >= limits.piece_m2]):
        mine = np.flatnonzero((patch_of == patch) & (area >= limits.piece_m2))
        change = comparison.change(rule, answer, message, rows[mine], held[mine])
        assert change.area_m2 is not None
        if change.area_m2 < Decimal(str(limits.patch_m2)):
            small.append(float(change.area_m2))
        else:
            found.append(change)
    return Changes(found, [Below(rule.code, len(small), square_metres(sum(small)))] if small else [])


def _judge_exchanges(comparison: Comparison, rule: ChangeRule, taken: set[int]) -> Changes:
    """Hold each approved exchange of the year against what the land did; see `monitoring/exchanges.py`."""
    found = []
    mine = [each for each in comparison.exchanges or () if each.year == comparison.after.year]
    for exchange in mine:
        others = (other.out | other.into for other in mine if other is not exchange)
        change, rows = judge_exchange(comparison, rule, exchange, frozenset().union(*others))
        taken.update(rows)
        found.append(change)
    return Changes(found)


def _coverage(comparison: Comparison) -> list[Change]:
    """Say where one year has changed land and the other year none at all: there nothing could be compared."""
    passage, year = comparison.passage, comparison.after.year
    alone = [("old", passage.old_alone_m2, year - 1, year), ("new", passage.new_alone_m2, year, year - 1)]
    return [
        Change(
            rule=UNCOMPARED,
            key=("coverage", side),
            answer=Answer.CANNOT_TELL,
            message="monitoring.uncovered",
            params={"area_m2": square_metres(area), "has": has, "lacks": lacks},
            area_m2=square_metres(area),
        )
        for side, area, has, lacks in alone
        if area >= comparison.thresholds.patch_m2
    ]


def _unknown_codes(comparison: Comparison) -> list[Change]:
    """Say where changed land carries a code that the standard does not have: no rule can class it."""
    passage, found = comparison.passage, []
    for year, rows in ((comparison.before, passage.old), (comparison.after, passage.new)):
        codes = [year.dlbm[i] for i in rows]
        odd = comparison.classes.unknown(codes)
        if odd.any():
            area = square_metres(float(passage.area_m2[odd].sum()))
            names = ", ".join(
                sorted({code or "∅" for code, is_odd in zip(codes, odd, strict=True) if is_odd})
            )
            params = {"year": year.year, "codes": names, "area_m2": area}
            key = ("codes", str(year.year))
            found.append(
                Change(UNCOMPARED, key, Answer.CANNOT_TELL, "monitoring.unknown_codes", params, area_m2=area)
            )
    return found


def _untold(rule: ChangeRule, message: str, **params: object) -> Change:
    return Change(rule.code, ("untold",), Answer.CANNOT_TELL, message, {"rule": rule.code, **params})
