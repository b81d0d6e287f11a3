"""Jobs that come again by themselves: each has one row that waits, and a run or a death asks for the next."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.clock import now
from models.database import database
from models.outbox import Outbox, later
from queues.jobs import find, periodic
from workflow.localtime import next_night

PLANNING = 0x57484953
"""The number of PostgreSQL's advisory lock for planning."""


def plan() -> None:
    """Ask for every periodic job that nobody has asked for; at once when it never ran."""
    jobs = periodic()
    with database.reading() as session:
        missing = [job for job in jobs if not _waits(session, job.topic)]
    if not missing:
        return
    with database.writing() as session:
        _one_at_a_time(session)
        for job in missing:
            if not _waits(session, job.topic):
                later(session, job.topic, "")


def again(session: Session, row: Outbox) -> None:
    """Ask for the next run of a row that is done or dead, if its job is periodic and nothing else waits for it."""
    try:
        job = find(row.topic)
    except LookupError:
        return
    if not job.every:
        return
    _one_at_a_time(session)
    if not _waits(session, row.topic):
        later(session, row.topic, row.ref, due=next_night(session, now()) if job.nightly else now() + job.every)


def next_runs(session: Session) -> dict[str, float]:
    """When each periodic job is due next, by topic, in seconds since 1970; 0 where nobody asked for it."""
    topics = [job.topic for job in periodic()]
    waiting = (
        select(Outbox.topic, func.min(Outbox.due))
        .where(Outbox.topic.in_(topics), Outbox.done_at.is_(None), Outbox.dead_at.is_(None))
        .group_by(Outbox.topic)
    )
    return dict.fromkeys(topics, 0.0) | {topic: due.timestamp() for topic, due in session.execute(waiting)}


def _one_at_a_time(session: Session) -> None:
    """Let nobody else plan until this transaction ends: of two that look at once, each would count on the other's row.
    On SQLite it is so already."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(PLANNING)))


def _waits(session: Session, topic: str) -> bool:
    waiting = select(Outbox.id).where(Outbox.topic == topic, Outbox.done_at.is_(None), Outbox.dead_at.is_(None))
    return session.scalar(waiting.limit(1)) is not None
