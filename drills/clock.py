"""Workers and relay with clocks that are wrong by up to a day: nothing twice, and timers right once they agree."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from models import Event, Outbox, Ticket
from models.clock import now
from models.database import Database
from stage import books
from stage.house import House
from stage.post import Post
from stage.skew import Clocks
from stage.stage import Stage
from stage.traffic import Ride, Traffic

SKEWS = (100.0, 600.0, 86400.0)
SILENT = 4
"""Reports that nobody confirms, for each skew."""
AGREED_SECONDS = 150.0
"""What is left of the longest lease that a relay believes, and what a busy machine needs."""


def run(stage: Stage) -> None:
    clocks = Clocks(stage.new_folder("clocks"))
    post = Post(stage)
    environment = {**clocks.environment(), **post.environment}
    with House(stage.new_folder("house"), stage.new_database(), **environment) as house:
        post.open(house)
        before, silent = _silent_reports(house, stage.seed + 1)
        early = 0
        traffic = Traffic(house, seed=stage.seed).start()
        for number, skew in enumerate(SKEWS):
            mine = silent[number * SILENT : (number + 1) * SILENT]
            _be_silent_until(house.database, mine, now() + timedelta(seconds=stage.size(12, 90)))
            # The relay hands out too early, to one worker that is right and one that is slow; then too late.
            clocks.set(relay=skew, worker1=0.0, worker2=-skew)
            time.sleep(stage.size(8, 80))
            early += _confirmed(house.database, mine)
            clocks.set(relay=-skew, worker1=skew, worker2=-skew)
            time.sleep(stage.size(6, 60))
            clocks.set(relay=0.0, worker1=0.0, worker2=0.0)
            time.sleep(stage.size(4, 60))
        agreed = time.monotonic()
        traffic.stop()
        house.wait_for(lambda: _confirmed(house.database, silent) == len(silent), "confirmed", 2 * AGREED_SECONDS)
        books.drain(house, 2 * AGREED_SECONDS)
        late = time.monotonic() - agreed
        house.wait_for(house.is_well, "well")
        found = books.read(house, before + traffic.rides, post)
        again = _confirmed_again(house.database)
    stage.figure("reports confirmed by silence", len(silent), exactly=SILENT * len(SKEWS))
    stage.figure("confirmed before it was time", early, exactly=0)
    stage.figure("confirmed twice", again, exactly=0)
    stage.figure("all done after the clocks agreed", late, "s", most=AGREED_SECONDS)
    found.show(stage.figures)
    traffic.show(stage.figures)


def _silent_reports(house: House, seed: int) -> tuple[list[Ride], list[int]]:
    """Reports whose reporters say nothing, and the ids of as many resolved ones as are wanted."""
    wanted = SILENT * len(SKEWS)
    traffic = Traffic(house, seed=seed, confirmed=False).start()
    house.wait_for(lambda: sum(ride.done for ride in traffic.rides) >= wanted, "resolved")
    traffic.stop()
    with house.database.reading() as session:
        waits = select(Ticket.id).where(Ticket.state == "resolved").order_by(Ticket.id)
        return traffic.rides, list(session.scalars(waits.limit(wanted)))


def _be_silent_until(database: Database, tickets: list[int], end: datetime) -> None:
    """Let their workdays of silence end then."""
    with database.writing() as session:
        session.execute(update(Ticket).where(Ticket.id.in_(tickets)).values(due_at=end))
        timers = update(Outbox).where(Outbox.topic == "confirm_silence", Outbox.done_at.is_(None))
        session.execute(timers.where(Outbox.ref.in_([str(each) for each in tickets])).values(due=end))


def _confirmed(database: Database, tickets: list[int]) -> int:
    with database.reading() as session:
        confirmed = select(func.count(func.distinct(Event.subject_id))).where(Event.action == "confirm")
        return session.scalar(confirmed.where(Event.subject_id.in_(tickets))) or 0


def _confirmed_again(database: Database) -> int:
    """How many tickets were confirmed more than once: nobody reopens any here."""
    with database.reading() as session:
        again = select(Event.subject_id).where(Event.action == "confirm").group_by(Event.subject_id)
        return len(session.scalars(again.having(func.count() > 1)).all())
