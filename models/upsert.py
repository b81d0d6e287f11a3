"""Insert a row unless it is there: one statement, on both databases, so that two at once are no error."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from models.base import Base


def insert_missing(session: Session, model: type[Base], **values: Any) -> bool:
    """Insert the row unless a unique key forbids it. Returns whether it was inserted."""
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = insert(model).values(**values).on_conflict_do_nothing()
    # Without the option an INSERT on PostgreSQL that did nothing counts -1 rows.
    result = session.connection().execute(statement, execution_options={"preserve_rowcount": True})
    return result.rowcount > 0
