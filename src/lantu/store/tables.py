"""The registry's tables. Portable SQL only: the same models serve SQLite now and PostgreSQL later.

A change here needs a migration in `migrations/versions` and a new `HEAD` in `database.py`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A point in time: aware in Python, UTC in the database (SQLite keeps no zone)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Constraint names are fixed, so that a later migration can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


_DIGEST = String(71)


class LayerRow(Base):
    """A layer file and what was said of it when it came in.

    `id` tells in which order layers first came in, `added_at` when each last did; a draft gets new ones when
    it is added in earnest.
    """

    __tablename__ = "layer"
    __table_args__ = (Index("ix_layer_kind_area_year", "kind", "area_code", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(_DIGEST, unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    area_code: Mapped[str] = mapped_column(String(12))
    year: Mapped[int | None]
    title: Mapped[str] = mapped_column(Text)
    epsg: Mapped[int | None]
    geometry_type: Mapped[str | None] = mapped_column(String(32))
    features: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)
    west: Mapped[float | None] = mapped_column(Double)
    south: Mapped[float | None] = mapped_column(Double)
    east: Mapped[float | None] = mapped_column(Double)
    north: Mapped[float | None] = mapped_column(Double)
    source_name: Mapped[str] = mapped_column(Text)
    source_layer: Mapped[str | None] = mapped_column(Text)
    source_digest: Mapped[str] = mapped_column(_DIGEST)
    invented: Mapped[bool]
    draft: Mapped[bool] = mapped_column(server_default=false())
    plan_version: Mapped[str | None] = mapped_column(_DIGEST)
    added_at: Mapped[datetime] = mapped_column(Moment)


class LayerDeliveryRow(Base):
    """A day on which a layer that is no draft came in; the same one comes in again to be in force again."""

    __tablename__ = "layer_delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    layer: Mapped[str] = mapped_column(ForeignKey("layer.digest"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)


class SourceRow(Base):
    """An approval file: its bytes lie in sources/, its text here, for spans to point into."""

    __tablename__ = "source"

    digest: Mapped[str] = mapped_column(_DIGEST, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(16))
    ocr: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)
    file: Mapped[str | None] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(Moment)


class ApprovalRow(Base):
    """One reply as read from a source; `reading` is the reader's whole JSON."""

    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("source_digest", "reading_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_digest: Mapped[str] = mapped_column(ForeignKey("source.digest"))
    reading_digest: Mapped[str] = mapped_column(_DIGEST)
    title: Mapped[str | None] = mapped_column(Text)
    issuer: Mapped[str | None] = mapped_column(Text)
    document_number: Mapped[str | None] = mapped_column(Text)
    date: Mapped[str | None] = mapped_column(String(10))
    reading: Mapped[dict[str, Any]] = mapped_column(JSON)
    added_at: Mapped[datetime] = mapped_column(Moment)
    source: Mapped[SourceRow] = relationship(lazy="joined")


class PlanRow(Base):
    """A plan's place in the tree."""

    __tablename__ = "plan"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    area_code: Mapped[str] = mapped_column(String(12), index=True)
    area_name: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(Text)
    versions: Mapped[list[VersionRow]] = relationship(order_by="VersionRow.number", back_populates="plan")


class VersionRow(Base):
    """A plan as approved once; `number` is the last one of a version that came to stand more than once."""

    __tablename__ = "plan_version"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)

    digest: Mapped[str] = mapped_column(_DIGEST, primary_key=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    area_name: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(String(16))
    period_from: Mapped[int | None]
    period_to: Mapped[int | None]
    approval_id: Mapped[int] = mapped_column(ForeignKey("approval.id"))
    added_at: Mapped[datetime] = mapped_column(Moment)
    plan: Mapped[PlanRow] = relationship(back_populates="versions")
    approval: Mapped[ApprovalRow] = relationship(lazy="joined")
    targets: Mapped[list[TargetRow]] = relationship(order_by="TargetRow.position", lazy="selectin")
    layers: Mapped[list[VersionLayerRow]] = relationship(lazy="selectin")


class StandingRow(Base):
    """A version that came to stand, as the plan's n-th; rows are added, never changed."""

    __tablename__ = "plan_standing"

    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str] = mapped_column(ForeignKey("plan_version.digest"))
    at: Mapped[datetime] = mapped_column(Moment)


