"""How long a job may take, twice: an exception that it can clean up after, and an end that it cannot escape; and how
much memory.

RQ's own limit is the first of these around everything, our bookkeeping included; these are around the handler only,
and the second also ends what no Python signal handler can interrupt, such as a library's endless loop in C.
"""

from __future__ import annotations

import faulthandler
import resource
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from rq.timeouts import BaseDeathPenalty

GRACE_SECONDS = 15.0


class TooSlow(Exception):
    """The job did not end within its time."""


class Alarm(KeyboardInterrupt):
    """What interrupts the job. psycopg cancels its query for this kind, and leaves it running for any other: with
    the row's lock, so that the run could not even be noted."""


class NoLimit(BaseDeathPenalty):
    """In the place of RQ's limit, which would take the one alarm that a process has."""

    def setup_death_penalty(self) -> None:
        """Nothing: see `limited`."""

    def cancel_death_penalty(self) -> None:
        """Nothing: see `limited`."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Stop what runs inside after `seconds`, in the main thread. Raises TooSlow. Somebody else's alarm is kept."""
    rang = False

    def ring(number: int, frame: FrameType | None) -> None:
        nonlocal rang
        rang = True
        raise Alarm

    handler = signal.signal(signal.SIGALRM, ring)
    started = time.monotonic()
    theirs, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except BaseException as error:
        if rang:  # whatever the job made of it
            raise TooSlow from error
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if theirs:
            signal.setitimer(signal.ITIMER_REAL, max(theirs - (time.monotonic() - started), 0.001), interval)


def end_process_after(seconds: float) -> None:
    """End this process, with every thread's stack on standard error, unless `let_live` is called before.

    A thread in C does it, so that even code which never gives up the interpreter's lock is ended.
    """
    faulthandler.dump_traceback_later(seconds, exit=True, file=sys.__stderr__ or 2)


def hold_memory(megabytes: int) -> None:
    """Let this process have no more than this, threads' stacks included: beyond it a job gets a MemoryError, which is
    noted as its fault, where the kernel would end whichever process it likes. Where a system counts otherwise, and
    refuses, nothing is limited."""
    size = megabytes << 20
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))


def let_live() -> None:
    """Take `end_process_after` back."""
    faulthandler.cancel_dump_traceback_later()
