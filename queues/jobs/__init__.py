"""The jobs, by topic. A module in this folder holds a few of them:

    @job("route", timeout=30)
    def route(session: Session, ref: str) -> None:
        routing.route(session.get_one(Ticket, int(ref)))

A job takes the reference that its row carries, looks again whether there is still something to do, and makes one call.
It runs in the transaction that marks its row done, and neither commits nor rolls back. What it writes happens once;
what leaves the machine may happen again, and carries a key.

What speaks to somebody outside is an errand: it runs before that transaction and outside of any, so that nobody waits
for a stranger's server while the database is locked, and opens short sessions of its own to look:

    @errand("mail", timeout=60)
    def mail(row_id: int, ref: str) -> None:
        ...
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from sqlalchemy.orm import Session

Verb = Callable[[Session, str], None]
Errand = Callable[[int, str], None]
LONGEST_SECONDS = 300
USUAL_SECONDS = 10
"""A thousand times what a job needs, and longer than it waits for a lock. It holds a worker, and on SQLite the writing
of the whole house: of two that never end, two workers were taken for minutes."""


class UnknownTopic(LookupError):
    """No job answers to the row's topic: an error like any other, since the next release may bring it."""


class Postponed(Exception):
    """An errand found nobody who could take it now: it is tried again, later each time. `reason` is read by
    administrators, and says codes and kinds of errors, never what people wrote or who they are."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class GivenUp(Exception):
    """An errand was refused for good: its row is dead at once. `reason` as of `Postponed`; `noting` goes with it."""

    def __init__(self, reason: str, noting: Callable[[Session], None] | None = None) -> None:
        self.reason = reason
        self.noting = noting
        super().__init__(reason)


def nothing(session: Session, ref: str) -> None:
    """What is left to do of an errand in the transaction that marks it done."""


@dataclass(frozen=True)
class Job:
    """What a topic means. `timeout` in seconds; `every`: asked for again so long after each run, by itself; where it is
    `nightly`, for the next night.

    `errand`, if any, runs before the verb and outside of its transaction, with the row's number and reference."""

    topic: str
    verb: Verb
    timeout: int
    every: timedelta | None
    errand: Errand | None = None
    nightly: bool = False


_jobs: dict[str, Job] = {}


def job(topic: str, *, timeout: int = USUAL_SECONDS, every: timedelta | None = None) -> Callable[[Verb], Verb]:
    """Make a function the job of `topic`. `timeout` in seconds, at most 300. Raises ValueError for a topic taken."""
    _hold(topic, timeout)

    def register(verb: Verb) -> Verb:
        _add(Job(topic, verb, timeout, every))
        return verb

    return register


def errand(
    topic: str, *, timeout: int = 60, every: timedelta | None = None, nightly: bool = False
) -> Callable[[Errand], Errand]:
    """Make a function the errand of `topic`, as `job` does."""
    _hold(topic, timeout)

    def register(verb: Errand) -> Errand:
        _add(Job(topic, nothing, timeout, every, verb, nightly))
        return verb

    return register


def _hold(topic: str, timeout: int) -> None:
    if not 0 < timeout <= LONGEST_SECONDS:
        raise ValueError(f"job {topic}: a timeout is between 1 and {LONGEST_SECONDS} seconds, not {timeout}")


def _add(job: Job) -> None:
    if job.topic in _jobs:
        taken = _jobs[job.topic]
        raise ValueError(f"job {job.topic} is {(taken.errand or taken.verb).__module__}'s already")
    _jobs[job.topic] = job


@cache
def load() -> None:
    """Import every module of this folder, once a process."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        importlib.import_module(module.name)


def find(topic: str) -> Job:
    """The job of `topic`. Raises UnknownTopic."""
    load()
    try:
        return _jobs[topic]
    except KeyError:
        raise UnknownTopic(topic) from None


def topics() -> list[str]:
    """All that there are jobs for."""
    load()
    return sorted(_jobs)


def periodic() -> list[Job]:
    """The jobs that are asked for again by themselves, by topic."""
    load()
    return sorted((job for job in _jobs.values() if job.every), key=lambda job: job.topic)
