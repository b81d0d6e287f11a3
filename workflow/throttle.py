"""How often something may be tried, counted in the database so that every process agrees.

Fixed windows: the first attempt opens a window, and what is counted in it is forgotten at its end. A counter's key
holds a hash of whose it is, so that the table names nobody.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models import Throttle
from models.clock import now
from workflow.errors import TooMany


@dataclass(frozen=True)
class Limit:
    """At most `most` attempts at `what` in `minutes`, for each of those it is counted by."""

    what: str
    most: int
    minutes: int

    def key(self, *whose: str) -> str:
        """The counter of `whose`: 64 hexadecimal digits behind the limit's name."""
        return f"{self.what}:{digest(*whose)}"


def digest(*whose: str) -> str:
    """How every counter's key ends that counts by `whose`."""
    return hashlib.sha256(chr(0).join(whose).encode()).hexdigest()


def hold(session: Session, limit: Limit, *whose: str) -> None:
    """Raise TooMany where nothing is left in the window; counts nothing."""
    row = session.execute(
        select(Throttle.count, Throttle.ends_at).where(Throttle.key == limit.key(*whose), Throttle.ends_at > now())
    ).one_or_none()
    if row is not None:
        tried, ends_at = row
        if tried >= limit.most:
            raise TooMany(_seconds_until(ends_at))


def count(session: Session, limit: Limit, *whose: str, times: int = 1) -> None:
    """Count an attempt, or several, in one statement that parallel attempts cannot slip through.

    Raises TooMany for the first attempt past the limit and every later one of the window.
    """
    moment = now()
    fresh = {"count": times, "ends_at": moment + timedelta(minutes=limit.minutes)}
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    over = Throttle.ends_at <= moment
    tried, ends_at = session.execute(
        insert(Throttle)
        .values(key=limit.key(*whose), **fresh)
        .on_conflict_do_update(
            index_elements=[Throttle.key],
            set_={
                "count": case((over, times), else_=Throttle.count + times),
                "ends_at": case((over, fresh["ends_at"]), else_=Throttle.ends_at),
            },
        )
        .returning(Throttle.count, Throttle.ends_at),
    ).one()
    if tried > limit.most:
        raise TooMany(_seconds_until(ends_at))


def give_back(session: Session, limit: Limit, *whose: str) -> None:
    """Take the count of an attempt back, which turned out to be none."""
    counted = update(Throttle).where(Throttle.key == limit.key(*whose), Throttle.ends_at > now(), Throttle.count > 0)
    session.execute(counted.values(count=Throttle.count - 1))


def prune(session: Session) -> int:
    """Delete the counters whose window is over; returns how many. Housekeeping: nothing reads them any more."""
    over = select(Throttle.key).where(Throttle.ends_at <= now()).with_for_update(skip_locked=True)
    return int(session.execute(delete(Throttle).where(Throttle.key.in_(over))).rowcount)  # type: ignore[attr-defined]


def _seconds_until(moment: datetime) -> int:
    return -int(-(moment - now()).total_seconds() // 1)
