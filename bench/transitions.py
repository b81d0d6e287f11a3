"""Transitions over the API, three on each of many tickets, against one row inserted."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import count

from sqlalchemy import select

from bench.floors import rows
from bench.load import CLIENTS
from bench.reports import inserts
from bench.rounds import alternate
from bench.servers import FLOOR, Web, posted, prepare, sign_in
from models import Unit, User
from models.clock import now
from models.database import database
from stage.stage import Stage
from stage.traffic import CLERK, MATTER, OFFICER, PLACE, RIDERS
from workflow.report.opening import NewReport, open_report

STEPS: tuple[tuple[str, str, dict[str, str]], ...] = (
    (CLERK, "triage", {"category": MATTER}),
    (CLERK, "assign", {"department": "enforcement"}),
    (OFFICER, "accept", {}),
)
"""What is done to every ticket: a few columns and points held, an assignment and a clock, a handler."""
SPARE = 1.5


def run(stage: Stage) -> None:
    folder, url = stage.new_folder("data"), stage.new_database()
    prepare(folder, url)
    rows.make(database)
    seconds, rounds = stage.size(4.0, 10.0), stage.size(6, 10)
    with Web(folder, url) as web, Web(folder, url, FLOOR) as floor:
        people = {name: sign_in(web.port, name) for name in (CLERK, OFFICER)}
        numbers = _Numbers()
        ours = [_transitions(numbers, people) for _ in range(CLIENTS)]
        bare = [inserts(stage.random) for _ in range(CLIENTS)]
        numbers.fill(stage.random, 120)
        # As many tickets as the first seconds say that all rounds will take.
        rate = web.load(ours, 2.0).rate
        numbers.fill(stage.random, int(SPARE * rate * seconds * (rounds + 1) / len(STEPS)) + 100)
        found = alternate(rounds, lambda: floor.load(bare, seconds), lambda: web.load(ours, seconds))
    found.show(stage, "transitions", least=25, aim=40)
    stage.figure("transitions", found.rate, "/s")
    stage.figure("transitions: answered within, p99", found.within(0.99), "ms")
    stage.figure("tickets left", len(numbers.waiting), least=1)


class _Numbers:
    """The numbers of tickets to which nothing was done yet."""

    def __init__(self) -> None:
        self.waiting: list[str] = []

    def fill(self, chance: random.Random, most: int) -> None:
        """More of them, as the router leaves them: at a street, nothing left to do."""
        with database.writing() as session:
            riders = session.scalars(select(User).where(User.username.in_(RIDERS))).all()
            street = session.scalars(select(Unit).where(Unit.code == "loufeng")).one()
            for _ in range(most):
                latitude, longitude = (each + chance.uniform(-0.002, 0.002) for each in PLACE)
                new = NewReport(description="路边垃圾成堆。", latitude=latitude, longitude=longitude)
                ticket = open_report(session, chance.choice(riders), new)
                ticket.unit, ticket.routed_at = street, now()
                self.waiting.append(ticket.number)


def _transitions(numbers: _Numbers, people: dict[str, dict[str, str]]) -> Iterator[bytes]:
    for turn in count():
        if turn % len(STEPS) == 0:
            if not numbers.waiting:
                return
            number = numbers.waiting.pop()
        who, name, fields = STEPS[turn % len(STEPS)]
        yield posted(f"/api/v1/tickets/{number}/transitions/{name}", fields, people[who])
