"""One picture that earned points for several people.

Two pictures are the same where their bytes are, or where they look the same: their difference hashes are equal and say
enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, or_, select
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
    mine = session.execute(_paid_pictures(Award.id, Award.user_id).where(Award.id.in_(awards))).all()
    bytes_, looks = {each.sha256 for each in mine}, {each.dhash for each in mine if tells(each.dhash)}
    alike = or_(Photo.sha256.in_(bytes_), Photo.dhash.in_(looks))
    paid: dict[str, set[int]] = {}
    for person, sha256, dhash in session.execute(_paid_pictures(Award.user_id).where(alike).distinct()) if mine else ():
        for mark in (sha256, dhash):
            paid.setdefault(mark, set()).add(person)
    return {
        each.id
        for each in mine
        for mark in (each.sha256, each.dhash if each.dhash in looks else each.sha256)
        if paid[mark] - {each.user_id}
    }


def _paid_pictures(*columns: Any) -> Select[Any]:
    """The pictures that people sent for what they were paid for, also with reports that were merged into it."""
    home = or_(Ticket.id == Award.ticket_id, Ticket.merged_into_id == Award.ticket_id)
    sent = and_(Photo.ticket_id == Ticket.id, Photo.uploader_id == Award.user_id, Photo.kind == "before")
    query = select(*columns, Photo.sha256, Photo.dhash).select_from(Award).join(Ticket, home).join(Photo, sent)
    return query.where(Award.state == "paid", Award.points > 0)
