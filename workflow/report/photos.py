"""Photos and tickets: whose upload may be used where, and what happens to it then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import now
from models.tickets import Photo, Ticket
from workflow.actors import Actor
from workflow.alone import once, write
from workflow.errors import Invalid

USABLE_FOR = timedelta(days=30)


def _found(session: Session, ids: Sequence[str]) -> dict[str, Photo]:
    if not ids:
        return {}
    query = select(Photo).where(Photo.public_id.in_(ids)).order_by(Photo.id).with_for_update()
    return {each.public_id: each for each in once(session, ("photos", *ids), lambda: session.scalars(query).all())}


def usable(session: Session, ids: Sequence[str], actor: Actor, ticket: Ticket | None = None) -> list[Photo]:
    """The photos of these ids, locked: the actor's own fresh uploads, or what is on this ticket as proof already.

    Raises Invalid naming `photos` where one is unknown, another's, used elsewhere or older than 30 days, alike.
    """
    found = _found(session, ids)
    for number, each in enumerate(ids, start=1):
        photo = found.get(each)
        if photo is None or not _may_use(photo, actor, ticket):
            raise Invalid.field("photos", "photo.unusable", number=number)
    return [found[each] for each in ids]


def _may_use(photo: Photo, actor: Actor, ticket: Ticket | None) -> bool:
    if photo.ticket_id is None:
        return photo.uploader_id == actor.id and photo.created_at > now() - USABLE_FOR
    here = ticket is not None and photo.ticket_id == ticket.id
    return here and (photo.kind == "after" or photo.uploader_id == actor.id)


def attach(session: Session, ids: Sequence[str], ticket: Ticket, *, kind: str, internal: bool = False) -> None:
    """Put checked uploads on the ticket; what is on it already stays as it is."""
    for photo in _found(session, ids).values():
        if photo.ticket_id is None:
            photo.ticket_id, photo.kind, photo.internal = ticket.id, kind, internal
    write(session)
    session.expire(ticket, ["photos"])
