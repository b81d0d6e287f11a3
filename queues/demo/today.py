"""What waits for each role when the demo is opened: reports of the last days that stay where a visitor finds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from models import User
from queues.demo.cast import SHOWN
from queues.demo.story import Story
from workflow.demo.matters import Matter

if TYPE_CHECKING:
    from queues.demo.plan import Plan

HELD = ("submitted", "triaged", "assigned", "in_progress", "suspended", "resolved")
FRESH = 5
"""Reports of the last hours that wait for the clerk of each street."""
URGENT = ("01003", "10002", "02014", "01003")
BUSY = "enforcement"
"""The department whose officer a visitor signs in as."""


class Today:
    """Takes its stories from a plan, and says what each waits for. None of them hides its sender's name."""

    def __init__(self, plan: Plan, until: datetime) -> None:
        self.plan, self.until = plan, until
        self.others = [each for each in plan.cast.riders if each.username not in SHOWN]
        self.by_code = {each.code: each for each in plan.matters}
        self.calm = [each for each in plan.matters if not plan.categories[each.code].urgent]
        self.streets = sorted({each.street for each in plan.spots})

    def stories(self) -> list[Story]:
        found = [*self._of_the_shown(), *self._urgent(), *self._decisions(), *self._streets(), *self._department()]
        for each in found:
            each.anonymous = False
        return found

    def _workday(self, days: int, minutes: int) -> datetime:
        """So many minutes after nine, so many days ago or, where that was a weekend, on the Friday before."""
        day = self.until.astimezone(self.plan.zone).date() - timedelta(days=days)
        day -= timedelta(days=max(0, day.weekday() - 4))
        return datetime.combine(day, time(9), self.plan.zone) + timedelta(minutes=minutes)

    def _rider(self, number: int) -> User:
        """One of the others."""
        return self.others[number % len(self.others)]

    def _in(self, street: str, moment: datetime, rider: User, matter: Matter) -> Story:
        here = [each for each in self.plan.spots if each.street == street]
        return replace(self.plan.story(moment, rider, matter), spot=self.plan.chance.choice(here))

    def _of_the_shown(self) -> Iterator[Story]:
        """Of each rider whom a visitor signs in as: a report in each state, some that ended, and a repeated one."""
        matters, story = self.plan.matters, self.plan.story
        for number, name in enumerate(SHOWN):
            rider = self.plan.cast.by_name[name]
            for step, held in enumerate(HELD):
                # What is resolved already was quickly done.
                matter = matters[0 if held == "resolved" else (number * 7 + step * 3) % len(matters)]
                if held == "submitted":
                    # No rule takes it.
                    matter = self.calm[number * 7 % len(self.calm)]
                    moment = self.until - timedelta(minutes=14 + 11 * number)
                else:
                    days = 2 if held == "resolved" else 1 + (step + number) % 4
                    moment = self._workday(days, minutes=71 * step + 7 * number)
                yield replace(story(moment, rider, matter), held=held)
            for days, fate in ((9, "rejected"), (11, "withdrawn"), (13, "solved"), (16, "solved")):
                moment = self._workday(days + number, minutes=180 + 20 * number)
                yield replace(story(moment, rider, matters[(number + days) % 9]), fate=fate)
            twin = story(self._workday(6, minutes=200 + 60 * number), rider, matters[number])
            first = story(twin.moment - timedelta(minutes=50), self._rider(20 + number), twin.matter)
            yield from (first, replace(twin, spot=first.spot, leader=first, fate="merged"))

    def _urgent(self) -> Iterator[Story]:
        """What is due within the hour."""
        for number, code in enumerate(each for each in URGENT if each in self.by_code):
            for minutes in (66 + 15 * number, 131 + 22 * number):
                moment = self.until - timedelta(minutes=minutes)
                yield replace(self.plan.story(moment, self._rider(5 + number), self.by_code[code]), held="in_progress")

    def _decisions(self) -> Iterator[Story]:
        """Requests that nobody has decided, one of each street's clerk, and departments that do not agree."""
        for number, street in enumerate(self.streets):
            moment = self._workday(4 + number % 3, minutes=90 + 40 * number)
            asking = self._in(street, moment, self._rider(12 + number), self.plan.matters[4])
            yield replace(asking, wants="extension", held="in_progress")
        for number, wants in enumerate(("suspension", "suspension", "arbitration", "arbitration")):
            moment = self._workday(4 + number % 3, minutes=210 + 40 * number)
            story = self.plan.story(moment, self._rider(18 + number), self.plan.matters[4])
            yield replace(story, wants=wants, held="in_progress" if wants == "suspension" else "triaged")

    def _streets(self) -> Iterator[Story]:
        """Fresh reports for each street's clerk, none of which a rule takes, and one that is to be confirmed."""
        for number, street in enumerate(self.streets):
            for place in range(FRESH):
                moment = self.until - timedelta(minutes=5 + 17 * place + 3 * number)
                matter = self.calm[(number * 11 + place * 5) % len(self.calm)]
                yield replace(self._in(street, moment, self._rider(number * 7 + place), matter), held=HELD[0])
            done = self._in(street, self._workday(2, 30 + 25 * number), self._rider(30 + number), self.plan.matters[0])
            yield replace(done, held="resolved")

    def _department(self) -> Iterator[Story]:
        """What its officer has not accepted yet, and what is in their hands."""
        theirs = [each for each in self.plan.matters if self.plan.categories[each.code].department.code == BUSY]
        for number, held in enumerate(("assigned", "in_progress") * 4 if theirs else ()):
            moment = self._workday(1, minutes=15 + 35 * number)
            story = self.plan.story(moment, self._rider(9 + 4 * number), theirs[number % len(theirs)])
            yield replace(story, held=held)
