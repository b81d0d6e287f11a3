"""Pictures kept: their files in the storage, their rows in the database, and never a row without its files.

    with stored(storage, rendered) as keys, database.writing() as session:
        keep(session, rider, rendered, keys)

Files are there before the row commits, and go again where it does not. Each picture has two: `{key}.jpg` of at most
1600 pixels and `{key}-thumb.jpg`.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models import Photo, User
from models.clock import now
from models.storage import Storage, StorageUnavailable, new_key
from workflow import throttle
from workflow.alone import write
from workflow.city_settings import city
from workflow.photos import Rendered

PICTURES = throttle.Limit("pictures", 600, 60)
"""Ten times the reports that a rider may send in an hour, each with a picture."""
NAMED_WITHIN = timedelta(hours=24)
PART = 1000
"""Rows that are read at once."""


@contextlib.contextmanager
def stored(storage: Storage, pictures: Sequence[Rendered]) -> Iterator[list[str]]:
    """The storage keys under which the pictures lie; taken away again where what is inside fails.

    Raises StorageUnavailable.
    """
    keys: list[str] = []
    try:
        for picture in pictures:
            keys.append(new_key())
            storage.put(full_key(keys[-1]), picture.full)
            storage.put(thumb_key(keys[-1]), picture.thumb)
        yield keys
    except BaseException as error:
        # A connection lost in a commit leaves open whether rows name the files: a file too many harms nobody.
        if not (isinstance(error, DBAPIError) and error.connection_invalidated):
            for key in keys:
                with contextlib.suppress(StorageUnavailable):
                    discard(storage, key)
        raise


def count_sent(session: Session, person: User, number: int) -> None:
    """Count pictures that a person sends, in a transaction of its own before any is decoded: what is refused afterwards
    has cost as much. Raises TooMany past the hour's limit, which the demo has not."""
    if number and not city(session).demo:
        throttle.count(session, PICTURES, str(person.id), times=number)


def keep(
    session: Session,
    person: User,
    pictures: Sequence[Rendered],
    keys: Sequence[str],
    *,
    ticket_id: int | None = None,
    kind: str = "before",
) -> list[Photo]:
    """Rows for stored pictures: uploads of `person`, or pictures of a ticket."""
    rows = [
        Photo(
            public_id=secrets.token_urlsafe(16),
            uploader_id=person.id,
            storage_key=key,
            width=picture.width,
            height=picture.height,
            sha256=picture.sha256,
            dhash=picture.dhash,
            taken_at=picture.taken_at,
            latitude=picture.latitude,
            longitude=picture.longitude,
            created_at=now(),
            ticket_id=ticket_id,
            kind=kind,
        )
        for picture, key in zip(pictures, keys, strict=True)
    ]
    session.add_all(rows)
    write(session)
    return rows


def discard(storage: Storage, key: str) -> None:
    """Remove a picture's files; those that are gone already are no error. Raises StorageUnavailable."""
    storage.delete(full_key(key))
    storage.delete(thumb_key(key))


def unnamed(session: Session, storage: Storage) -> set[str]:
    """The keys of pictures that no row has named for a day: whoever stored them was killed before the commit, or lost
    the storage. Raises StorageUnavailable.

    What lies there from before this database's first picture is another's: an empty database names nothing.
    """
    first = session.scalar(select(func.min(Photo.created_at)))
    if first is None:
        return set()
    stray = {_picture(name) for name, at in storage.dated() if first <= at < now() - NAMED_WITHIN}
    last, some = 0, select(Photo.id, Photo.storage_key).order_by(Photo.id).limit(PART)
    while stray and (rows := session.execute(some.where(Photo.id > last)).all()):
        stray.difference_update(row.storage_key for row in rows)
        last = rows[-1].id
    return stray


def _picture(name: str) -> str:
    return name.removesuffix(".jpg").removesuffix("-thumb")


def full_key(key: str) -> str:
    """The file of a picture of at most 1600 pixels."""
    return f"{key}.jpg"


def thumb_key(key: str) -> str:
    """The file of its thumbnail."""
    return f"{key}-thumb.jpg"
