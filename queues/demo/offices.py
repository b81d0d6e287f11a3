"""What becomes of the demo's reports: street, department and rider each act when a ticket reaches them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import Category, Event, Ticket
from queues.demo.cast import Cast
from queues.demo.clockwork import Clockwork
from queues.demo.department import Department
from queues.demo.desk import Acts, Desk
from queues.demo.ends import Ends
from queues.demo.pictures import Album
from queues.demo.story import Story
from queues.demo.street import Street
from workflow.errors import Problem
from workflow.report.joining import OPEN, join


class Offices(Desk):
    """Hears of events and lets whoever a ticket has come to plan the next step of its story."""

    def __init__(
        self, session: Session, cast: Cast, clockwork: Clockwork, album: Album, categories: dict[str, Category]
    ) -> None:
        super().__init__(session, cast, clockwork, album, categories)
        self.stories: dict[int, Story] = {}
        self._enter: dict[str, Acts] = Street(self).enter | Department(self).enter | Ends(self).enter

    def hear(self, event: Event) -> None:
        """Go on with a story whose ticket has come to another state."""
        story = self.stories.get(event.subject_id)
        if story is None or story.reached == event.to_state:
            return
        story.reached = event.to_state
        act = self._enter.get(story.reached)
        if act is not None and not (story.held == story.reached and not story.wants):
            act(story, self.ticket(story))

    def open(self, story: Story, ticket: Ticket) -> None:
        """A report has been sent: from here on its story is followed."""
        story.ticket_id = ticket.id
        self.stories[ticket.id], self.tickets[ticket.id] = story, ticket

    def meet(self, story: Story) -> None:
        """A rider joins what another reported."""
        leader = story.leader
        if leader is not None and leader.ticket_id and leader.reached in OPEN:
            try:
                join(self.session, story.rider, self.ticket(leader).public_id)
            except Problem as problem:
                self.refused[f"join: {problem.key}"] += 1
