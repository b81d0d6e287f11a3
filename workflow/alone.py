"""A session that has the database to itself, as while the demo's past is loaded before the house opens.

Nobody else writes and nobody changes what the city is: it needs no locks, asks only once, numbers its rows itself and
writes them when it next asks the database for something.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from itertools import count
from typing import Any, TypeVar, cast

from sqlalchemy import Table, event, func, insert, select, text
from sqlalchemy.orm import Session

from models.base import Base
from models.loaded import insert_alone, update_alone

Found = TypeVar("Found")
Row = TypeVar("Row", bound=Base)


def be_alone(session: Session) -> None:
    """Nobody but this session writes until it ends, and no unit, person, category or rule changes in it."""
    session.info |= {"alone": {}, "gathered": {}, "numbers": {}, "aside": {}, "unwritten": {}}
    event.listen(session, "transient_to_pending", _number)
    event.listen(session, "after_flush", _forget_unwritten)


def is_alone(session: Session) -> bool:
    """Whether it has the database to itself."""
    return "alone" in session.info


def once(session: Session, key: Hashable, ask: Callable[[], Found]) -> Found:
    """What `ask` finds of what a city is; asked once for each key where the session is alone, else every time."""
    known = session.info.get("alone")
    if known is None:
        return ask()
    if key not in known:
        known[key] = ask()
    return cast(Found, known[key])


def keep(session: Session, key: Hashable, value: object) -> None:
    """Remember what `once` would find, where the session is alone."""
    if is_alone(session):
        session.info["alone"][key] = value


def write(session: Session, changed: Base | None = None) -> None:
    """Write what is new and changed, soonest where that is but this one row. A session that is alone has numbered it
    already, and waits until it must: what it asks the database is asked of what it has written."""
    if not is_alone(session) and (changed is None or not update_alone(session, changed)):
        session.flush()


def add(session: Session, row: Any) -> None:
    """A new row, of which the number is known at once."""
    if is_alone(session):
        session.add(row)
    else:
        insert_alone(session, row)


def find(session: Session, model: type[Row], number: int) -> Row:
    """The row of this number, written or not."""
    found = session.info.get("unwritten", {}).get((model, number))
    return cast(Row, found) if found is not None else session.get_one(model, number)


def put_aside(session: Session, model: type[Base], number: int, values: Mapping[str, Any]) -> None:
    """Write a row that is soon taken back; a session that is alone never does."""
    if is_alone(session):
        session.info["aside"][model, number] = model(**values)
    else:
        session.connection().execute(insert(model), values)


def take_back(session: Session, model: type[Row], number: int) -> Row | None:
    """What was put aside, and there no more; None where nothing was."""
    if is_alone(session):
        return cast("Row | None", session.info["aside"].pop((model, number), None))
    # Locked: of two that come for it at once the second finds it gone.
    row = session.get(model, number, with_for_update=True)
    if row is not None:
        session.delete(row)
    return row


def gather(session: Session, model: type[Base], unique: Hashable, values: Mapping[str, Any]) -> bool:
    """Insert a row together with many others, by `spill`; a second of the same unique key is none. Returns whether it
    is the first."""
    known = session.info["alone"]
    if (model, unique) in known:
        return False
    known[model, unique] = True
    session.info["gathered"].setdefault(model, []).append(values)
    return True


def spill(session: Session) -> None:
    """Insert what was gathered, in its order, and let the database number on from here."""
    gathered, session.info["gathered"] = session.info["gathered"], {}
    session.add_all(session.info["aside"].values())
    session.flush()
    for model, rows in gathered.items():
        session.execute(insert(model), rows)
    if session.get_bind().dialect.name == "postgresql":
        for table in session.info["numbers"]:
            following = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608
            session.execute(text(following))


def _number(session: Session, row: Base) -> None:
    """Give a new row the number that the database would give it when it is written."""
    table = cast(Table, row.__table__)
    if "id" not in table.columns or row.id is not None:  # type: ignore[attr-defined]
        return
    numbers = session.info["numbers"]
    if table.name not in numbers:
        last = session.connection().execute(select(func.max(table.columns["id"]))).scalar()
        numbers[table.name] = count((last or 0) + 1)
    row.id = next(numbers[table.name])  # type: ignore[attr-defined]
    session.info["unwritten"][type(row), row.id] = row  # type: ignore[attr-defined]


def _forget_unwritten(session: Session, _context: object) -> None:
    session.info["unwritten"].clear()
