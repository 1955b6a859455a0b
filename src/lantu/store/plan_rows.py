"""Plans between rows and values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from lantu.core.finding import Clause
from lantu.plans import Approval, Plan, PlanKind, PlanLevel, PlanVersion, Target
from lantu.store.tables import PlanRow, TargetRow, VersionRow


@dataclass(frozen=True, slots=True)
class Registered:
    """A version in the registry.

    Attributes:
        digest: the version's name.
        number: 1 for the plan's first version, and so on; the highest stands.
        already_there: set where it had been registered before.
        again: set where registering it made it stand again.
        standing: number of the version that stands, set where registering this one changed nothing.
    """

    version: PlanVersion
    digest: str
    plan_id: str
    number: int
    added_at: datetime
    already_there: bool = field(default=False, compare=False)
    again: bool = field(default=False, compare=False)
    standing: int | None = field(default=None, compare=False)


def target_row(position: int, target: Target) -> TargetRow:
    """Return the row of a version's n-th target."""
    span = target.clause.span
    return TargetRow(
        position=position, indicator=target.indicator, indicator_id=target.indicator_id, op=target.op,
        value=None if target.value is None else str(target.value), unit=target.unit, year=target.year,
        of=target.of, note=target.note,
        clause_document=target.clause.document, clause_text=target.clause.text,
        span_start=span[0] if span else None, span_end=span[1] if span else None,
        clause_source=target.clause.source,
    )  # fmt: skip


def plan_value(row: PlanRow) -> Plan:
    """Return a plan, without its parent."""
    return Plan(row.id, row.area_code, row.area_name, PlanLevel(row.level), PlanKind(row.kind), row.title)


def _target(row: TargetRow) -> Target:
    span = (row.span_start, row.span_end) if row.span_start is not None and row.span_end is not None else None
    return Target(
        indicator=row.indicator, indicator_id=row.indicator_id, op=row.op,
        value=None if row.value is None else Decimal(row.value), unit=row.unit, year=row.year, of=row.of,
        note=row.note, clause=Clause(row.clause_document, row.clause_text, span, row.clause_source),
    )  # fmt: skip


def registered(
    row: VersionRow, *, already_there: bool = False, again: bool = False, standing: int | None = None
) -> Registered:
    """Return a version with its targets, approval and layers; the rest as `Registered` has it."""
    reply = row.approval
    version = PlanVersion(
        area_code=row.plan.area_code,
        area_name=row.area_name,
        title=row.title,
        level=PlanLevel(row.level),
        kind=PlanKind(row.plan.kind),
        period=None if row.period_from is None or row.period_to is None else (row.period_from, row.period_to),
        targets=tuple(_target(target) for target in row.targets),
        approval=Approval(
            reply.title,
            reply.issuer,
            reply.document_number,
            date.fromisoformat(reply.date) if reply.date else None,
            reply.source_digest,
        ),
        layers={layer.kind: layer.layer for layer in row.layers},
    )
    return Registered(
        version, row.digest, row.plan_id, row.number, row.added_at, already_there, again, standing
    )
