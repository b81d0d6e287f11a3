"""What every move of a ticket looks at, read by queries that are made once: what is read as it is met takes three times
as long."""

from __future__ import annotations

from sqlalchemy import BindParameter, Executable, bindparam, inspect, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from models.people import User
from models.tickets import Assignment, Photo, Ticket
from workflow import directory
from workflow.report.vocabulary import REPORT

_TICKET: BindParameter[int] = bindparam("ticket")
_PARTS: dict[str, Executable] = {
    "assignments": select(Assignment).where(Assignment.ticket_id == _TICKET).order_by(Assignment.id),
    "photos": select(Photo).where(Photo.ticket_id == _TICKET).order_by(Photo.id),
}
_PERSON = select(User).where(User.id == bindparam("person"))


@REPORT.reader
def read(session: Session, ticket: Ticket) -> None:
    """The ticket's departments, photos, people and what it refers to of the city, as far as they are not there yet."""
    missing = inspect(ticket).unloaded
    with session.no_autoflush:
        for name, query in _PARTS.items():
            if name in missing:
                set_committed_value(ticket, name, list(session.scalars(query, {"ticket": ticket.id})))
        for name, person in (("reporter", ticket.reporter_id), ("handler", ticket.handler_id)):
            if name in missing:
                found = None if person is None else session.scalars(_PERSON, {"person": person}).one()
                set_committed_value(ticket, name, found)
    directory.bring(session, ticket)
