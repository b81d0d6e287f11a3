"""Pictures on their way in and out: rendered and stored before any transaction, gone again where it fails."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence

from flask import Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from models import Photo, User
from models.clock import now
from models.storage import NotStored, StorageUnavailable, new_key
from web import bodies
from web.context import settings, stop_reading, storage
from workflow import throttle
from workflow.city_settings import city
from workflow.errors import Invalid, NotFound
from workflow.photos import PhotoRefused, Rendered, inspect_and_render

CHUNK_BYTES = 1024 * 1024
PICTURES = throttle.Limit("pictures", 600, 60)
"""Ten times the reports that a rider may send in an hour, each with a picture."""


def render(files: Sequence[FileStorage]) -> list[Rendered]:
    """What is kept of the pictures, in their order; holds no database connection meanwhile.

    Raises Invalid naming `photos` and the file that is refused; nothing is stored then.
    """
    stop_reading()
    return [_rendered(file) for file in files]


def digests(files: Iterable[FileStorage]) -> list[str]:
    """The SHA-256 of what was sent, in hexadecimal; the files can be read again afterwards."""
    found = []
    for file in files:
        digest = hashlib.sha256()
        while chunk := file.stream.read(CHUNK_BYTES):
            digest.update(chunk)
        file.stream.seek(0)
        found.append(digest.hexdigest())
    return found


@contextlib.contextmanager
def stored(pictures: Sequence[Rendered]) -> Iterator[list[str]]:
    """Storage keys under which the pictures lie; taken away again where what is inside fails."""
    keys: list[str] = []
    try:
        for picture in pictures:
            keys.append(new_key())
            storage().put(full_key(keys[-1]), picture.full)
            storage().put(thumb_key(keys[-1]), picture.thumb)
        yield keys
    except BaseException as error:
        # A connection lost in a commit leaves open whether rows name the files: a file too many harms nobody.
        if not (isinstance(error, DBAPIError) and error.connection_invalidated):
            for key in keys:
                with contextlib.suppress(StorageUnavailable):
                    storage().delete(full_key(key))
                    storage().delete(thumb_key(key))
        raise


def keep(
    session: Session,
    person: User,
    pictures: Sequence[Rendered],
    keys: Sequence[str],
    *,
    ticket_id: int | None = None,
    kind: str = "before",
) -> list[Photo]:
    """Rows for stored pictures: uploads of `person`, or pictures of a ticket. Raises TooMany past the hour's limit."""
    if pictures and not city(session).demo:
        throttle.count(session, PICTURES, str(person.id), times=len(pictures))
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
    session.flush()
    return rows


def show(photo: Photo, *, thumb: bool) -> Response:
    """The picture as an answer that only its reader may keep. Raises NotFound where its file is gone."""
    stop_reading()
    try:
        data = storage().get(thumb_key(photo.storage_key) if thumb else full_key(photo.storage_key))
    except NotStored:
        raise NotFound from None
    response = Response(data, content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=86400"
    response.headers["Content-Disposition"] = "inline"
    return response


def full_key(key: str) -> str:
    """The file of a picture of at most 1600 pixels."""
    return f"{key}.jpg"


def thumb_key(key: str) -> str:
    """The file of its thumbnail."""
    return f"{key}-thumb.jpg"


def _rendered(file: FileStorage) -> Rendered:
    try:
        return inspect_and_render(bodies.content(file), file.filename or "", tz=settings().zone)
    except PhotoRefused as refused:
        raise Invalid({"photos": (refused.key, refused.params)}) from None
