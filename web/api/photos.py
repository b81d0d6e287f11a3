"""Pictures: uploads that wait for their report, and those of a ticket."""

from __future__ import annotations

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from models import Photo, Ticket
from web import pictures
from web.action import action
from web.api.answers import answer
from web.api.blueprint import api
from web.api.operation import PICTURE, operation
from web.api.schemas.incoming import PhotoIn, PictureQuery, UploadIn
from web.api.schemas.outgoing import PhotosOut
from web.api.serializers.common import photo as told
from web.context import actor, reading, storage, writing
from workflow import access
from workflow.engine.machines import machinery_of
from workflow.errors import Invalid, NotFound, Refused
from workflow.pictures import keep, stored

MOST_PHOTOS = 60
STAFF = ("street", "department", "admin")


@api.post("/uploads")
@action("upload.create")
@operation(
    "upload_create",
    form=UploadIn,
    files="photos",
    file_required=True,
    answers={201: PhotosOut},
    problems=(429,),
)
def create_uploads(body: UploadIn, files: list[FileStorage]) -> Response:
    rendered = pictures.render(files)
    with stored(storage(), rendered) as keys, writing() as (session, person):
        rows = keep(session, person, rendered, keys)
        items = [told(row) for row in rows]
    return answer({"items": items}, 201)


@api.get("/uploads/<photo>")
@action("upload.create")
@operation("upload_show", query=PictureQuery, answers={200: PICTURE}, problems=(404,))
def show_upload(photo: str, query: PictureQuery) -> Response:
    row = reading().scalar(
        select(Photo).where(Photo.public_id == photo, Photo.uploader_id == actor().id, Photo.ticket_id.is_(None))
    )
    if row is None:
        raise NotFound
    return pictures.show(row, thumb=query.size == "thumb")


@api.post("/tickets/<number>/photos")
@action("ticket.add_photo")
@operation(
    "photo_create",
    form=PhotoIn,
    files="photos",
    file_required=True,
    answers={201: PhotosOut},
    problems=(403, 404, 409, 429),
)
def create_photos(number: str, body: PhotoIn, files: list[FileStorage]) -> Response:
    access.require(actor(), "ticket.add_photo", access.get_ticket(reading(), actor(), number))
    rendered = pictures.render(files)
    with stored(storage(), rendered) as keys, writing() as (session, person):
        ticket = access.get_ticket(session, person, number)
        access.require(person, "ticket.add_photo", ticket)
        _hold_room(session, ticket)
        seen_as = access.audience(person, ticket)
        if seen_as == "reporter" and body.kind == "after":
            raise Invalid.field("kind", "photo.not_after")
        kind = body.kind or ("after" if seen_as == "department" else "before")
        rows = keep(session, person, rendered, keys, ticket_id=ticket.id, kind=kind)
        items = [told(row, ticket) for row in rows]
    return answer({"items": items}, 201)


def _hold_room(session: Session, ticket: Ticket) -> None:
    """Raise Refused where the ticket has ended, or holds as many pictures as anybody could look at."""
    if machinery_of(session, ticket).lifecycle.states[ticket.state].tone in ("ended", "paid"):
        raise Refused("photo.ended")
    if len(ticket.photos) >= MOST_PHOTOS:
        raise Refused("photo.enough", most=MOST_PHOTOS)


@api.get("/tickets/<number>/photos/<photo>")
@action("ticket.read")
@operation("photo_show", query=PictureQuery, answers={200: PICTURE}, problems=(404,))
def show_photo(number: str, photo: str, query: PictureQuery) -> Response:
    session, person = reading(), actor()
    ticket = access.get_ticket(session, person, number)
    row = session.scalar(select(Photo).where(Photo.public_id == photo, Photo.ticket_id == ticket.id))
    if row is None or (row.internal and access.audience(person, ticket) not in STAFF):
        raise NotFound
    return pictures.show(row, thumb=query.size == "thumb")
