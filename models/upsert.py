"""Insert a row unless it is there: one statement, on both databases, so that two at once are no error."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from models.base import Base


def insert_missing(session: Session, model: type[Base], **values: Any) -> bool:
    """Insert the row unless a unique key forbids it. Returns whether it was inserted."""
    statement = _statement(model, session.get_bind().dialect.name)
    # Without the option an INSERT on PostgreSQL that did nothing counts -1 rows.
    result = session.connection().execute(statement, values, execution_options={"preserve_rowcount": True})
    return result.rowcount > 0


@cache
def _statement(model: type[Base], dialect: str) -> Executable:
    insert = sqlite_insert if dialect == "sqlite" else postgresql_insert
    return insert(model).on_conflict_do_nothing()
