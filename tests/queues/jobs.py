"""What the tests' jobs do. Effects have no unique key: doing a thing twice leaves two of them."""

from __future__ import annotations

import faulthandler
import os
import signal
import time
from contextlib import suppress
from datetime import datetime

from redis.exceptions import RedisError
from sqlalchemy import String, insert, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from models.base import UTCDateTime
from models.clock import now
from models.outbox import Outbox
from queues.connection import connect
from queues.jobs import job
from workflow.errors import Busy, Refused

tell: int | None = None
"""Where a process says that it has come to its point: the writing end of a pipe, set in the child."""
redis_url: str | None = None


class Own(DeclarativeBase):
    """Tables that the product does not have."""


class Effect(Own):
    """Something that a job did."""

    __tablename__ = "effects"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


def wait_here() -> None:
    """Say that this process has come here, and stay until it is killed."""
    assert tell is not None
    os.write(tell, b"!")
    while True:
        signal.pause()


def _do(session: Session, ref: str) -> None:
    session.execute(insert(Effect).values(ref=ref, at=now()))


@job("test.effect")
def effect(session: Session, ref: str) -> None:
    _do(session, ref)


@job("test.stop_inside_once")
def stop_inside_once(session: Session, ref: str) -> None:
    """Writes; in a process that has somebody to tell, stays there with its writes uncommitted."""
    _do(session, ref)
    session.flush()
    if tell is not None:
        wait_here()


@job("test.nap")
def nap(session: Session, ref: str) -> None:
    """Sleeps until it is woken through Redis, or Redis goes."""
    assert redis_url is not None
    client = connect(redis_url, timeout_seconds=30)
    with suppress(RedisError):
        client.lpush("napping", ref)
        client.blpop(["wake"])
    _do(session, ref)


@job("test.refuse")
def refuse(session: Session, ref: str) -> None:
    _do(session, ref)
    raise Refused("problem.refused", name="Zhang San 13800000000")


@job("test.quote")
def quote(session: Session, ref: str) -> None:
    session.execute(text("SELECT nothing FROM nowhere WHERE phone = :phone"), {"phone": "13800000000"})


@job("test.crash")
def crash(session: Session, ref: str) -> None:
    """Takes its worker with it, in two ways by turns."""
    _do(session, ref)
    if os.getpid() % 2:
        os._exit(3)
    faulthandler.disable()
    faulthandler._sigsegv()


@job("test.sleep", timeout=1)
def sleep(session: Session, ref: str) -> None:
    """Longer than it may; `ref` says where: in Python, in the database, or deaf to the alarm."""
    _do(session, ref)
    if ref == "database":
        session.execute(text("SELECT pg_sleep(20)"))
    elif ref == "deaf":
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
        time.sleep(20)
    else:
        time.sleep(20)


@job("test.commit")
def commit(session: Session, ref: str) -> None:
    session.commit()
    _do(session, ref)


@job("test.lock")
def lock(session: Session, ref: str) -> None:
    """Wants the row `ref`, and not for long."""
    session.execute(text("SET LOCAL lock_timeout = '50ms'"))
    session.scalar(select(Outbox).where(Outbox.id == int(ref)).with_for_update())


@job("test.busy")
def busy(session: Session, ref: str) -> None:
    raise Busy()


@job("test.leave")
def leave(session: Session, ref: str) -> None:
    _do(session, ref)
    raise SystemExit
