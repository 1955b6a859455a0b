"""Deliveries: each day a layer came in, and each time a plan version was registered to stand."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """What came in again before now changed nothing and left no trace: every layer and version has one."""
    op.create_table(
        "layer_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("layer", sa.String(length=71), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["layer"], ["layer.digest"], name="fk_layer_delivery_layer_layer"),
        sa.PrimaryKeyConstraint("id", name="pk_layer_delivery"),
    )
    op.create_index("ix_layer_delivery_layer", "layer_delivery", ["layer"])
    op.execute(
        'INSERT INTO layer_delivery (layer, "at")'
        " SELECT digest, added_at FROM layer WHERE NOT draft ORDER BY id"
    )
    op.create_table(
        "plan_standing",
        sa.Column("plan_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=71), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_plan_standing_plan_id_plan"),
        sa.ForeignKeyConstraint(
            ["version"], ["plan_version.digest"], name="fk_plan_standing_version_plan_version"
        ),
        sa.PrimaryKeyConstraint("plan_id", "number", name="pk_plan_standing"),
    )
    op.execute(
        'INSERT INTO plan_standing (plan_id, number, version, "at")'
        " SELECT plan_id, number, digest, added_at FROM plan_version"
    )
