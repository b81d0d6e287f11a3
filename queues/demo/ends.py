"""How the demo's tickets end: confirmed, done again, reopened, appealed."""

from __future__ import annotations

from functools import partial

from models import Ticket, User
from queues.demo.desk import Acts, Desk
from queues.demo.story import Story
from workflow.demo import phrases as words
from workflow.demo.reasons import REWORKS

REWORKED, REOPENED, APPEALED, SILENT_CONFIRM, OWN_CONFIRM = 0.05, 0.025, 0.14, 0.17, 0.4



class Ends:
    """Acts when a ticket is resolved, rejected or at its end."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.enter: dict[str, Acts] = {
            "resolved": self._resolved,
            "rejected": self._rejected,
            "rewarded": self._ended,
            "closed": self._ended,
        }

    def _resolved(self, story: Story, ticket: Ticket) -> None:
        chance = story.chance
        if chance.random() < REWORKED and not story.reworked:
            story.reworked = True
            who = story.rider if chance.random() < 0.7 else self.desk.cast.clerk(ticket)
            self.desk.plan(self.desk.working(20, 600, chance), story, partial(self._rework, who))
            return
        draw = chance.random()
        if draw < SILENT_CONFIRM:
            return
        if draw < SILENT_CONFIRM + OWN_CONFIRM and not ticket.anonymous:
            self.desk.plan(self.desk.soon(10, 1500, chance), story, self._rate)
        else:
            self.desk.plan(self.desk.working(10, 420, chance), story, self._check)

    def _rework(self, who: User, story: Story, ticket: Ticket) -> None:
        self.desk.fire(story, ticket, "rework", who, reason=self.desk.reason(REWORKS, story))

    def _rate(self, story: Story, ticket: Ticket) -> None:
        good = 0 if ticket.reworks or ticket.urges else 1
        weights = (60, 25, 9, 4, 2) if good else (20, 25, 25, 20, 10)
        rating, notes = story.chance.choices(words.RATINGS, weights)[0]
        self.desk.fire(story, ticket, "confirm", story.rider, rating=rating, note=story.chance.choice(notes))

    def _check(self, story: Story, ticket: Ticket) -> None:
        note = words.CHECKED if story.chance.random() < 0.5 else ""
        self.desk.fire(story, ticket, "confirm", self.desk.cast.clerk(ticket), note=note)

    def _rejected(self, story: Story, ticket: Ticket) -> None:
        chance = story.chance
        if story.fate == "rejected" and not story.appealed and chance.random() < APPEALED:
            story.appealed = True
            self.desk.plan(self.desk.soon(60, 2400, chance), story, self._appeal)

    def _appeal(self, story: Story, ticket: Ticket) -> None:
        if story.chance.random() < 0.6:
            story.fate = "solved"
        self.desk.fire(story, ticket, "reopen", story.rider, reason=story.chance.choice(words.APPEALS))

    def _ended(self, story: Story, ticket: Ticket) -> None:
        if not ticket.reopens and not ticket.reworks and story.chance.random() < REOPENED:
            self.desk.plan(self.desk.soon(1500, 12000, story.chance), story, self._reopen)

    def _reopen(self, story: Story, ticket: Ticket) -> None:
        self.desk.fire(story, ticket, "reopen", story.rider, reason=story.chance.choice(words.REOPENS))
