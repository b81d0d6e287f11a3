"""How an audit reads: everything from one snapshot, in plain rows, a few thousand at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, String, cast, func, inspect, literal, type_coerce

from models.database import Database
from models.lifecycle import Lifecycle

Query = Select[*tuple[Any, ...]]
PART = 2000
"""Rows held at once: few enough to stay small, enough that a round trip to the database costs nothing."""


@contextmanager
def snapshot(database: Database) -> Iterator[Connection]:
    """A connection that sees one moment of the database for as long as it is open, and locks nobody out."""
    engine = database.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with engine.connect() as connection:
        yield connection


def stream(connection: Connection, query: Query) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, in their order."""
    result = connection.execute(query, execution_options={"stream_results": True, "max_row_buffer": PART})
    for part in result.partitions(PART):
        yield from part


def plain(connection: Connection, *columns: Any) -> list[ColumnElement[Any]]:
    """The columns without any conversion in Python: moments as they are hashed, days and JSON as their text."""
    sqlite = connection.dialect.name == "sqlite"
    return [_plain(column, sqlite).label(f"c{place}") for place, column in enumerate(columns)]


def _plain(column: ColumnElement[Any], sqlite: bool) -> ColumnElement[Any]:
    kind = type(column.type).__name__
    if kind == "UTCDateTime":
        if not sqlite:
            return func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')
        text = type_coerce(column, String)
        return func.substr(text, 1, 10) + literal("T") + func.substr(text, 12) + literal("+00:00")
    if kind == "CanonicalJSON":
        return type_coerce(column, String)
    if kind == "Date":
        return type_coerce(column, String) if sqlite else cast(column, String)
    if kind == "Boolean" and sqlite:
        return type_coerce(column, Integer)
    return column


def table_of(model: type[Any]) -> str:
    """The name of the table behind a model."""
    return str(inspect(model).local_table.name)


def label_of(model: type[Lifecycle]) -> Any:
    """The column that makes a subject's public number with its id, where the lifecycle has one."""
    return getattr(model, "series", literal(model.kind))


def name_of(label: str, subject_id: object) -> str:
    """A subject as people know it: `SIP-26-000123`; an id that is no number as it is."""
    return f"{label}-{subject_id:06d}" if isinstance(subject_id, int) else f"{label}-{subject_id}"
