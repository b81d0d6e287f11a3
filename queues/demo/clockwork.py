"""A past that is lived through in its own order: steps of people and jobs of the outbox, each at its own moment.

    clockwork = Clockwork(session, until=now())
    clockwork.at(moment, step)
    clockwork.run()

Jobs run as workers would run them: as soon as they are asked for, timers when they are due. Each row of the outbox is
written as done in the transaction that asked for it; what would have been purged since is not written at all.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from models import Event, Outbox
from models.base import Base
from models.clock import moved
from queues.jobs import find
from queues.jobs.purge import KEPT
from workflow.alone import gather

Step = Callable[[], None]
A_JOB = timedelta(seconds=1)
"""How long after it was asked for a job of the past ran."""
FRESH = 500
SILENT = ("mail",)
"""Topics whose rows are done without having run: what left the house then does not leave it now."""


class Clockwork:
    """The steps still to come, by moment. `on_event` hears of each event once its step is over."""

    def __init__(self, session: Session, until: datetime, on_event: Callable[[Event], None]) -> None:
        self.session = session
        self.until = until
        self.on_event = on_event

        self.moment = until
        self.ran: Counter[str] = Counter()
        self._steps: list[tuple[datetime, int, Step]] = []
        self._number = count()
        self._events: list[Event] = []
        self._fresh: deque[Any] = deque(maxlen=FRESH)

    def at(self, moment: datetime, step: Step) -> None:
        """Take a step at `moment`; never, where that lies after the end."""
        if moment <= self.until:
            heappush(self._steps, (moment, next(self._number), step))

    def run(self, passed: Callable[[datetime], None]) -> None:
        """Take all steps up to the end in their order; `passed` is told each step's moment."""
        with self._listening():
            while self._steps:
                self.moment, _, step = heappop(self._steps)
                with moved(self.moment):
                    step()
                    self._tell()
                passed(self.moment)

    def _tell(self) -> None:
        events, self._events = self._events, []
        for each in events:
            self.on_event(each)

    def _job(self, topic: str, ref: str) -> None:
        if topic not in SILENT:
            find(topic).verb(self.session, ref)
        self.ran[topic] += 1

    @contextmanager
    def _listening(self) -> Iterator[None]:
        event.listen(self.session, "transient_to_pending", self._see)
        self.session.info["later"] = self._take
        try:
            yield
        finally:
            event.remove(self.session, "transient_to_pending", self._see)
            del self.session.info["later"]

    def _see(self, _session: Session, row: Base) -> None:
        # Jobs look their rows up by id: while somebody holds them, nothing has to be read.
        self._fresh.append(row)
        if isinstance(row, Event):
            self._events.append(row)

    def _take(self, asked: dict[str, Any]) -> int:
        number = next(self._number)
        done: dict[str, Any] = {"attempts": 0, "done_at": None}
        due = asked["due"]
        if due <= self.until:
            when = min(due if due > self.moment else self.moment + A_JOB, self.until)
            step: Step = partial(self._job, asked["topic"], asked["ref"])
            heappush(self._steps, (when, number, step))
            if when < self.until - KEPT:
                return number
            done = {"attempts": 1, "done_at": when}
        gather(self.session, Outbox, number, asked | done)
        return number
