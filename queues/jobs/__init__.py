"""The jobs, by topic. A module in this folder holds a few of them:

    @job("route", timeout=30)
    def route(session: Session, ref: str) -> None:
        routing.route(session.get_one(Ticket, int(ref)))

A job takes the reference that its row carries, looks again whether there is still something to do, and makes one call.
It runs in the transaction that marks its row done, and neither commits nor rolls back. What it writes happens once;
what leaves the machine may happen again, and carries a key.
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
LONGEST_SECONDS = 300


class UnknownTopic(LookupError):
    """No job answers to the row's topic: an error like any other, since the next release may bring it."""


@dataclass(frozen=True)
class Job:
    """What a topic means. `timeout` in seconds; `every`: asked for again so long after each run, by itself."""

    topic: str
    verb: Verb
    timeout: int
    every: timedelta | None


_jobs: dict[str, Job] = {}


def job(topic: str, *, timeout: int = 60, every: timedelta | None = None) -> Callable[[Verb], Verb]:
    """Make a function the job of `topic`. `timeout` in seconds, at most 300. Raises ValueError for a topic taken."""
    if not 0 < timeout <= LONGEST_SECONDS:
        raise ValueError(f"job {topic}: a timeout is between 1 and {LONGEST_SECONDS} seconds, not {timeout}")

    def register(verb: Verb) -> Verb:
        if topic in _jobs:
            raise ValueError(f"job {topic} is {_jobs[topic].verb.__module__}'s already")
        _jobs[topic] = Job(topic, verb, timeout, every)
        return verb

    return register


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


def periodic() -> list[Job]:
    """The jobs that are asked for again by themselves, by topic."""
    load()
    return sorted((job for job in _jobs.values() if job.every), key=lambda job: job.topic)
