"""One part of the running house: a program that the supervisor starts, reads and stops."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from config import ROOT

PR_SET_PDEATHSIG = 1
LONGEST_LINE = 64 * 1024
LEASH = "WHISTLE_LEASH"


@dataclass(frozen=True, kw_only=True)
class Part:
    """What to run. `stage` orders: lower stages start first and stop last, parts of one stage together.
    Nothing comes up without an `essential` part."""

    name: str
    command: tuple[str, ...]
    essential: bool = False
    stage: int = 0
    delay_seconds: float = 0.0
    grace_seconds: float = 5.0
    inherits: tuple[int, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    before_start: Callable[[], None] = lambda: None
    hides: tuple[str, ...] = ()
    """Lines of the log with one of these words in them are not worth showing."""


class Running:
    """A started part: its process group and its output.

    The process dies with the supervisor however that ends: on Linux the kernel kills it (PR_SET_PDEATHSIG); elsewhere
    it runs under `queues.leash`, which sees the end of a pipe that only the supervisor holds open.
    """

    def __init__(self, part: Part, leash: int) -> None:
        """Start `part`; `leash` is the reading end of the supervisor's pipe. Raises OSError."""
        part.before_start()
        linux = sys.platform == "linux"
        command = part.command if linux else (sys.executable, "-m", "queues.leash", *part.command)
        self.part = part
        self._rest = b""
        self._process = subprocess.Popen(  # noqa: S603
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", LEASH: str(leash), **part.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
            pass_fds=part.inherits if linux else (leash, *part.inherits),
            preexec_fn=dies_with(os.getpid()) if linux else None,
        )
        assert self._process.stdout is not None
        self.output = self._process.stdout.fileno()
        os.set_blocking(self.output, False)

    @property
    def pid(self) -> int:
        return self._process.pid

    def lines(self) -> list[str] | None:
        """The whole lines that have come since; None when the output has ended."""
        try:
            chunk = os.read(self.output, LONGEST_LINE)
        except BlockingIOError:
            return []
        if not chunk:
            return None
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) >= LONGEST_LINE:
            whole, self._rest = [*whole, self._rest], b""
        return [line.decode(errors="replace") for line in whole]

    def last_lines(self) -> list[str]:
        """What was still to be read of a program that has ended, a last line without an end included."""
        last: list[str] = []
        # As much as a pipe holds and no more: a program that left the group may hold it open and write for ever.
        for _ in range(64):
            lines = self.lines()
            if lines is None:
                break
            last += lines
        return [*last, self._rest.decode(errors="replace")] if self._rest else last

    def ended(self) -> int | None:
        """The exit status (below zero: the signal) when the program has ended, else None; then nothing of it is left:
        what it started and did not stop would hold its port or its socket against its successor."""
        if not self._is_dead():
            return None
        self.kill()
        return self._process.wait()

    def _is_dead(self) -> bool:
        if not hasattr(os, "waitid"):
            return self._process.poll() is not None
        # Not reaped yet, so that its number cannot be another's group when `ended` kills what is left of it.
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def ask_to_stop(self) -> None:
        """SIGTERM to the program alone: what it started is its own to stop."""
        os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL to the program and to all that it started in its process group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        assert self._process.stdout is not None
        self._process.stdout.close()


def dies_with(parent: int) -> Callable[[], None]:
    """What binds a new child's life to its `parent`'s, to be called in the child; does nothing but on Linux.

    Made before the fork: between fork and exec a child should load nothing.
    """
    if sys.platform != "linux":
        return lambda: None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def bind() -> None:
        prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return bind
