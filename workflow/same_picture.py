"""One picture that earned points for several people.

Two pictures are the same where their bytes are, or where they look the same: their difference hashes are equal and say
enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, Select, and_, or_, select
from sqlalchemy.orm import Session

from models.ledger import Award
from models.tickets import Photo, Ticket

FEATURELESS = "0" * 16
"""The difference hash of a picture without any edge: all of those look the same."""
LEAST_EDGES = 12
"""A picture with fewer edges one way or the other, such as a wall by night, may look like one of another place."""
PART = 1000


def tells(dhash: str) -> bool:
    """Whether a difference hash says enough to know a picture by."""
    return LEAST_EDGES <= int(dhash, 16).bit_count() <= 64 - LEAST_EDGES


def paid_to_others_too(session: Session, awards: Sequence[int]) -> set[int]:
    """Of these awards, by id, those whose person sent a picture for which somebody else was paid as well. Two queries
    for each thousand of them."""
    return {each for at in range(0, len(awards), PART) for each in _part(session, awards[at : at + PART])}


def _part(session: Session, awards: Sequence[int]) -> set[int]:
    theirs = select(Award.ticket_id.label("paid"), Award.ticket_id.label("sent")).where(Award.id.in_(awards))
    followed = theirs.distinct().cte("followed", recursive=True)
    followers = select(followed.c.paid, Ticket.id).join(Ticket, Ticket.merged_into_id == followed.c.sent)
    pictures = _paid_pictures(followed.union(followers), Award.id, Award.user_id)
    mine = session.execute(pictures.where(Award.id.in_(awards))).all()
    looks = {each.dhash for each in mine if tells(each.dhash)}
    paid: dict[str, set[int]] = {}
    for person, *marks in session.execute(_alike({each.sha256 for each in mine}, looks)) if mine else ():
        for mark in marks:
            paid.setdefault(mark, set()).add(person)
    return {
        each.id
        for each in mine
        for mark in (each.sha256, each.dhash if each.dhash in looks else each.sha256)
        if paid[mark] - {each.user_id}
    }


def _alike(bytes_: set[str], looks: set[str]) -> Select[Any]:
    """Who was paid for a ticket with one of these pictures, or for what it was merged into, and its pictures."""
    alike = or_(Photo.sha256.in_(bytes_), Photo.dhash.in_(looks))
    there = select(Photo.ticket_id.label("paid"), Photo.ticket_id.label("sent"))
    followed = there.where(alike, Photo.ticket_id.is_not(None)).distinct().cte("followed", recursive=True)
    followers = select(Ticket.merged_into_id, followed.c.sent).join(Ticket, Ticket.id == followed.c.paid)
    followers = followers.where(Ticket.merged_into_id.is_not(None))
    return _paid_pictures(followed.union(followers), Award.user_id).distinct()


def _paid_pictures(followed: CTE, *columns: Any) -> Select[Any]:
    """The pictures that people sent for what they were paid for, by a clerk where one entered their report. `followed`
    has for each ticket that was `paid` itself and whatever was merged into it, however often, as `sent`."""
    entered = and_(Photo.uploader_id == Ticket.entered_by_id, Ticket.reporter_id == Award.user_id)
    theirs = and_(Photo.ticket_id == Ticket.id, or_(Photo.uploader_id == Award.user_id, entered))
    query = select(*columns, Photo.sha256, Photo.dhash).select_from(Award)
    query = query.join(followed, followed.c.paid == Award.ticket_id).join(Ticket, Ticket.id == followed.c.sent)
    return query.join(Photo, theirs).where(Photo.kind == "before", Award.state == "paid", Award.points > 0)