class TargetRow(Base):
    """A target; `value` is text, so that 327.40 keeps its zero in every database."""

    __tablename__ = "target"
    __table_args__ = (UniqueConstraint("version", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(ForeignKey("plan_version.digest"))
    position: Mapped[int]
    indicator: Mapped[str] = mapped_column(Text)
    indicator_id: Mapped[str | None] = mapped_column(String(64), index=True)
    op: Mapped[str | None] = mapped_column(String(2))
    value: Mapped[str | None] = mapped_column(String(40))
    unit: Mapped[str | None] = mapped_column(String(16))
    year: Mapped[int | None]
    of: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    clause_document: Mapped[str] = mapped_column(Text)
    clause_text: Mapped[str] = mapped_column(Text)
    span_start: Mapped[int | None]
    span_end: Mapped[int | None]
    clause_source: Mapped[str | None] = mapped_column(_DIGEST)


class VersionLayerRow(Base):
    """Which layer a version was registered with, per kind."""

    __tablename__ = "plan_version_layer"

    version: Mapped[str] = mapped_column(ForeignKey("plan_version.digest"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    layer: Mapped[str] = mapped_column(ForeignKey("layer.digest"))


class PackageRow(Base):
    """A checked plan package that was taken in; `evidence` is the digest of the findings it was taken in on.

    `acceptances` and `notes` are JSON, as `RegisteredPackage` has them.
    """

    __tablename__ = "package"
    __table_args__ = (
        UniqueConstraint("area_code", "profile", "number"),
        UniqueConstraint("digest", "profile"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(_DIGEST)
    profile: Mapped[str] = mapped_column(String(64))
    area_code: Mapped[str] = mapped_column(String(12))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    evidence: Mapped[str] = mapped_column(_DIGEST)
    acceptances: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    notes: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    added_at: Mapped[datetime] = mapped_column(Moment)
    layers: Mapped[list[PackageLayerRow]] = relationship(order_by="PackageLayerRow.kind", lazy="selectin")


class PackageLayerRow(Base):
    """Which layer a package brought, per kind."""

    __tablename__ = "package_layer"

    package: Mapped[int] = mapped_column(ForeignKey("package.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    layer: Mapped[str] = mapped_column(ForeignKey("layer.digest"))


class RunRow(Base):
    """A run; its result lies in runs/<id>/result.json under the digest kept here."""

    __tablename__ = "run"

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(32), index=True)
    status: Mapped[str] = mapped_column(String(16))
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON)
    started_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    result_digest: Mapped[str | None] = mapped_column(_DIGEST)


class ConflictRow(Base):
    """A conflict as last seen, and where its life stands; `shape` is WKB in the plane, `facts` plain JSON."""

    __tablename__ = "conflict"
    __table_args__ = (UniqueConstraint("area_code", "place"),)

    number: Mapped[str] = mapped_column(String(32), primary_key=True)
    area_code: Mapped[str] = mapped_column(String(12))
    place: Mapped[int]
    pair: Mapped[str] = mapped_column(String(8))
    type: Mapped[str] = mapped_column(String(16))
    severity: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), index=True)
    present: Mapped[bool]
    area_m2: Mapped[str] = mapped_column(String(40))
    shape: Mapped[bytes] = mapped_column(LargeBinary)
    lon: Mapped[float] = mapped_column(Double)
    lat: Mapped[float] = mapped_column(Double)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    origin: Mapped[str | None] = mapped_column(String(32))
    assigned_to: Mapped[str | None] = mapped_column(Text)
    deadline: Mapped[str | None] = mapped_column(String(10))
    outcome: Mapped[str | None] = mapped_column(String(16))
    found_run: Mapped[str] = mapped_column(String(64))
    seen_run: Mapped[str] = mapped_column(String(64))
    found_at: Mapped[datetime] = mapped_column(Moment)
    events: Mapped[list[ConflictEventRow]] = relationship(order_by="ConflictEventRow.id")


class ConflictEventRow(Base):
    """One thing that happened to a conflict; rows are added, never changed."""

    __tablename__ = "conflict_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    conflict: Mapped[str] = mapped_column(ForeignKey("conflict.number"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    deed: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    by: Mapped[str | None] = mapped_column(Text)
    said: Mapped[dict[str, Any]] = mapped_column(JSON)


class StatementRow(Base):
    """A statement of the ledger: `ends_at` is the log's size with it; `line` is kept until the log has it."""

    __tablename__ = "statement"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(_DIGEST)
    ends_at: Mapped[int] = mapped_column(BigInteger)
    line: Mapped[str | None] = mapped_column(Text)
