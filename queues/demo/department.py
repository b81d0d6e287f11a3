"""What the demo's departments do: accept, send back, resolve, and what is said on the way."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from models import Ticket
from queues.demo.cast import manner
from queues.demo.desk import Acts, Desk
from queues.demo.more_time import MoreTime
from queues.demo.story import Story
from workflow.demo import phrases as words
from workflow.demo.reasons import SEND_BACKS


class Department:
    """Acts when a ticket is assigned, under way or suspended."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._time = MoreTime(desk, self._plan_resolve)
        self.enter: dict[str, Acts] = {
            "assigned": self._assigned,
            "in_progress": self._in_progress,
            "suspended": self._time.suspended,
        }

    def _assigned(self, story: Story, ticket: Ticket) -> None:
        chance, unit = story.chance, ticket.department
        assert unit is not None
        assert ticket.category is not None
        self._talk(story, ticket)
        if story.held == "assigned":
            return
        wrong = unit.code != ticket.category.department.code
        bounces = (
            wrong if story.wants == "arbitration" else chance.random() < (0.7 if wrong else manner(unit).sends_back)
        )
        urgent = ticket.clock_counts == "calendar"
        if bounces and ticket.send_backs < 2:
            when = self.desk.soon(5, 30, chance) if urgent else self.desk.working(15, 150, chance)
            self.desk.plan(when, story, self._send_back)
        elif urgent:
            self.desk.plan(self.desk.soon(3, 20, chance), story, self._accept)
        elif chance.random() < 0.12 and not story.held:
            self._plan_resolve(story, ticket)
        else:
            limit = min(ticket.clock_minutes or 240, 900)
            self.desk.plan(self.desk.working(3, limit * 0.3 * manner(unit).pace, chance), story, self._accept)

    def _send_back(self, story: Story, ticket: Ticket) -> None:
        assert ticket.category is not None
        assert ticket.department is not None
        story.sent_back += 1
        right = ticket.category.department
        cast, unit = self.desk.cast, ticket.department
        meant = cast.another(unit, story.chance) if right.code == unit.code else right
        reason, officer = self.desk.reason(SEND_BACKS, story), cast.officer(unit)
        self.desk.fire(story, ticket, "send_back", officer, reason=reason, department=meant.code)

    def _accept(self, story: Story, ticket: Ticket) -> None:
        note = story.chance.choice(words.ACCEPT_NOTES)
        self.desk.fire(story, ticket, "accept", self.desk.handler(story, ticket), note=note)

    def _in_progress(self, story: Story, ticket: Ticket) -> None:
        chance, how = story.chance, manner(ticket.department)
        limit = ticket.clock_minutes or 0
        if story.wants in ("extension", "suspension") or story.held == "suspended":
            ask = self._time.ask_extension if story.wants == "extension" else self._time.ask_suspension
            self.desk.plan(self.desk.working(5, 60, chance), story, ask)
        elif story.wants == "done":
            self._plan_resolve(story, ticket)
        elif chance.random() < how.extends and limit >= 420:
            story.wants = "done"
            self.desk.plan(self.desk.share(ticket, 0.5, 0.9, chance), story, self._time.ask_extension)
        elif chance.random() < how.suspends and limit >= 840:
            story.wants = "done"
            self.desk.plan(self.desk.share(ticket, 0.2, 0.7, chance), story, self._time.ask_suspension)
        else:
            self._plan_resolve(story, ticket)

    def _plan_resolve(self, story: Story, ticket: Ticket) -> None:
        chance, how, moment = story.chance, manner(ticket.department), self.desk.clockwork.moment
        calendar = self.desk.calendar
        if chance.random() < how.on_time:
            when = self.desk.share(ticket, 0.15, min(0.97, 0.75 * how.pace + 0.15), chance)
            self.desk.plan(when, story, self._resolve)
            return
        due = max(ticket.due_at or moment, moment)
        if ticket.clock_counts == "calendar":
            self.desk.plan(due + timedelta(minutes=chance.uniform(8, 300)), story, self._resolve)
        else:
            when = calendar.add_working_minutes(due, 10 + int(900 * chance.random() ** 2))
            self.desk.plan(when, story, self._resolve)
        if chance.random() < 0.35:
            by = self.desk.cast.supervisor if chance.random() < 0.6 else self.desk.cast.clerk(ticket)
            urge = partial(self.desk.say, "urge", by, words.URGES)
            self.desk.plan(calendar.add_working_minutes(due, chance.randrange(5, 200)), story, urge)

    def _resolve(self, story: Story, ticket: Ticket) -> None:
        officer = self.desk.handler(story, ticket)
        assert ticket.category is not None
        photos: list[str] = []
        if ticket.category.evidence_required or story.chance.random() < 0.4:
            album, moment = self.desk.album, self.desk.clockwork.moment
            scene = story.scene or album.scene(story.matter.code, story.chance)
            photo = album.take(officer, scene, moment, after=True, variant=story.number % 2)
            photos = [photo.public_id]
        self.desk.fire(story, ticket, "resolve", officer, note=story.chance.choice(story.matter.done), photos=photos)

    def _talk(self, story: Story, ticket: Ticket) -> None:
        chance = story.chance
        for share, who, said, internal in (
            (0.06, story.rider, words.COMMENTS_RIDER, False),
            (0.04, self.desk.cast.clerk(ticket), words.COMMENTS_CLERK, False),
            (0.05, self.desk.cast.officer(ticket.department), words.COMMENTS_OFFICER, False),
            (0.025, self.desk.cast.clerk(ticket), words.INTERNAL, True),
        ):
            if chance.random() < share:
                self.desk.plan(
                    self.desk.share(ticket, 0.1, 0.8, chance),
                    story,
                    partial(self.desk.say, "comment", who, said, internal=internal),
                )
