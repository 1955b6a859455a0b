"""Conflicts: what was found, and what was done about it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """No home has any so far."""
    op.create_table(
        "conflict",
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("pair", sa.String(length=8), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("area_m2", sa.String(length=40), nullable=False),
        sa.Column("shape", sa.LargeBinary(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=True),
        sa.Column("assigned_to", sa.Text(), nullable=True),
        sa.Column("deadline", sa.String(length=10), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("found_run", sa.String(length=64), nullable=False),
        sa.Column("seen_run", sa.String(length=64), nullable=False),
        sa.Column("found_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_conflict"),
        sa.UniqueConstraint("area_code", "place", name="uq_conflict_area_code"),
    )
    op.create_index("ix_conflict_state", "conflict", ["state"])
    op.create_table(
        "conflict_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conflict", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("deed", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conflict"], ["conflict.number"], name="fk_conflict_event_conflict_conflict"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_conflict_event"),
    )
    op.create_index("ix_conflict_event_conflict", "conflict_event", ["conflict"])
