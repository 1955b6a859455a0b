"""Drafts: the mark on a layer that is not in force, and the packages that bring them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Every layer so far is in force."""
    op.add_column("layer", sa.Column("draft", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "package",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("profile", sa.String(length=64), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("evidence", sa.String(length=71), nullable=False),
        sa.Column("acceptances", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_package"),
        sa.UniqueConstraint("area_code", "profile", "number", name="uq_package_area_code"),
        sa.UniqueConstraint("digest", "profile", name="uq_package_digest"),
    )
    op.create_table(
        "package_layer",
        sa.Column("package", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("layer", sa.String(length=71), nullable=False),
        sa.ForeignKeyConstraint(["layer"], ["layer.digest"], name="fk_package_layer_layer_layer"),
        sa.ForeignKeyConstraint(["package"], ["package.id"], name="fk_package_layer_package_package"),
        sa.PrimaryKeyConstraint("package", "kind", name="pk_package_layer"),
    )
