"""`python -m queues.relay`: hands rows of the outbox that are due to the workers' queue. Nobody else talks to RQ.

Any number of relays may run. A row is leased in the database first and enqueued after that commit; whatever is lost
between the two, or in Redis later, is handed out again when its lease has run out.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType

import structlog
from redis.exceptions import RedisError
from rq import Queue
from sqlalchemy import Select, or_, select
from sqlalchemy.exc import SQLAlchemyError

from config import ConfigError, Settings
from models.clock import now
from models.database import database
from models.outbox import Outbox
from queues import gate, logs
from queues.connection import RELAY_BEAT, connect, ends_in, queue, redis_url
from queues.outage import Outage

log = structlog.get_logger("queues.relay")

LONGEST_QUEUE = 200
"""Without a cap and a growing lease 2,000 rows made 61,731 messages and were not done in 180 s."""
IDLE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 1.0
BEAT_SECONDS = 15
RUN = "queues.run.run"
RQ_TIMEOUT_SECONDS = 600
"""Only for RQ's own registries: a run limits itself (queues.limits), always to less than this."""
FAILED_SECONDS = 60
WIDE_SECONDS = 10.0
LONGEST_LEASE = timedelta(minutes=2)
"""Twice as long as any is: one that ends later is the work of a clock that was fast, and would hang for as long."""


@dataclass(frozen=True)
class Handout:
    """A leased row and the how manieth attempt this is."""

    row: int
    attempt: int

    @property
    def id(self) -> str:
        """The id of its job in RQ: of its own each time, so that what was lost never stands in the way."""
        return f"{self.row}-{self.attempt}"


def lease_seconds(attempts: int) -> float:
    """How long a row that was handed out `attempts` times before is left alone: 5 s, doubling, at most 60 s."""
    return min(5.0 * (1 << min(attempts, 10)), 60.0)


class Relay:
    """One relay. `step` by `step`, or `work` until it is told to stop."""

    def __init__(
        self,
        target: Queue,
        *,
        longest_queue: int = LONGEST_QUEUE,
        lease_seconds: Callable[[int], float] = lease_seconds,
    ) -> None:
        self.queue = target
        self.longest_queue = longest_queue
        self.lease_seconds = lease_seconds
        self._wide_at = 0.0

    def step(self) -> int:
        """Look once, hand out what is due. The number of rows. Raises RedisError, SQLAlchemyError."""
        room = self.room()
        handouts = self.lease(room) if room > 0 else []
        if handouts:
            self.enqueue(handouts)
        self.queue.connection.set(RELAY_BEAT, ends_in(BEAT_SECONDS), ex=BEAT_SECONDS)
        return len(handouts)

    def room(self) -> int:
        """How many more the queue takes. First of all, so that no attempt is wasted while Redis is away; none before
        half of it is worked off, so that a full queue is not refilled with a transaction a row."""
        length = self.queue.count
        return self.longest_queue - length if length <= self.longest_queue // 2 else 0

    def lease(self, room: int) -> list[Handout]:
        """Lease up to `room` rows, the longest due first. On SQLite a writer keeps out all others, so look first."""
        wide = time.monotonic() >= self._wide_at
        with database.reading() as session:
            due = session.scalar(_due(wide).with_only_columns(Outbox.id).limit(1))
        if wide:
            self._wide_at = time.monotonic() + WIDE_SECONDS
        if due is None:
            return []
        with database.writing() as session:
            rows = session.scalars(_due(wide).limit(room).with_for_update(skip_locked=True)).all()
            for row in rows:
                row.lease = now() + timedelta(seconds=self.lease_seconds(row.attempts))
                row.attempts += 1
            return [Handout(row.id, row.attempts) for row in rows]

    def enqueue(self, handouts: Sequence[Handout]) -> None:
        """Put all of them into the queue in one round trip. Nothing of it is kept in Redis after the run."""
        self.queue.enqueue_many(
            Queue.prepare_data(
                RUN,
                args=[handout.row],
                job_id=handout.id,
                timeout=RQ_TIMEOUT_SECONDS,
                result_ttl=0,
                failure_ttl=FAILED_SECONDS,
            )
            for handout in handouts
        )

    def work(self, stop: threading.Event) -> None:
        """Step until `stop`; while Redis or the database is away, wait for it."""
        outage, pause = Outage(), IDLE_SECONDS
        while not stop.is_set():
            try:
                pause = 0.0 if self.step() else IDLE_SECONDS
                outage.back()
            except (RedisError, SQLAlchemyError) as error:
                outage.away("redis" if isinstance(error, RedisError) else "database", error)
                pause = min(max(pause, IDLE_SECONDS) * 2, LONGEST_PAUSE_SECONDS)
            stop.wait(pause)


def _due(wide: bool) -> Select[Outbox]:
    """`wide`: also what was asked for at once by a clock that is ahead of ours, for which all timers are looked at."""
    moment = now()
    come = or_(Outbox.due <= moment, Outbox.due <= Outbox.created_at) if wide else Outbox.due <= moment
    return (
        select(Outbox)
        .where(Outbox.done_at.is_(None), Outbox.dead_at.is_(None), come)
        .where(or_(Outbox.lease.is_(None), Outbox.lease <= moment, Outbox.lease > moment + LONGEST_LEASE))
        .order_by(Outbox.due, Outbox.id)
    )


def main() -> int:
    """Relay until SIGTERM or SIGINT. The exit status: 0, or 1 with a sentence for a broken setting."""
    try:
        settings = Settings.load()
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    logs.speak()
    gate.wait()
    stop = threading.Event()

    def on_stop(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_stop)
    database.connect(settings.database_url)
    log.info("relaying")
    Relay(queue(connect(redis_url(settings)))).work(stop)
    log.info("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
