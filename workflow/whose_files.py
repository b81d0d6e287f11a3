"""Whose files a storage keeps: only the house that it is marked as may remove any.

A copy of a database, brought up elsewhere to rehearse a restore, knows nothing of what came after it was taken: in
front of the true house's storage it would find files that no row names, and sweep them up. So a restored database has
another name, and leaves alone what it did not mark.
"""

from __future__ import annotations

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.city import City
from models.database import Database
from models.storage import Storage


def name_of(database: Database) -> str | None:
    """What the storage knows this house by; given it when it is first asked for. None before there is a city."""
    with database.reading() as session:
        known = session.scalars(select(City.house)).first()
    if known is not None:
        return known
    with database.writing() as session:
        city = session.scalars(select(City).with_for_update()).first()
        if city is None:
            return None
        city.house = city.house or secrets.token_hex(20)
        return city.house


def is_ours(database: Database, storage: Storage) -> bool:
    """Whether this house may remove files there: it is marked as its own, or was nobody's and now is. Raises
    StorageUnavailable."""
    mine, owner = name_of(database), storage.owner()
    if mine is not None and owner is None:
        storage.claim(mine)
        return True
    return mine is not None and mine == owner


def be_called(session: Session, name: str | None) -> None:
    """Be this house from now on; with None one that nobody has heard of."""
    for city in session.scalars(select(City)):
        city.house = name
