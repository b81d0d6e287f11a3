"""Rows read and written past the unit of work, and made what it would have made of them: of one row alone in a third of
its time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import Executable, Table, bindparam, insert, inspect, update
from sqlalchemy.orm import (
    ColumnProperty,
    InstanceState,
    InstrumentedAttribute,
    RelationshipDirection,
    Session,
    make_transient_to_detached,
)
from sqlalchemy.orm.attributes import set_committed_value

from models.base import Base
from models.revision import PARTS

Row = TypeVar("Row", bound=Base)
Columns = tuple[InstrumentedAttribute[Any], ...]


@cache
def columns(model: type[Base]) -> Columns:
    """The columns of a model, in one order: its number first."""
    return tuple(getattr(model, each.key) for each in inspect(model).mapper.column_attrs)


def names(model: type[Base]) -> tuple[str, ...]:
    """Of these columns, what a row calls them."""
    return tuple(each.key for each in columns(model))


def as_loaded(session: Session, model: type[Row], names: Sequence[str], values: Sequence[Any], **related: Any) -> Row:
    """The session's row with these values of its columns, and with what is related to it; a row that the session has
    already stays as it is."""
    mapper = inspect(model)
    found: Any = session.identity_map.get(mapper.identity_key_from_primary_key((values[0],)))
    if found is not None:
        return cast(Row, found)
    row = cast(Row, mapper.class_manager.new_instance())
    row.__dict__.update(zip(names, values, strict=False))
    make_transient_to_detached(row)
    session.add(row)  # before what is related to it: it would look for more to take in
    for key, value in related.items():
        set_committed_value(row, key, value)
    return row


def insert_alone(session: Session, row: Base) -> None:
    """Write a new row now, without whatever else the session has not written yet; afterwards it belongs to the session.

    No event of the mapper hears of it: for rows that none is meant to hear of. Raises TypeError for a part of the city,
    whose revision would not grow.
    """
    if isinstance(row, PARTS):
        raise TypeError(f"{type(row).__name__} is a part of the city: its session writes it")
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


def update_alone(session: Session, row: Base) -> bool:
    """Write what has changed of a row now, if that is all that the session has to write: False where it is not, and
    nothing is written.

    No event of the mapper hears of it, and no version is held: for rows that have neither.
    """
    state: InstanceState[Any] = inspect(row)
    if isinstance(row, PARTS):  # the city's revision grows with it
        return False
    if session.in_nested_transaction():  # which, rolled back, would not know that the row is as it was before
        return False
    if session.new or session.deleted or any(each is not row for each in session.dirty):
        return False
    values = _changed(state)
    if values is None:
        return False
    if values:
        (number,) = state.identity or ()
        session.connection().execute(_update(type(row), tuple(values)), {**values, "of": number})
    # As a flush ends, which would do the whole of it again for nothing.
    state._commit_all(state.dict, session.identity_map)
    return True


def _changed(state: InstanceState[Any]) -> dict[str, Any] | None:
    """The new values of a row's columns, those that refer to another row among them; None where rows that refer to it
    have changed."""
    values: dict[str, Any] = {}
    for key, before in state.committed_state.items():
        attribute = state.mapper.attrs[key]
        if before is state.dict[key]:
            continue
        if isinstance(attribute, ColumnProperty):
            values[attribute.columns[0].key] = state.dict[key]
        elif attribute.direction is RelationshipDirection.MANYTOONE:
            other = state.dict[key]
            for mine, theirs in attribute.local_remote_pairs:
                name = state.mapper.get_property_by_column(mine).key
                values[mine.key] = state.dict[name] = None if other is None else getattr(other, theirs.key)
        else:
            return None
    return values


@cache
def _update(model: type[Base], names: tuple[str, ...]) -> Executable:
    table = cast(Table, model.__table__)
    return update(table).where(table.c.id == bindparam("of")).values({name: bindparam(name) for name in names})


@cache
def _names(model: type[Base]) -> dict[str, str]:
    """The columns' names in their table, by those in the model."""
    return {each.key: each.columns[0].key for each in inspect(model).mapper.column_attrs}


@cache
def _key(model: type[Base]) -> tuple[str, ...]:
    return tuple(str(each.key) for each in inspect(model).mapper.primary_key)
