"""Rows read and written past the unit of work, and made what it would have made of them: of one row alone in a third of
its time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import insert, inspect
from sqlalchemy.orm import InstrumentedAttribute, Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from models.base import Base

Row = TypeVar("Row", bound=Base)
Columns = tuple[InstrumentedAttribute[Any], ...]


@cache
def columns(model: type[Base]) -> Columns:
    """The columns of a model, in one order."""
    return tuple(getattr(model, each.key) for each in inspect(model).mapper.column_attrs)


def as_loaded(model: type[Row], names: Columns, values: Sequence[Any], **related: Any) -> Row:
    """A row with these values of its columns, and with what is related to it; detached, so that it is taken in by
    `session.merge(row, load=False)`."""
    row = model()
    for name, value in zip(names, values, strict=False):
        set_committed_value(row, name.key, value)
    make_transient_to_detached(row)
    for key, value in related.items():
        set_committed_value(row, key, value)
    return row


def insert_alone(session: Session, row: Base) -> None:
    """Write a new row now, without whatever else the session has not written yet; afterwards it belongs to the session.

    No event of the mapper hears of it: for rows that none is meant to hear of.
    """
    given, names = row.__dict__, _names(type(row))
    values = {column: given[name] for name, column in names.items() if name in given}
    written = session.connection().execute(insert(type(row)), values)
    found = dict(cast("dict[str, Any]", written.last_inserted_params()))
    found |= zip(_key(type(row)), written.inserted_primary_key or (), strict=True)
    for name, column in names.items():
        if name not in given:
            set_committed_value(row, name, found.get(column))
    make_transient_to_detached(row)
    session.add(row)


@cache
def _names(model: type[Base]) -> dict[str, str]:
    """The columns' names in their table, by those in the model."""
    return {each.key: each.columns[0].key for each in inspect(model).mapper.column_attrs}


@cache
def _key(model: type[Base]) -> tuple[str, ...]:
    return tuple(str(each.key) for each in inspect(model).mapper.primary_key)
