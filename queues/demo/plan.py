"""Which reports the demo's past holds: who meets what, where and when. What becomes of them is up to `offices`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from models import Category, User
from queues.demo.cast import SHOWN, Cast
from queues.demo.story import Story
from queues.demo.today import Today
from workflow.demo import rhythm
from workflow.demo.matters import MATTERS, Matter
from workflow.demo.roads import Spot

CLUSTERS, JOINS = 0.107, 0.35
FATES = {"solved": 0.833, "rejected": 0.102, "withdrawn": 0.025, "entered": 0.04}
ANONYMOUS, UNSAID, SILENT = 0.06, 0.22, 0.08


class Plan:
    """Draws the stories of a span of days."""

    def __init__(
        self, cast: Cast, spots: list[Spot], categories: dict[str, Category], zone: ZoneInfo, chance: Random
    ) -> None:
        self.cast, self.spots, self.zone, self.chance = cast, spots, zone, chance
        self.matters = [each for each in MATTERS if each.code in categories]
        self.categories = categories
        self._lively = [1 / (1 + rank * 0.035) for rank in range(len(spots))]
        self._seed = chance.getrandbits(32)
        self._count = 0
        self._gathering = 0.0
        self._owed = dict.fromkeys(FATES, 0.0)

    def stories(self, first: datetime, until: datetime, reports: int) -> list[Story]:
        """All stories in the order in which they begin; about `reports` of them open a ticket."""
        days = list(rhythm.days(first.astimezone(self.zone).date(), until.astimezone(self.zone).date(), self.chance))
        total, found = sum(each.weight for each in days), []
        weights = self.cast.diligence()
        for day in days:
            wanted = reports / 1.1 * day.weight / total
            for _ in range(int(wanted) + (self.chance.random() < wanted % 1)):
                moment = rhythm.moment(day.day, self.zone, self.chance)
                shares = [each.share * (each.rain if day.rain else 1) for each in self.matters]
                rider = self.chance.choices(self.cast.riders, weights)[0]
                story = self.story(moment, rider, self.chance.choices(self.matters, shares)[0])
                story.fate = self._fate()
                if moment > until - timedelta(hours=30) and rider.username in SHOWN:
                    story.rider = self.cast.riders[-1 - story.number % 30]
                found += [story, *self._cluster(story)]
        found += Today(self, until).stories()
        # Whoever follows a report of before would wait for it for ever.
        begun = (each for each in found if (each.leader or each).moment >= first)
        return sorted((each for each in begun if first <= each.moment < until), key=lambda each: each.moment)

    def story(self, moment: datetime, rider: User, matter: Matter) -> Story:
        """A report that is solved, unless its `fate` is made another."""
        self._count += 1
        spot = self.chance.choices(self.spots, self._lively)[0]
        anonymous = self.chance.random() < ANONYMOUS
        own = Random(f"{self._seed}:{self._count}")  # noqa: S311 -- a story, not a secret
        return Story(self._count, moment, rider, matter, spot, anonymous=anonymous, chance=own)

    def _fate(self) -> str:
        """Counted, not thrown: the next is what most is owed of, so that the shares hold however few there are."""
        for name, share in FATES.items():
            self._owed[name] += share
        fate = max(self._owed, key=lambda name: self._owed[name])
        self._owed[fate] -= 1
        return fate

    def _cluster(self, story: Story) -> list[Story]:
        """Others who meet the same within hours: most send a report of their own, some join."""
        if story.fate != "solved":
            return []
        # Counted, not thrown: however it is loaded, an eighth are duplicates.
        self._gathering += CLUSTERS
        if self._gathering < 1:
            return []
        self._gathering -= 1
        followers, riders = [], [each for each in self.cast.riders if each is not story.rider]
        for rider in self.chance.sample(riders, self.chance.choice((1, 1, 2, 3))):
            later = story.moment + timedelta(minutes=self.chance.expovariate(1 / 75) + 4)
            follower = self.story(later, rider, story.matter)
            joins = self.chance.random() < JOINS
            followers.append(replace(follower, spot=story.spot, leader=story, fate="joined" if joins else "merged"))
        return followers
