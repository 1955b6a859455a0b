"""The plan registry: sources, approvals, plans, their versions and targets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lantu.core.digest import PREFIX, digest_bytes, short
from lantu.core.errors import ConflictError, IntegrityError, NotFoundError
from lantu.plans import Node, Plan, PlanKind, PlanVersion, Target, build, with_parents
from lantu.store.access import Access, Writing
from lantu.store.files import readable_name
from lantu.store.plan_rows import Registered, plan_value, registered, target_row
from lantu.store.tables import (
    ApprovalRow,
    LayerRow,
    PlanRow,
    SourceRow,
    StandingRow,
    VersionLayerRow,
    VersionRow,
)

FOLDER = "sources"


class Evidence(Protocol):
    """An approval's file; `intake.Document` is one. `data` are its bytes, `text` what spans point into."""

    @property
    def source_name(self) -> str: ...
    @property
    def source_digest(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def ocr(self) -> bool: ...
    @property
    def text(self) -> str: ...
    @property
    def data(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Area:
    """An administrative area with a plan."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class RegisteredApproval:
    """A reply in the registry: the text its spans point into, and each document as the reader read it."""

    source_digest: str
    source_name: str
    text: str
    readings: tuple[dict[str, Any], ...]
    added_at: datetime


class Registry:
    """Plans of a home. Nothing is ever removed; the version registered last stands in front of the others."""

    def __init__(self, access: Access) -> None:
        self._access = access

    # --- looking ----------------------------------------------------------------------------------------

    def areas(self) -> list[Area]:
        """Return the areas that have a plan, by code."""
        with self._access.reading() as session:
            rows = session.execute(select(PlanRow.area_code, PlanRow.area_name).order_by(PlanRow.area_code))
            return [Area(code, name) for code, name in {row[0]: row[1] for row in rows}.items()]

    def plans(self) -> list[Plan]:
        """Return all plans with their parents, upper levels and lower codes first."""
        found: list[Plan] = []

        def walk(nodes: tuple[Node, ...]) -> None:
            for node in nodes:
                found.append(node.plan)
                walk(node.below)

        walk(self.tree())
        return found

    def tree(self) -> tuple[Node, ...]:
        """Return the plans as trees, upper levels first."""
        with self._access.reading() as session:
            return build([plan_value(row) for row in session.scalars(select(PlanRow))])

    def plan(self, plan_id: str) -> Plan:
        """Return a plan by its id, or the master plan of an area by its code.

        Raises:
            NotFoundError: `plan.unknown`.
        """
        with self._access.reading() as session:
            plans = with_parents(plan_value(row) for row in session.scalars(select(PlanRow)))
        wanted = {plan_id, f"{plan_id}-{PlanKind.MASTER}"}
        found = [plan for plan in plans if plan.id in wanted]
        if not found:
            raise NotFoundError("plan.unknown", plan=plan_id)
        return found[0]

    def versions(self, plan_id: str) -> list[Registered]:
        """Return a plan's versions as they came to stand, first to last; one may do so more than once."""
        query = (
            select(VersionRow, StandingRow)
            .join(StandingRow, StandingRow.version == VersionRow.digest)
            .where(StandingRow.plan_id == plan_id)
            .order_by(StandingRow.number)
        )
        with self._access.reading() as session:
            return [
                replace(registered(row), number=stood.number, added_at=stood.at)
                for row, stood in session.execute(query)
            ]

    def version(self, digest: str) -> Registered:
        """Return a version by its digest, or the first hex characters of it.

        Raises:
            NotFoundError: `plan.no_version`.
            ConflictError: `plan.ambiguous_version`.
        """
        prefix = PREFIX + digest.strip().lower().removeprefix(PREFIX)
        with self._access.reading() as session:
            query = select(VersionRow).where(VersionRow.digest.startswith(prefix, autoescape=True)).limit(2)
            rows = [registered(row) for row in session.scalars(query)]
        if not rows:
            raise NotFoundError("plan.no_version", version=short(digest))
        if len(rows) > 1:
            raise ConflictError("plan.ambiguous_version", version=short(digest))
        return rows[0]

    def current(self, area_code: str | None = None, day: date | None = None) -> list[Registered]:
        """Return the version of every plan that stands, by plan id.

        Args:
            area_code: None for all areas.
            day: None for now; else what stood then: the last version approved by that day. A version whose
                approval has no date counts as approved.
        """
        stood = select(VersionRow.plan_id, func.max(VersionRow.number).label("number"))
        if day is not None:
            stood = stood.join(VersionRow.approval).where(
                ApprovalRow.date.is_(None) | (ApprovalRow.date <= day.isoformat())
            )
        last = stood.group_by(VersionRow.plan_id).subquery()
        query = (
            select(VersionRow)
            .join(last, (VersionRow.plan_id == last.c.plan_id) & (VersionRow.number == last.c.number))
            .order_by(VersionRow.plan_id)
        )
        if area_code is not None:
            query = query.join(PlanRow).where(PlanRow.area_code == area_code)
        with self._access.reading() as session:
            return [registered(row) for row in session.scalars(query)]

    def layers_of_later(self, day: date) -> frozenset[str]:
        """Return the digests of layers that only versions approved after a day name."""
        query = (
            select(VersionLayerRow.layer, ApprovalRow.date)
            .join(VersionRow, VersionRow.digest == VersionLayerRow.version)
            .join(ApprovalRow, ApprovalRow.id == VersionRow.approval_id)
        )
        with self._access.reading() as session:
            named = [
                (layer, said is not None and said > day.isoformat()) for layer, said in session.execute(query)
            ]
        early = {layer for layer, later in named if not later}
        return frozenset(layer for layer, later in named if later and layer not in early)

    def targets(self, area_code: str) -> list[tuple[str, Target]]:
        """Return the targets that bind an area now, each with the digest of its plan version."""
        return [(each.digest, target) for each in self.current(area_code) for target in each.version.targets]

    def approval(self, source_digest: str) -> RegisteredApproval:
        """Return a reply by the digest of its file, or the first hex characters of it.

        Raises:
            NotFoundError: `plan.no_approval`.
        """
        prefix = PREFIX + source_digest.strip().lower().removeprefix(PREFIX)
        with self._access.reading() as session:
            source = session.scalars(
                select(SourceRow).where(SourceRow.digest.startswith(prefix, autoescape=True)).limit(1)
            ).first()
            if source is None:
                raise NotFoundError("plan.no_approval", source=short(source_digest))
            query = select(ApprovalRow).where(ApprovalRow.source_digest == source.digest)
            readings = tuple(row.reading for row in session.scalars(query.order_by(ApprovalRow.id)))
            return RegisteredApproval(source.digest, source.name, source.text, readings, source.added_at)

    # --- registering ------------------------------------------------------------------------------------

    def register(
        self, evidence: Evidence, reading: Mapping[str, Any], versions: list[PlanVersion]
    ) -> list[Registered]:
        """Register the versions that one reply approves.

        Args:
            evidence: the reply's file.
            reading: the reader's JSON, kept as it is.
            versions: what it approves.

        Returns:
            One per version, in order; `already_there` where it was registered before: that changes nothing
            where it stands, or where a version of a later reply does; else it stands again (`again`).

        Raises:
            ConflictError: `plan.layer_mismatch` for a layer of another area or kind, `plan.layer_is_draft`.
            NotFoundError: `plan.no_layer`.
            BusyError, StorageError, IntegrityError: as `Home.writing`.
        """
        with self._access.writing() as writing:
            approval = self._approval_row(writing, evidence, reading)
            return [self._add_version(writing, version, approval) for version in versions]

    def _approval_row(self, writing: Writing, evidence: Evidence, reading: Mapping[str, Any]) -> ApprovalRow:
        session = writing.session
        text = json.dumps(reading, ensure_ascii=False, sort_keys=True)
        digest = digest_bytes(text.encode())
        known = session.scalars(
            select(ApprovalRow).where(
                ApprovalRow.source_digest == evidence.source_digest, ApprovalRow.reading_digest == digest
            )
        ).first()
        if known is not None:
            return known
        self._keep_source(writing, evidence)
        row = ApprovalRow(
            source_digest=evidence.source_digest, reading_digest=digest, title=reading.get("title"),
            issuer=reading.get("issuer"), document_number=reading.get("document_number"),
            date=reading.get("date"), reading=json.loads(text), added_at=writing.at,
        )  # fmt: skip
        session.add(row)
        session.flush()
        writing.attest(
            "approval.registered",
            {
                "source": evidence.source_digest, "reading": digest, "title": row.title,
                "document_number": row.document_number,
            },
        )  # fmt: skip
        return row

    def _keep_source(self, writing: Writing, evidence: Evidence) -> None:
        if writing.session.get(SourceRow, evidence.source_digest) is not None:
            return
        if digest_bytes(evidence.data) != evidence.source_digest:
            raise IntegrityError("store.file_damaged", where=evidence.source_name, why="digest")
        name = f"{evidence.source_digest.removeprefix(PREFIX)}.{evidence.kind}"
        writing.staging.write(self._access.path / FOLDER / name, evidence.data)
        writing.session.add(
            SourceRow(
                digest=evidence.source_digest, name=readable_name(evidence.source_name), kind=evidence.kind,
                ocr=evidence.ocr, text=evidence.text, file=f"{FOLDER}/{name}", added_at=writing.at,
            )
        )  # fmt: skip
        writing.session.flush()

    def _add_version(self, writing: Writing, version: PlanVersion, approval: ApprovalRow) -> Registered:
        session, digest = writing.session, version.digest
        known = session.get(VersionRow, digest)
        if known is not None:
            return self._stand_again(writing, known, version, approval)
        _check_layers(session, version)
        plan = session.get(PlanRow, version.plan_id)
        if plan is None:
            plan = PlanRow(id=version.plan_id, area_code=version.area_code, kind=version.kind.value)
            session.add(plan)
        # The plan shows the name it goes by now; each version keeps its own.
        plan.area_name, plan.level, plan.title = version.area_name, version.level.value, version.title
        session.flush()
        number = 1 + _last_number(session, plan.id)
        row = VersionRow(
            digest=digest, plan_id=plan.id, number=number, title=version.title, area_name=version.area_name,
            level=version.level.value,
            period_from=version.period[0] if version.period else None,
            period_to=version.period[1] if version.period else None,
            approval_id=approval.id, added_at=writing.at,
        )  # fmt: skip
        row.targets = [target_row(position, target) for position, target in enumerate(version.targets)]
        row.layers = [
            VersionLayerRow(kind=kind, layer=layer) for kind, layer in sorted(version.layers.items())
        ]
        session.add(row)
        session.flush()
        session.refresh(row)
        _attest_standing(writing, "plan.version_registered", row, version, approval)
        return registered(row)

    def _stand_again(
        self, writing: Writing, row: VersionRow, version: PlanVersion, approval: ApprovalRow
    ) -> Registered:
        """Let a version stand again that another of no later reply stands before; else nothing changes.

        To hand in an old reply does not undo a later one.
        """
        session = writing.session
        standing = session.scalars(
            select(VersionRow).where(
                VersionRow.plan_id == row.plan_id, VersionRow.number == _last_number(session, row.plan_id)
            )
        ).one()
        mine, theirs = row.approval.date, standing.approval.date
        if standing is row or (mine is not None and theirs is not None and mine < theirs):
            return registered(row, already_there=True, standing=standing.number)
        row.number = standing.number + 1
        row.plan.area_name, row.plan.level, row.plan.title = row.area_name, row.level, row.title
        session.flush()
        _attest_standing(writing, "plan.version_again", row, version, approval)
        return registered(row, already_there=True, again=True)


def _last_number(session: Session, plan: str) -> int:
    """Return the number of the version that stands, 0 where there is none."""
    return session.scalar(select(func.max(VersionRow.number)).where(VersionRow.plan_id == plan)) or 0


def _attest_standing(
    writing: Writing, kind: str, row: VersionRow, version: PlanVersion, approval: ApprovalRow
) -> None:
    writing.session.add(
        StandingRow(plan_id=row.plan_id, number=row.number, version=row.digest, at=writing.at)
    )
    writing.attest(
        kind,
        {
            "plan": row.plan_id, "number": row.number, "version": row.digest, "title": version.title,
            "targets": len(version.targets), "source": approval.source_digest,
            "layers": dict(version.layers),
        },
    )  # fmt: skip


def _check_layers(session: Session, version: PlanVersion) -> None:
    for kind, digest in version.layers.items():
        layer = session.scalars(select(LayerRow).where(LayerRow.digest == digest)).first()
        if layer is None:
            raise NotFoundError("plan.no_layer", layer=short(digest), kind=kind)
        if (layer.kind, layer.area_code) != (kind, version.area_code):
            raise ConflictError(
                "plan.layer_mismatch", layer=layer.title, kind=layer.kind, area=layer.area_code,
                wanted_kind=kind, wanted_area=version.area_code,
            )  # fmt: skip
        if layer.draft:
            raise ConflictError("plan.layer_is_draft", layer=layer.title, kind=kind, digest=short(digest))
