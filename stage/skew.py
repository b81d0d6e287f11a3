"""Wrong clocks for the workers and the relay of a running house, which may be put right while they run.

    clocks = Clocks(folder)
    House(…, **clocks.environment())
    clocks.set(relay=600.0, worker1=0.0, worker2=-600.0)

All that Python asks for the time of day is moved, and the time that passes is not, as where a machine's clock is wrong.
"""

from __future__ import annotations

import fcntl
import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from stage.arming import arming

FOLDER = "SKEW"
LOOK_SECONDS = 0.1
NAMES = {"queues.relay": ("relay",), "queues.worker": ("worker1", "worker2")}


class Clocks:
    """How far ahead each process is, in seconds; at first not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._armed = arming(folder, __name__)
        self.set(relay=0.0, worker1=0.0, worker2=0.0)

    def environment(self) -> dict[str, str]:
        """What gives its processes their clocks."""
        return self._armed | {FOLDER: str(self.folder)}

    def set(self, **ahead: float) -> None:
        """From now on."""
        for name, seconds in ahead.items():
            fresh = self.folder / f"{name}.new"
            fresh.write_text(str(seconds))
            fresh.replace(self.folder / name)
        time.sleep(5 * LOOK_SECONDS)


def arm() -> None:
    """Let this process's clock follow its file for as long as it lives."""
    import time_machine

    traveller = time_machine.travel(datetime.now(UTC), tick=True).start()
    threading.Thread(target=_follow, args=(_mine(), traveller.shift), daemon=True).start()


def _mine() -> Path:
    """The first file of this kind of process that no other follows; the lock is held to the end of the process."""
    names = next(NAMES[word] for word in sys.orig_argv if word in NAMES)
    while True:
        for name in names:
            lock = os.open(Path(os.environ[FOLDER]) / f"{name}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                continue
            return Path(os.environ[FOLDER]) / name
        time.sleep(LOOK_SECONDS)


def _follow(file: Path, shift: Callable[[timedelta], None]) -> None:
    ahead = 0.0
    while True:
        wanted = float(file.read_text())
        if wanted != ahead:
            shift(timedelta(seconds=wanted - ahead))
            ahead = wanted
        time.sleep(LOOK_SECONDS)
