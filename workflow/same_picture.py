"""One picture is paid for once: on which reports, under whose names and as whose joining it may come again.

Two pictures are the same where their bytes are, or where they look the same: their difference hashes are equal and say
enough.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from models.ledger import Award
from models.tickets import Photo, Ticket

FEATURELESS = "0" * 16
"""The difference hash of a picture without any edge: all of those look the same."""
LEAST_EDGES = 12
"""A picture with fewer edges one way or the other, such as a wall by night, may look like one of another place: looks
that say so little keep nobody's points back."""


def tells(dhash: str) -> bool:
    """Whether a difference hash says enough to know a picture by."""
    return LEAST_EDGES <= int(dhash, 16).bit_count() <= 64 - LEAST_EDGES


def paid_elsewhere(session: Session, ticket: Ticket, states: Sequence[str]) -> set[int]:
    """Of the reporter and the joiners of a ticket, by id, those of whose pictures of it one has earned points already,
    theirs or another's: an award in one of `states` that is not the one in question. Two queries."""
    brought = [ticket.id, *(each.from_ticket_id for each in ticket.joins if each.from_ticket_id)]
    pictures = select(Photo.uploader_id, Photo.sha256, Photo.dhash)
    mine = session.execute(pictures.where(Photo.ticket_id.in_(brought), Photo.kind == "before")).all()
    if not mine:
        return set()
    bytes_, looks = {each.sha256 for each in mine}, {each.dhash for each in mine if tells(each.dhash)}
    whose = or_(
        Award.user_id == Photo.uploader_id,
        and_(Award.user_id == Ticket.reporter_id, Photo.uploader_id == Ticket.entered_by_id),
    )
    query = (
        select(Photo.sha256, Photo.dhash, Award.ticket_id, Award.user_id)
        .join(Ticket, Ticket.id == Photo.ticket_id)
        .join(Award, or_(Award.ticket_id == Ticket.id, Award.ticket_id == Ticket.merged_into_id))
        .where(or_(Photo.sha256.in_(bytes_), Photo.dhash.in_(looks)), Photo.kind == "before", whose)
        .where(Award.state.in_(states), Award.points > 0)
    )
    found = set()
    for sha256, dhash, paid_ticket, paid_person in session.execute(query.distinct()):
        for each in mine:
            person = ticket.reporter_id if each.uploader_id == ticket.entered_by_id else each.uploader_id
            same = each.sha256 == sha256 or (each.dhash == dhash and dhash in looks)
            if same and (paid_ticket, paid_person) != (ticket.id, person):
                found.add(person)
    return found
