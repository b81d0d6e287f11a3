"""A running Whistle, `bin/serve` with all its parts on a database of its own, and ways to break it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from redis import Redis

from config import ROOT, Settings
from models.database import Database
from queues.connection import connect
from queues.parts import dies_with
from queues.probe import ask
from stage.waiting import NotInTime, wait_for

T = TypeVar("T")
PATIENCE_SECONDS = 120.0
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")
STARTED = re.compile(r"^(\S+) +\| started, pid (\d+)$", re.MULTILINE)


class House:
    """`with House(folder, url) as house:` serves at `house.address` until the end of the block.

    The demo's people are in it unless DEMO says otherwise (their password is `whistle`), and no past. Any setting of
    the product may be given by its name.
    """

    patience_seconds = PATIENCE_SECONDS
    """How long a start may take."""

    def __init__(self, folder: Path, database_url: str, **environment: str) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.port = environment.get("PORT") or str(free_port())
        self.address = f"http://127.0.0.1:{self.port}"
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        asked = {"DATA_DIR": str(folder), "PORT": self.port, "DATABASE_URL": database_url, "DEMO": "people"}
        self.environment = inherited | asked | environment
        self.settings = Settings.load(self.environment)
        self.database = Database()
        """For looking at what it stored, from outside."""
        self.database.connect(database_url)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start it, and wait until all of it is ready. Raises NotInTime, with the end of its log."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "queues.serve"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                preexec_fn=dies_with(os.getpid()),
            )
        self.wait_for(self.is_well, "ready", self.patience_seconds)

    def stop(self) -> int:
        """Ctrl-C, and wait until all is gone; the exit status."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        return self._process.wait(timeout=60)

    def kill_all(self) -> None:
        """SIGKILL to its supervisor, with which the kernel ends all of its parts."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Stop it, if need be by force, and look no more."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.stop()
        if self._process is not None:
            self._process.kill()
        self.database.engine.dispose()

    def is_well(self) -> bool:
        """Whether all parts are ready. Raises NotInTime where the house has ended by itself."""
        if self._process is not None and self._process.poll() is not None:
            raise NotInTime(f"it ended: {self.last_words()}")
        return ask(self.settings, "/readyz?all=1", timeout_seconds=5.0)[0] == 200

    def wait_for(self, ask_for: Callable[[], T], what: str, seconds: float = PATIENCE_SECONDS) -> T:
        """The first true answer of `ask_for`, asked again and again. Raises NotInTime."""
        return wait_for(ask_for, what, seconds, last_words=self.last_words)

    def last_words(self) -> str:
        """The end of the log."""
        return self.log.read_text(errors="replace")[-2000:]

    # Its parts

    def parts(self) -> dict[str, int]:
        """The parts that run now, by name (`web`, `relay`, `worker1`, `redis`), and their processes."""
        started = {name: int(pid) for name, pid in STARTED.findall(self.log.read_text(errors="replace"))}
        return {name: pid for name, pid in started.items() if _lives(pid)}

    def pid(self, name: str) -> int:
        """The process of this part; waits for one that is being started. Raises NotInTime."""
        return self.wait_for(lambda: self.parts().get(name, 0), f"running: {name}", 20)

    def processes(self, name: str) -> list[int]:
        """The processes of a part: the web's has children, which serve."""
        pid = self.pid(name)
        return [pid, *_children(pid)]

    def family(self, name: str) -> list[int]:
        """The processes of a part with all that came of them, also what decodes a photo and is soon gone."""
        found, fresh = [], [self.pid(name)]
        while fresh:
            found += fresh
            fresh = [child for pid in fresh for child in _children(pid)]
        return found

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        """Signal one part (SIGKILL unless said); the process that was hit, 0 where none ran."""
        pid = self.parts().get(name, 0)
        if pid:
            signal_to(pid, number)
        return pid

    @contextlib.contextmanager
    def asleep(self) -> Iterator[None]:
        """Relay and workers stand still meanwhile: nobody writes but the web."""
        with standing_still([pid for name, pid in self.parts().items() if name.startswith(("relay", "worker"))]):
            yield

    def redis(self) -> Redis:
        """A client of its Redis, as the parts have."""
        return connect(self.settings.redis_address)

    def command(self, *words: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        """`bin/whistle WORDS…` on this house's settings."""
        return subprocess.run(
            [sys.executable, "-P", "-m", "commands", *words],
            cwd=ROOT,
            env={**self.environment, "PYTHONPATH": str(ROOT), "LOCALE": "en", **environment},
            capture_output=True,
            text=True,
            check=check,
        )


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def signal_to(pid: int, number: int) -> None:
    """Signal a process; one that is gone is no error."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


@contextlib.contextmanager
def standing_still(pids: Iterable[int]) -> Iterator[None]:
    """Stopped processes hold all that they have, and do nothing, until the end of the block."""
    stopped = list(pids)
    for pid in stopped:
        signal_to(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in stopped:
            signal_to(pid, signal.SIGCONT)


def _lives(pid: int) -> bool:
    try:
        # A zombie's command line is empty: it has ended, and its parent has not looked yet.
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


def _children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
