"""What a process knows of its city: read once, and again when the city's revision has grown.

    units = known(session, "units", _read_units)

What is kept is shared by threads and belongs to no session: it is read, and never changed or put into a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models.city import City
from models.revision import growth, is_changing

Found = TypeVar("Found")


@dataclass(frozen=True)
class _Kept:
    revision: int
    values: dict[str, Any] = field(default_factory=dict)


_kept: WeakKeyDictionary[Any, _Kept] = WeakKeyDictionary()
"""Of each database, by its connections: engines that read and that write share them."""


def find_city(session: Session) -> City | None:
    """The city of this database, None before one is loaded; asked for once a session."""
    found = session.info.get("city")
    if not isinstance(found, City):
        found = session.scalars(select(City)).first()
        if found is not None:
            session.info["city"] = found
    return found


def known(session: Session, name: str, read: Callable[[Session], Found], *, plain: bool = False) -> Found:
    """What `read` reads of the city. A session that writes reads for itself: its rows may refer to what is found, and
    it may be changing just that. What is `plain`, no row and nothing that a row refers to, it reads only if it is."""
    mine, key = session.info.setdefault("known", {}), (name, growth(session))
    if key not in mine:
        own = is_changing(session) or (session.info.get("writes") and not plain)
        mine[key] = read(session) if own else _of_process(session, name, read)
    return cast(Found, mine[key])


def forget(session: Session) -> None:
    """What this session knew of the city is old: it has just changed it."""
    for name in ("city", "zone", "known"):
        session.info.pop(name, None)


def _of_process(session: Session, name: str, read: Callable[[Session], Found]) -> Found:
    city = find_city(session)
    if city is None:
        return read(session)
    bind, revision = session.get_bind(), city.revision
    where: Any = bind
    if isinstance(bind, Engine):
        # It only reads, for whomever it does so: a writer would wait for itself.
        where, bind = bind.pool, bind.execution_options(whistle_writes=False)
    kept = _kept.get(where)
    if kept is None or kept.revision != revision:
        kept = _kept[where] = _Kept(revision)
    if name not in kept.values:
        # In a session of its own, so that its rows outlive it; what it sees is never older than the revision.
        with Session(bind, expire_on_commit=False) as apart:
            kept.values[name] = read(apart)
    return cast(Found, kept.values[name])
