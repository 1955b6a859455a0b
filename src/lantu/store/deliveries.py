"""When layers came in: of one kind, area and year the last is in force."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from lantu.store.access import Writing
from lantu.store.checks import Delivered
from lantu.store.tables import LayerDeliveryRow, LayerRow

_TICK = timedelta(microseconds=1)


def statement(row: LayerRow, source_digest: str) -> dict[str, Any]:
    """Return what the ledger says of a layer that came in; `source_digest` is of the file it came in now."""
    return {
        "digest": row.digest, "kind": row.kind, "area_code": row.area_code, "year": row.year,
        "title": row.title, "features": row.features, "source_name": row.source_name,
        "source_digest": source_digest, "invented": row.invented, "plan_version": row.plan_version,
    }  # fmt: skip


def last_in_force(writing: Writing, kind: str, area_code: str, year: int | None) -> LayerRow | None:
    """Return the layer of a kind, area and year that came in last."""
    query = select(LayerRow).where(
        LayerRow.kind == kind, LayerRow.area_code == area_code, LayerRow.year == year,
        LayerRow.draft.is_(False),
    )  # fmt: skip
    last_first = query.order_by(LayerRow.added_at.desc(), LayerRow.digest.desc())
    return writing.session.scalars(last_first.limit(1)).first()


def in_force_from(writing: Writing, last: LayerRow | None) -> datetime:
    """Return when what comes in now is in force: after the last one, though the clock have gone back."""
    return writing.at if last is None else max(writing.at, last.added_at + _TICK)


def put_in_force_again(
    writing: Writing, row: LayerRow, last: LayerRow, at: datetime, table: Delivered
) -> None:
    """Let a layer supersede the one that had superseded it; its place among first comers stays."""
    row.added_at = at
    writing.session.add(LayerDeliveryRow(layer=row.digest, at=at))
    writing.session.flush()
    writing.attest("layer.added_again", statement(row, table.source_digest) | {"supersedes": last.digest})


def moved_up(writing: Writing, draft: LayerRow) -> LayerRow:
    """Give a draft the place of what comes in now: the plane goes by it."""
    draft.id = 1 + (writing.session.scalar(select(func.max(LayerRow.id))) or 0)
    return draft
