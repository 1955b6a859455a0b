"""Alembic's entry. Runs on the connection it is handed; there is no alembic.ini and no URL here."""

from alembic import context

from lantu.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by making it anew
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
