"""What somebody with SQL can do to rows that the product itself never changes, inside a transaction that is undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from models import Base
from models.append_only import removal
from models.database import Database
from workflow.audit import Finding, Tally, audit

GUARDED = ("events", "journal", "postings")


@contextmanager
def attack(db: Database) -> Iterator[Connection]:
    """A connection without triggers and foreign keys, on which nothing stays."""
    with db.engine.connect() as connection:
        for table in GUARDED:
            for statement in removal(table, connection.dialect.name):
                connection.execute(text(statement))
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        yield connection
        connection.rollback()


@contextmanager
def undone(connection: Connection) -> Iterator[None]:
    """What happens inside is taken back at its end."""
    point = connection.begin_nested()
    yield
    point.rollback()


def table(name: str) -> Table:
    """One of the tables."""
    return Base.metadata.tables[name]


def rows(connection: Connection, name: str) -> list[dict[str, Any]]:
    """All rows of a table, in the order of their keys."""
    chosen = table(name)
    found = connection.execute(select(chosen).order_by(*chosen.primary_key.columns))
    return [dict(each) for each in found.mappings()]


def where(name: str, row: dict[str, Any]) -> Any:
    """The row, by its key."""
    (key,) = table(name).primary_key.columns
    return key == row[key.name]


def alter(connection: Connection, name: str, row: dict[str, Any], **values: Any) -> bool:
    """Change a row; False where the database's own rules make it impossible."""
    point = connection.begin_nested()
    try:
        connection.execute(update(table(name)).where(where(name, row)).values(**values))
    except IntegrityError:
        point.rollback()
        return False
    point.commit()
    return True


def remove(connection: Connection, name: str, row: dict[str, Any]) -> None:
    """Take a row away."""
    connection.execute(delete(table(name)).where(where(name, row)))


def add(connection: Connection, name: str, row: dict[str, Any]) -> None:
    """Put a row in."""
    connection.execute(insert(table(name)).values(**row))


def other(column: str, value: Any) -> Any:
    """Another value of the same kind."""
    if value is None:
        return {"erased_at": datetime.fromisoformat("2026-11-27T08:00:00+00:00")}.get(column, 1)
    if column in ("id", "event_id"):
        return -value
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1000  # so that it is nobody's yet
    if isinstance(value, datetime | date):
        return value + timedelta(days=1)
    if isinstance(value, dict):
        return value | {"note": "换过的话"}
    if isinstance(value, str) and column.endswith("hash"):
        return ("0" if value[:1] != "0" else "1") + value[1:] if value else "0" * 64
    return {"pending": "released", "paid": "released", "award": "reversal"}.get(value, f"{value[:-1]}x")


def findings(connection: Connection) -> list[Finding]:
    """What the audit says, but for the triggers that the attack itself took away."""
    return [each for each in audit(connection, Tally()) if each.key != "unguarded"]
