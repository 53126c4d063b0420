"""Room: migrations. Alembic's door: runs the revisions on the connection it is handed, in its transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from donations.tables import metadata


def run(connection: Connection) -> None:
    """Run what is asked on one connection; SQLite changes its schema inside the transaction too."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transactional_ddl=True,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
