"""Alembic's environment: the same migrations on SQLite and PostgreSQL."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from models import Base
from models.base import CanonicalJSON, UTCDateTime
from models.database import database


def plain(kind: str, thing: Any, _autogenerate: Any) -> str | Literal[False]:
    """A migration names the database's own types: ours may change after it."""
    if kind == "type" and isinstance(thing, CanonicalJSON):
        return "sa.Text()"
    if kind == "type" and isinstance(thing, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    """Migrate over `connection`, each revision in a transaction of its own."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=plain,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with database.engine.execution_options(whistle_writes=True).connect() as connection:
        run(connection)
        connection.commit()
