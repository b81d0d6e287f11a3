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
from stage.skew import Clocks
from stage.stage import Stage
from stage.traffic import Traffic

SKEWS = (100.0, 600.0, 86400.0)
SILENT = 6
"""Reports that nobody confirms, for each skew."""
AGREED_SECONDS = 75.0
"""The longest lease, and what a busy machine needs."""


def run(stage: Stage) -> None:
    clocks = Clocks(stage.new_folder("clocks"))
    with House(stage.new_folder("house"), stage.new_database(), **clocks.environment()) as house:
        traffics, early, late = [], 0, []
        for number, skew in enumerate(SKEWS):
            silent = _silent_reports(house, stage.seed + 100 + number)
            end = now() + timedelta(seconds=stage.size(14, 90))
            _be_silent_until(house.database, silent, end)
            traffic = Traffic(house, seed=stage.seed + number).start()
            traffics.append(traffic)
            # The relay hands out too early, to one worker that is right and one that is slow; then too late.
            clocks.set(relay=skew, worker1=0.0, worker2=-skew)
            time.sleep(stage.size(10, 80))
            early += _confirmed(house.database, silent)
            clocks.set(relay=-skew, worker1=skew, worker2=-skew)
            time.sleep(stage.size(8, 60))
            clocks.set(relay=0.0, worker1=0.0, worker2=0.0)
            agreed = time.monotonic()
            traffic.stop()
            house.wait_for(lambda: _confirmed(house.database, silent) >= SILENT, "confirmed", 2 * AGREED_SECONDS)  # noqa: B023
            books.drain(house, 2 * AGREED_SECONDS)
            late.append(time.monotonic() - agreed)
        house.wait_for(house.is_well, "well")
        found = books.read(house, [ride for traffic in traffics for ride in traffic.rides])
        again = _confirmed_again(house.database)
    for skew, seconds in zip(SKEWS, late, strict=True):
        stage.figure(f"all done after clocks {skew:,.0f} s wrong agreed", seconds, "s", most=AGREED_SECONDS)
    stage.figure("confirmed by silence before it was time", early, exactly=0)
    stage.figure("confirmed twice", again, exactly=0)
    found.show(stage.figures)
    for traffic in traffics:
        traffic.show(stage.figures)


def _silent_reports(house: House, seed: int) -> list[int]:
    """The ids of resolved reports whose reporters say nothing."""
    traffic = Traffic(house, seed=seed, confirmed=False).start()
    house.wait_for(lambda: sum(ride.done for ride in traffic.rides) >= SILENT, "resolved")
    traffic.stop()
    with house.database.reading() as session:
        waits = select(Ticket.id).where(Ticket.state == "resolved").order_by(Ticket.id)
        return list(session.scalars(waits.limit(SILENT)))


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
