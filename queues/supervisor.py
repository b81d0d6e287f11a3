"""Keeps parts running: starts again what dies, stops all in order, leaves nothing behind.

One thread and one loop over the children's output, the signals and the clock.
"""

from __future__ import annotations

import contextlib
import math
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import FrameType

from queues.parts import Part, Running

FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 3.0
"""With the time that a part needs to start, a dead one is back within five seconds however often it dies."""
STABLE_SECONDS = 10.0
FAILED_STARTS = 5
TICK_SECONDS = 0.2
SECOND_THOUGHT_SECONDS = 1.0
STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class GivenUp(Exception):
    """Raised by what a supervisor asks until it is ready: it never will be, and the reason has been said."""


@dataclass
class Slot:
    """A part and what has become of it. Times are monotonic seconds."""

    part: Part
    running: Running | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    kill_at: float | None = None
    wait_seconds: float = FIRST_WAIT_SECONDS
    failed_starts: int = 0

    def plan_restart(self, status: int, now: float) -> None:
        """Wait longer after each end, afresh after a stable time; who ended well (a worker that has done its share of
        jobs) is not made to wait."""
        if now - self.started_at >= STABLE_SECONDS:
            self.failed_starts = 0
        if status == 0 or now - self.started_at >= STABLE_SECONDS:
            self.wait_seconds = FIRST_WAIT_SECONDS
        self.start_at = now + self.wait_seconds
        if status != 0:
            self.wait_seconds = min(self.wait_seconds * 2, LONGEST_WAIT_SECONDS)


class Supervisor:
    """Runs `parts` until it is told to stop, by SIGINT, SIGTERM, SIGHUP or `stop`.

    `until_ready` is asked five times a second until it answers True; before that, an essential part that fails
    by itself five times ends everything, since what never started will not mend itself; later nothing is given up.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        *,
        until_ready: Callable[[], bool] = lambda: True,
        write: Callable[[str], None] = lambda line: print(line, flush=True),  # noqa: T201
    ) -> None:
        self.slots = [Slot(part) for part in sorted(parts, key=lambda part: part.stage)]
        self._until_ready = until_ready
        self._write = write
        self._width = max((len(part.name) for part in parts), default=0)

        self._ready = False
        self._stops = 0
        self._stopped_at = 0.0
        self._status = 0
        self._selector = selectors.DefaultSelector()

    def run(self) -> int:
        """The exit status: 0 after an ordered stop, 1 when a part could not be started."""
        leash, self._held = os.pipe()
        self._leash = leash
        began = time.monotonic()
        for slot in self.slots:
            slot.start_at = began + slot.part.delay_seconds
        with self._signals():
            while not self._finished():
                self._step(time.monotonic())
        os.close(self._held)
        os.close(leash)
        return self._status

    def stop(self) -> None:
        """Begin to stop; asked again after a second or more, kill what is left: tools like timeout(1) signal both a
        process and its group, and mean it once."""
        now = time.monotonic()
        if self._stops == 0 or now - self._stopped_at >= SECOND_THOUGHT_SECONDS:
            self._stops += 1
            self._stopped_at = now

    def say(self, line: str, name: str = "serve") -> None:
        """A line of the log, behind the part's name."""
        self._write(f"{name:<{max(self._width, 5)}} | {line}")

    # The loop

    def _step(self, now: float) -> None:
        for slot in self.slots:
            if slot.running and (status := slot.running.ended()) is not None:
                self._bury(slot, slot.running, status, now)
        if not self._stops:
            for slot in self.slots:
                if slot.running is None and slot.start_at <= now:
                    self._start(slot, now)
            if not self._ready:
                self._ask_whether_ready()
        if self._stops:
            self._stop_stage(now)
        if self._finished():
            return
        for key, _ in self._selector.select(self._patience(time.monotonic())):
            if isinstance(key.data, Slot):
                self._read(key.data)
            else:
                with contextlib.suppress(BlockingIOError):
                    key.fileobj.recv(4096)  # type: ignore[union-attr]

    def _ask_whether_ready(self) -> None:
        try:
            self._ready = self._until_ready()
        except GivenUp:
            self._status = 1
            self.stop()

    def _patience(self, now: float) -> float | None:
        """Seconds until there is something to do though nothing happens; None: for ever."""
        times = [slot.start_at for slot in self.slots if slot.running is None and not self._stops]
        times += [slot.kill_at for slot in self.slots if slot.running and slot.kill_at not in (None, math.inf)]
        if not self._ready and not self._stops:
            times.append(now + TICK_SECONDS)
        return max(0.0, min(times) - now) if times else None

    def _start(self, slot: Slot, now: float) -> None:
        slot.started_at = now
        try:
            slot.running = Running(slot.part, self._leash)
        except OSError as error:
            self.say(f"cannot be started: {error}", slot.part.name)
            slot.plan_restart(1, now)
            self._count_failure(slot)
            return
        self._selector.register(slot.running.output, selectors.EVENT_READ, slot)
        self.say(f"started, pid {slot.running.pid}", slot.part.name)

    def _read(self, slot: Slot) -> None:
        assert slot.running is not None
        lines = slot.running.lines()
        self._tell(slot, lines or ())
        if lines is None:
            self._selector.unregister(slot.running.output)

    def _tell(self, slot: Slot, lines: Iterable[str]) -> None:
        for line in lines:
            if not any(word in line for word in slot.part.hides):
                self.say(line, slot.part.name)

    def _bury(self, slot: Slot, running: Running, status: int, now: float) -> None:
        self._tell(slot, running.last_lines())
        with contextlib.suppress(KeyError):
            self._selector.unregister(running.output)
        running.close()
        slot.running = slot.kill_at = None
        self.say(f"ended, {_said(status)}", slot.part.name)
        if self._stops:
            return
        slot.plan_restart(status, now)
        if status >= 0:
            self._count_failure(slot)

    def _count_failure(self, slot: Slot) -> None:
        slot.failed_starts += 1
        if slot.part.essential and not self._ready and slot.failed_starts >= FAILED_STARTS:
            self.say(
                f"{slot.part.name} 启动 {FAILED_STARTS} 次均告失败，原因见上。 / "
                f"{slot.part.name} failed {FAILED_STARTS} times to start: the reason is above."
            )
            self._status = 1
            self.stop()

    # The end

    def _stop_stage(self, now: float) -> None:
        alive = [slot for slot in self.slots if slot.running]
        stage = max((slot.part.stage for slot in alive), default=0)
        for slot in alive:
            assert slot.running is not None
            if slot.kill_at is None and slot.part.stage == stage:
                slot.running.ask_to_stop()
                slot.kill_at = now + slot.part.grace_seconds
            if self._stops > 1 or (slot.kill_at is not None and slot.kill_at <= now):
                slot.running.kill()
                slot.kill_at = math.inf

    def _finished(self) -> bool:
        return self._stops > 0 and not any(slot.running for slot in self.slots)

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        theirs.setblocking(False)
        self._selector.register(ours, selectors.EVENT_READ)
        wakeup = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)

        def on_stop(number: int, frame: FrameType | None) -> None:
            self.stop()

        for number in STOPPING_SIGNALS:
            # nohup means it; a shell that has SIGINT ignored by what it starts behind `&` does not.
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, on_stop)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup)
            # All has stopped: who asks once more must not turn an ordered end into another.
            for number in STOPPING_SIGNALS:
                signal.signal(number, signal.SIG_IGN)
            self._selector.close()
            ours.close()
            theirs.close()


def _said(status: int) -> str:
    return f"exit status {status}" if status >= 0 else f"by {signal.Signals(-status).name}"
