"""What all who act in the demo's past have at hand: how long things take, and how a step is taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from models import Category, Ticket, User
from queues.demo.cast import Cast
from queues.demo.clockwork import Clockwork
from queues.demo.pictures import Album
from queues.demo.story import Story
from workflow.city_settings import calendar
from workflow.demo.reasons import Reasons, fitting
from workflow.engine import fire
from workflow.errors import Problem

Acts = Callable[[Story, Ticket], None]


class Desk:
    """The city's people, calendar, categories and pictures, and the tickets that are under way."""

    def __init__(
        self, session: Session, cast: Cast, clockwork: Clockwork, album: Album, categories: dict[str, Category]
    ) -> None:
        self.session, self.cast, self.clockwork, self.album = session, cast, clockwork, album
        self.categories = categories
        self.calendar = calendar(session)
        self.tickets: dict[int, Ticket] = {}
        self.refused: Counter[str] = Counter()

    def working(self, low: float, high: float, chance: Random) -> datetime:
        """A moment after so many working minutes, more often the lower."""
        minutes = low + (high - low) * chance.random() ** 2
        return self.around(self.calendar.add_working_minutes(self.clockwork.moment, int(minutes)), chance)

    def soon(self, low: float, high: float, chance: Random) -> datetime:
        """A moment after so many minutes on the wall."""
        return self.clockwork.moment + timedelta(minutes=chance.uniform(low, high))

    def around(self, moment: datetime, chance: Random) -> datetime:
        """People do not act on the stroke of nine."""
        return max(moment, self.clockwork.moment) + timedelta(seconds=chance.randrange(5, 900))

    def share(self, ticket: Ticket, low: float, high: float, chance: Random) -> datetime:
        """A moment after such a share of the time that is left."""
        moment, due, share = self.clockwork.moment, ticket.due_at, chance.uniform(low, high)
        if due is None or due <= moment:
            return self.working(10, 120, chance)
        if ticket.clock_counts == "calendar":
            return moment + (due - moment) * share
        left = self.calendar.working_minutes_between(moment, due)
        return min(
            self.calendar.add_working_minutes(moment, int(left * share)) + timedelta(seconds=chance.randrange(60)), due
        )

    def ticket(self, story: Story) -> Ticket:
        return self.tickets[story.ticket_id]

    def handler(self, story: Story, ticket: Ticket) -> User:
        of = self.cast.head if story.number % 11 == 0 else self.cast.officer
        return of(ticket.department)

    def plan(self, moment: datetime, story: Story, act: Acts) -> None:
        """Take a step at `moment`, if the ticket is then still in the state that it is in now."""
        state = story.reached

        def step() -> None:
            if story.reached == state:
                act(story, self.ticket(story))

        self.clockwork.at(moment, step)

    def fire(self, story: Story, ticket: Ticket, action: str, actor: User, **fields: Any) -> bool:
        """Fire a transition with what is not blank of `fields`; False where it is refused, as it may be for people."""
        try:
            fire(ticket, action, {name: value for name, value in fields.items() if value}, actor=actor)
        except Problem as problem:
            self.refused[f"{action}: {problem.key}"] += 1
            return False
        return True

    def reason(self, reasons: Reasons, story: Story) -> str:
        """One of these that fits the story's matter."""
        return fitting(reasons, self.categories[story.matter.code].group_code, story.chance)

    def say(
        self, action: str, who: User, said: tuple[str, ...], story: Story, ticket: Ticket, *, internal: bool = False
    ) -> None:
        self.fire(story, ticket, action, who, note=story.chance.choice(said), internal=internal)
