"""How the demo's departments ask for more time, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from models import Ticket
from queues.demo.desk import Acts, Desk
from queues.demo.story import Story
from workflow.demo import phrases as words
from workflow.demo.reasons import EXTENSIONS, SUSPENSIONS


class MoreTime:
    """Extensions and suspensions; `resolve` plans what follows where a ticket goes on."""

    def __init__(self, desk: Desk, resolve: Acts) -> None:
        self.desk, self._plan_resolve = desk, resolve

    def ask_extension(self, story: Story, ticket: Ticket) -> None:
        """A department asks for more days."""
        chance = story.chance
        due = max(ticket.due_at or self.desk.clockwork.moment, self.desk.clockwork.moment)
        until = self.desk.calendar.local_date(self.desk.calendar.add_workdays(due, chance.randrange(2, 7))).isoformat()
        asked = self.desk.fire(
            story, ticket, "request_extension", self.desk.handler(story, ticket),
            reason=self.desk.reason(EXTENSIONS, story), until=until,
        )  # fmt: skip
        if story.wants == "extension":
            return
        if asked:
            self.desk.plan(self.desk.working(15, 200, chance), story, partial(self._decide_extension, until))
        self._plan_resolve(story, ticket)

    def _decide_extension(self, until: str, story: Story, ticket: Ticket) -> None:
        decider = self.desk.cast.clerk(ticket) if ticket.extensions == 0 else self.desk.cast.supervisor
        if ticket.open_request("extension") is None:
            return
        if story.chance.random() < 0.8:
            self.desk.fire(story, ticket, "grant_extension", decider, until=until)
        else:
            self.desk.fire(story, ticket, "refuse_extension", decider, reason=story.chance.choice(words.REFUSALS))

    def ask_suspension(self, story: Story, ticket: Ticket) -> None:
        """A department asks to put a ticket aside until a day of review."""
        chance, calendar = story.chance, self.desk.calendar
        day = self.desk.clockwork.moment + timedelta(days=chance.randrange(6, 32))
        review = calendar.local_date(day).isoformat()
        asked = self.desk.fire(
            story, ticket, "request_suspension", self.desk.handler(story, ticket),
            reason=self.desk.reason(SUSPENSIONS, story), review_on=review,
        )  # fmt: skip
        if story.wants == "suspension":
            return
        if asked:
            self.desk.plan(self.desk.working(20, 300, chance), story, partial(self._decide_suspension, review))
        else:
            self._plan_resolve(story, ticket)

    def _decide_suspension(self, review: str, story: Story, ticket: Ticket) -> None:
        if story.held or story.chance.random() < 0.75:
            self.desk.fire(story, ticket, "suspend", self.desk.cast.supervisor, review_on=review)
        else:
            reason = story.chance.choice(words.REFUSALS)
            self.desk.fire(story, ticket, "refuse_suspension", self.desk.cast.supervisor, reason=reason)
            self._plan_resolve(story, ticket)

    def suspended(self, story: Story, ticket: Ticket) -> None:
        """Most go on before the day of review."""
        story.wants = "done"
        if story.chance.random() < 0.6 and ticket.review_at is not None:
            moment, calendar = self.desk.clockwork.moment, self.desk.calendar
            met = moment + (ticket.review_at - moment) * story.chance.uniform(0.3, 0.95)
            when = self.desk.around(calendar.add_working_minutes(met, 1), story.chance)
            self.desk.plan(when, story, self._resume)

    def _resume(self, story: Story, ticket: Ticket) -> None:
        self.desk.fire(story, ticket, "resume", self.desk.cast.officer(ticket.department), note=words.RESUMED)
