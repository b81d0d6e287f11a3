"""One picture is paid for once: on which reports, under whose names and as whose joining it may come again.

Two pictures are the same where their bytes are, or where they look the same (their difference hashes are equal and show
anything at all).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from models.ledger import Award
from models.tickets import Photo, Ticket

FEATURELESS = "0" * 16
"""The difference hash of a picture without any edge: all of those look the same."""


def same(one: type[Photo], other: type[Photo]) -> ColumnElement[bool]:
    """The condition under which two rows hold the same picture."""
    return or_(one.sha256 == other.sha256, and_(one.dhash == other.dhash, one.dhash != FEATURELESS))


def paid_elsewhere(session: Session, ticket: Ticket, states: Sequence[str]) -> set[int]:
    """Of the reporter and the joiners of a ticket, by id, those of whose pictures of it one has earned points already,
    theirs or another's: an award in one of `states` that is not the one in question. At most two queries."""
    brought = [ticket.id, *(each.from_ticket_id for each in ticket.joins if each.from_ticket_id)]
    mine, theirs, home = aliased(Photo), aliased(Photo), aliased(Ticket)
    whose = or_(
        Award.user_id == theirs.uploader_id,
        and_(Award.user_id == home.reporter_id, theirs.uploader_id == home.entered_by_id),
    )
    query = (
        select(mine.uploader_id, Award.ticket_id, Award.user_id)
        .join(theirs, and_(same(mine, theirs), theirs.kind == "before"))
        .join(home, home.id == theirs.ticket_id)
        .join(Award, or_(Award.ticket_id == home.id, Award.ticket_id == home.merged_into_id))
        .where(mine.ticket_id.in_(brought), mine.kind == "before", whose)
        .where(Award.state.in_(states), Award.points > 0)
    )
    found = set()
    for uploader, paid_ticket, paid_person in session.execute(query.distinct()):
        person = ticket.reporter_id if uploader == ticket.entered_by_id else uploader
        if (paid_ticket, paid_person) != (ticket.id, person):
            found.add(person)
    return found
