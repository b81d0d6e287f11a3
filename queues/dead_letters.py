"""The outbox as an administrator sees it: what waits, what is dead and why, and how it is sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.clock import now
from models.outbox import Outbox
from queues import jobs
from workflow.actors import Actor
from workflow.errors import NotFound, Refused
from workflow.numbers import LARGEST_ID

log = structlog.get_logger("queues.dead_letters")


@dataclass(frozen=True)
class Letter:
    """A row of the outbox. Times in UTC; `last_error` is of types, keys and places in the code, without values."""

    id: int
    topic: str
    ref: str
    due: datetime
    created_at: datetime
    attempts: int
    runs: int
    lease: datetime | None
    done_at: datetime | None
    dead_at: datetime | None
    last_error: str | None

    @classmethod
    def of(cls, row: Outbox) -> Letter:
        return cls(**{name: getattr(row, name) for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Figures:
    """How the outbox stands. `due`: what could be done now, leased or not; the age is of the oldest of these."""

    waiting: int
    due: int
    oldest_due_seconds: float
    dead: int


def waiting(session: Session, limit: int = 100) -> list[Letter]:
    """What is still to be done, the longest due first; timers last."""
    rows = select(Outbox).where(Outbox.done_at.is_(None), Outbox.dead_at.is_(None))
    return [Letter.of(row) for row in session.scalars(rows.order_by(Outbox.due, Outbox.id).limit(limit))]


def dead(session: Session, limit: int = 100) -> list[Letter]:
    """What was given up, the latest first."""
    rows = select(Outbox).where(Outbox.dead_at.is_not(None))
    return [Letter.of(row) for row in session.scalars(rows.order_by(Outbox.dead_at.desc(), Outbox.id).limit(limit))]


def show(session: Session, row_id: int) -> Letter:
    """One row, in whatever state. Raises NotFound."""
    row = session.get(Outbox, min(row_id, LARGEST_ID))
    if row is None:
        raise NotFound("outbox.unknown", id=row_id)
    return Letter.of(row)


def send_again(session: Session, row_id: int, actor: Actor) -> Letter:
    """Give a dead row ten more runs, at once. Raises NotFound, or Refused when it is not dead.

    Its attempts go on counting, so that no id of an earlier job in RQ comes back.
    """
    row = session.get(Outbox, min(row_id, LARGEST_ID), with_for_update=True)
    if row is None:
        raise NotFound("outbox.unknown", id=row_id)
    if row.dead_at is None:
        raise Refused("outbox.not_dead", id=row_id)
    row.dead_at = row.lease = None
    row.runs, row.due = 0, now()
    session.flush()
    log.info("sent again", row=row.id, topic=row.topic, actor=actor.id)
    return Letter.of(row)


def figures(session: Session) -> Figures:
    """For /metrics: counts from the two partial indexes, whatever the size of the table."""
    moment = now()
    open_rows = select(func.count(Outbox.id)).where(Outbox.done_at.is_(None), Outbox.dead_at.is_(None))
    count = session.scalar(open_rows) or 0
    due = session.scalar(open_rows.where(Outbox.due <= moment)) or 0
    oldest = session.scalar(open_rows.with_only_columns(func.min(Outbox.due)))
    age = max((moment - oldest).total_seconds(), 0.0) if oldest else 0.0
    dead_rows = session.scalar(select(func.count(Outbox.id)).where(Outbox.dead_at.is_not(None))) or 0
    return Figures(waiting=count, due=due, oldest_due_seconds=age, dead=dead_rows)


def failing(session: Session) -> dict[str, int]:
    """How many jobs of each topic have failed and will be tried again."""
    failed = (
        select(Outbox.topic, func.count(Outbox.id))
        .where(Outbox.done_at.is_(None), Outbox.dead_at.is_(None), Outbox.last_error.is_not(None))
        .group_by(Outbox.topic)
    )
    return dict.fromkeys(jobs.topics(), 0) | dict(session.execute(failed).all())
