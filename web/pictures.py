"""Pictures on their way in and out: rendered before any transaction, served without any."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from flask import Response
from werkzeug.datastructures import FileStorage

from models import Photo
from models.storage import NotStored
from web import bodies
from web.context import settings, stop_reading, storage, writing
from workflow.errors import Invalid, NotFound
from workflow.photos import PhotoRefused, Rendered, inspect_and_render
from workflow.pictures import count_sent, full_key, thumb_key

CHUNK_BYTES = 1024 * 1024


def render(files: Sequence[FileStorage]) -> list[Rendered]:
    """What is kept of the pictures, in their order; holds no database connection meanwhile.

    Raises TooMany past the hour's limit, and Invalid naming `photos` and the file that is refused; nothing is stored
    then.
    """
    _count(files)
    return [_rendered(file) for file in files]


def render_some(files: Sequence[FileStorage]) -> tuple[list[Rendered], Invalid | None]:
    """As `render`, but of all that can be kept; the second is what is wrong with the first of the others."""
    _count(files)
    rendered: list[Rendered] = []
    wrong: Invalid | None = None
    for file in files:
        try:
            rendered.append(_rendered(file))
        except Invalid as problem:
            wrong = wrong or problem
    return rendered, wrong


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


def _count(files: Sequence[FileStorage]) -> None:
    stop_reading()
    if files:
        with writing() as (session, person):
            count_sent(session, person, len(files))


def _rendered(file: FileStorage) -> Rendered:
    try:
        return inspect_and_render(bodies.content(file), file.filename or "", tz=settings().zone)
    except PhotoRefused as refused:
        raise Invalid({"photos": (refused.key, refused.params)}) from None
