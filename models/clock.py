"""The one place that asks what time it is, so that a test or a demo can move it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC; where the clock is moved, the moment it was moved to."""
    return _moment.get() or datetime.now(UTC)


@contextmanager
def moved(moment: datetime) -> Iterator[None]:
    """The clock stands at `moment` for whatever runs inside, in this thread. Raises ValueError without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is none")
    token = _moment.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _moment.reset(token)
