"""What a process knows of its city: read once, and again when the city's revision has grown.

    units = known(session, "units", _read_units)

What is kept is shared by threads and belongs to no session: it is read, and never changed or put into a row. What a
row shall refer to is the session's own copy of it (`own`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models.base import Base
from models.city import City
from models.revision import growth, is_changing

Found = TypeVar("Found")
Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True)
class _Kept:
    city: City
    values: dict[str, Any] = field(default_factory=dict)


_kept: WeakKeyDictionary[Any, _Kept] = WeakKeyDictionary()
"""Of each database, by its connections: engines that read and that write share them."""


_STANDS = select(City.revision)


def find_city(session: Session) -> City | None:
    """The city of this database, None before one is loaded; asked for once a session, and read once a revision."""
    found = session.info.get("city")
    if not isinstance(found, City):
        kept = None if is_changing(session) else _kept.get(_where(session))
        if kept is not None and session.connection().scalar(_STANDS) == kept.city.revision:
            found = own(session, kept.city)
        else:
            found = session.scalars(select(City)).first()
        if found is not None:
            session.info["city"] = found
    return found


def own(session: Session, row: Row) -> Row:
    """A known row as one of the session's, without a question to the database."""
    if row in session:
        return row
    held: dict[Base, Any] = session.info.setdefault("own", {})  # or the session would forget it
    if row not in held:
        held[row] = session.merge(row, load=False)
    return cast(Row, held[row])


def known(session: Session, name: str, read: Callable[[Session], Found], *, plain: bool = False) -> Found:
    """What `read` reads of the city. A session that writes reads for itself: its rows may refer to what is found, and
    it may be changing just that. What is `plain`, no row and nothing that a row refers to, it reads only if it is."""
    mine, key = session.info.setdefault("known", {}), (name, plain, growth(session))
    if key not in mine:
        itself = is_changing(session) or (session.info.get("writes") and not plain)
        mine[key] = read(session) if itself else _of_process(session, name, read)
    return cast(Found, mine[key])


def forget(session: Session) -> None:
    """What this session knew of the city is old: it has just changed it."""
    for name in ("city", "zone", "known", "own"):
        session.info.pop(name, None)


def _of_process(session: Session, name: str, read: Callable[[Session], Found]) -> Found:
    city = find_city(session)
    if city is None:
        return read(session)
    kept = _kept.get(_where(session))
    if kept is None or kept.city.revision != city.revision:
        with Session() as apart:
            kept = _kept[_where(session)] = _Kept(apart.merge(city, load=False))
    if name not in kept.values:
        # In a session of its own, so that its rows outlive it, on the same connection: who holds one and wants another
        # waits for those who do the same.
        with Session(session.connection(), join_transaction_mode="rollback_only", info=_place(session)) as apart:
            kept.values[name] = read(apart)
    return cast(Found, kept.values[name])


def _where(session: Session) -> Any:
    bind = session.info.get("place") or session.get_bind()
    return bind.pool if isinstance(bind, Engine) else bind


def _place(session: Session) -> dict[str, Any]:
    return {"place": session.info.get("place") or session.get_bind()}
