"""Programs under test, read line by line: every wait is for an event, with a time after which the test has failed."""

import json
import os
import queue
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 20.0


class Program:
    """A started program and all that it has said. Kills its whole session at the end of a `with`."""

    def __init__(
        self,
        command: Sequence[str | Path],
        environ: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
        inherits: Sequence[int] = (),
    ) -> None:
        self.process = subprocess.Popen(
            [str(word) for word in command],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            pass_fds=inherits,
        )
        self.said: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *raised: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._reader.join(5)
        if self.process.stdout and not self._reader.is_alive():
            self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def expect(self, pattern: str, seconds: float = PATIENCE_SECONDS) -> re.Match[str]:
        """The next line that has `pattern`; fails when the time or the output ends before."""
        ends = time.monotonic() + seconds
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, ends - time.monotonic()))
            except queue.Empty:
                line = None
            if line is None:
                raise AssertionError(f"nothing like {pattern!r} in:\n" + "\n".join(self.said))
            self.said.append(line)
            if found := re.search(pattern, line):
                return found

    def pid_of(self, name: str) -> int:
        """The process of the next start of the supervised part `name`."""
        return int(self.expect(rf"^{name} +\| started, pid (\d+)").group(1))

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def ends(self, seconds: float = PATIENCE_SECONDS) -> int:
        """The exit status; all that was said is in `said` then."""
        status = self.process.wait(seconds)
        self._reader.join(seconds)
        while not self._lines.empty():
            if (line := self._lines.get()) is not None:
                self.said.append(line)
        return status


def house(*parts: dict[str, object], environ: Mapping[str, str] | None = None, ignores: str = "") -> Program:
    """A supervisor of `parts`, each with `code` (Python) for its command; `ignores`: a signal it is born deaf to."""
    specified = [{**part, "command": [sys.executable, "-S", "-u", "-c", part["code"]]} for part in parts]
    for part in specified:
        del part["code"]
    deaf = ["/bin/sh", "-c", f'trap "" {ignores}; exec "$0" "$@"'] if ignores else []
    return Program([*deaf, sys.executable, Path(__file__).with_name("small_house.py"), json.dumps(specified)], environ)


def is_gone(pid: int, seconds: float = 5.0) -> bool:
    """Whether the process, whoever's child it is, ends in time."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
