"""What is needed to tell a page of tickets, asked once for all of them: no query a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

from sqlalchemy.orm import Session, joinedload, selectinload

from models import Ticket, User
from models.clock import now
from workflow import deadlines, directory, points
from workflow.engine.definition import State
from workflow.engine.machines import definitions, machinery_of

LOADED = (
    joinedload(Ticket.reporter),
    joinedload(Ticket.handler),
    selectinload(Ticket.photos),
    selectinload(Ticket.assignments),
)
"""What of a ticket its serializers read: options of every query whose tickets are told. What it refers to of the city a
`Page` brings."""

WHOLE = (
    joinedload(Ticket.reporter),
    joinedload(Ticket.handler),
    joinedload(Ticket.merged_into),
    joinedload(Ticket.assignments),
    joinedload(Ticket.requests),
    selectinload(Ticket.photos),
)
"""The same for a single ticket, with all that its rules look at, in two queries."""


class Page:
    """The reader, their language, and what several tickets share."""

    def __init__(self, session: Session, actor: User, locale: str, tickets: Sequence[Ticket]) -> None:
        self.session, self.actor, self.locale = session, actor, locale
        self.moment: datetime = now()
        self._tickets = list(tickets)
        directory.bring(session, *self._tickets)

    @cached_property
    def points(self) -> dict[int, dict[str, int]]:
        """What each ticket pays its reporter; not asked for by whoever does not tell it."""
        return points.of_tickets(self.session, self._tickets) if self._tickets else {}

    def state(self, ticket: Ticket) -> State:
        """The ticket's state as its own version of the definition has it."""
        return machinery_of(self.session, ticket).lifecycle.states[ticket.state]

    def workflow(self, ticket: Ticket) -> str:
        """The definition that the ticket was opened with: `report/1`."""
        return f"{ticket.kind}/{definitions(self.session)[ticket.definition_id].version}"

    def due_why(self, ticket: Ticket) -> str | None:
        """Why it is due when it is."""
        return deadlines.why(self.session, ticket, self.locale)

    def overdue(self, ticket: Ticket) -> bool:
        """Whether its deadline has passed."""
        return ticket.due_at is not None and ticket.due_at < self.moment
