"""Jobs that crash their worker, eat its memory or never end: each is dead after ten runs, the others are in time."""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update

from models import Outbox
from models.clock import now
from models.database import Database
from models.outbox import later
from queues.run import MOST_RUNS
from stage import books, poison
from stage.arming import arming
from stage.house import House
from stage.stage import Stage
from stage.traffic import Traffic

DEAD_SECONDS = 1500.0
OTHERS_SECONDS = 30.0
DRAINED_SECONDS = 60.0
PAUSE_SECONDS = 0.2
HURRIED_LEASE = timedelta(seconds=25)


def run(stage: Stage) -> None:
    """Ten attempts with their leases take eight minutes: the short size begins where six have gone wrong."""
    topics, behind = stage.size(poison.TOPICS[:3], poison.TOPICS), stage.size(6, 0)
    begun = stage.folder / "begun"
    environment = arming(stage.new_folder("poison"), poison.__name__, "queues.worker")
    environment |= {poison.BEGUN: str(begun), poison.SECONDS: stage.size("3", "")}
    with House(stage.new_folder("house"), stage.new_database(), **environment) as house:
        traffic = Traffic(house, seed=stage.seed, pause=PAUSE_SECONDS).start()
        _ask(house.database, topics, behind)
        until = time.monotonic() + DEAD_SECONDS
        while len(_dead(house.database)) < len(topics) and time.monotonic() < until:
            time.sleep(0.5)
            if not stage.long:
                _hurry(house.database)
        dead = _dead(house.database)
        traffic.stop()
        books.drain(house, 2 * DRAINED_SECONDS)
        waits = _waits(house.database)
        _forget(house.database)
        found = books.read(house, traffic.rides)
    _show(stage, dict.fromkeys(topics, MOST_RUNS - behind), dead, _begun(begun), waits)
    found.show(stage.figures)
    traffic.show(stage.figures)


def _ask(database: Database, topics: tuple[str, ...], behind: int) -> None:
    with database.writing() as session:
        for topic in topics:
            asked = update(Outbox).where(Outbox.id == later(session, topic, ""))
            session.execute(asked.values(runs=behind, attempts=behind))


def _hurry(database: Database) -> None:
    """The short size does not wait a whole minute for each of the later attempts."""
    soon = now() + HURRIED_LEASE
    poisoned = Outbox.topic.in_(poison.TOPICS)
    waiting = select(Outbox.id).where(poisoned, Outbox.lease > soon, Outbox.dead_at.is_(None))
    with database.reading() as session:
        if session.scalar(waiting) is None:
            return
    with database.writing() as session:
        rows = session.scalars(waiting.with_for_update(skip_locked=True)).all()
        session.execute(update(Outbox).where(Outbox.id.in_(rows)).values(lease=soon))


def _dead(database: Database) -> dict[str, int]:
    """The runs of each that is dead."""
    with database.reading() as session:
        dead = select(Outbox.topic, Outbox.runs).where(Outbox.topic.in_(poison.TOPICS), Outbox.dead_at.is_not(None))
        return dict(session.execute(dead).all())


def _begun(file: Path) -> Counter[str]:
    return Counter(file.read_text().split())


def _waits(database: Database) -> list[float]:
    """How long each of the other jobs that are done waited from when it was due, shortest first."""
    with database.reading() as session:
        done = select(Outbox.due, Outbox.done_at).where(Outbox.done_at.is_not(None))
        return sorted((at - due).total_seconds() for due, at in session.execute(done) if at is not None)


def _forget(database: Database) -> None:
    """Take the poison out of the books, where nothing may be dead."""
    with database.writing() as session:
        for row in session.scalars(select(Outbox).where(Outbox.topic.in_(poison.TOPICS))):
            session.delete(row)


def _show(stage: Stage, topics: dict[str, int], dead: dict[str, int], begun: Counter[str], waits: list[float]) -> None:
    for topic, runs in topics.items():
        stage.figure(f"runs of {topic} when it was dead", dead.get(topic, 0), exactly=MOST_RUNS)
        # The first attempt is noted only where its worker lives to tell.
        stage.figure(f"times that {topic} began", begun[topic], least=runs, most=runs + 1)
    stage.figure("other jobs", len(waits), least=stage.size(100, 1000))
    stage.figure("half of them waited at most", waits[len(waits) // 2], "s")
    stage.figure("p95 of their waits", waits[len(waits) * 95 // 100], "s", most=OTHERS_SECONDS)
    stage.figure("the longest wait", waits[-1], "s")
