"""Waiting for what others bring about."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class NotInTime(Exception):
    """Something that was waited for did not come."""


def wait_for(
    ask_for: Callable[[], T], what: str, seconds: float, *, pause: float = 0.05, last_words: Callable[[], str] = str
) -> T:
    """The first true answer of `ask_for`, asked again and again with a `pause` (seconds) between.

    Raises NotInTime, which says what is not so, and the `last_words` of whoever was waited for.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if answer := ask_for():
            return answer
        time.sleep(pause)
    raise NotInTime(f"not {what} after {seconds:.0f} s: {last_words()}")
