"""How bin/serve's house opens: the database is prepared while the parts load, then they go to work, then it is said."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from config import ROOT, Settings
from queues.gate import Gate
from queues.parts import dies_with
from queues.probe import ask
from queues.supervisor import GivenUp

PATIENCE_SECONDS = 8.0
SLOW_POLL_SECONDS = 2.0


class Log:
    """Standard output. Holds everything back until it is released, so that a start that fails is one sentence."""

    def __init__(self) -> None:
        self._held: list[str] | None = []

    def __call__(self, line: str) -> None:
        """Write a line; when nobody reads it any more, the house goes on without a log."""
        if self._held is not None:
            self._held.append(line)
            return
        try:
            print(line, flush=True)  # noqa: T201
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        except OSError:
            # A full disk under a log file is no reason to stop.
            return

    def release(self) -> None:
        held, self._held = self._held or [], None
        for line in held:
            self(line)

    def forget(self) -> None:
        """Never say what was held back."""
        self._held = []
        self.release()


class Opening:
    """Prepares the database, opens the gate, and says where Whistle is as soon as all of it is ready, or what it still
    waits for after a few seconds. Called again and again until it answers True; raises GivenUp."""

    def __init__(self, settings: Settings, gate: Gate, log: Log) -> None:
        self._settings = settings
        self._gate = gate
        self._log = log

        self._sentences: tuple[str, ...] = ()
        self._opened = self._told_late = False
        self._late_at = self._ask_at = 0.0
        self._preparing = subprocess.Popen(
            [sys.executable, "-m", "queues.prepare"],
            cwd=ROOT,
            env={**os.environ, "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            # Ctrl-C is for the supervisor, which ends it.
            process_group=0,
            preexec_fn=dies_with(os.getpid()),
        )

    def __call__(self) -> bool:
        """Whether all is ready."""
        if not self._opened and not self._open():
            return False
        now = time.monotonic()
        if now < self._ask_at:
            return False
        status, body = ask(self._settings, "/readyz?all=1")
        if status == 200:
            self._say("吹哨已就绪", "Whistle is ready")
            return True
        if now >= self._late_at:
            self._ask_at = now + SLOW_POLL_SECONDS
            if status and not self._told_late:
                lacks = [f"{part}: {state}" for part, state in body.items() if isinstance(state, str) and state != "ok"]
                self._say(f"吹哨已启动，尚缺 {', '.join(lacks)}", f"Whistle has started, but for {', '.join(lacks)}")
                self._told_late = True
        return False

    def close(self) -> None:
        """End what is still under way."""
        if self._preparing.poll() is None:
            self._preparing.kill()
            self._preparing.communicate()

    def _open(self) -> bool:
        status = self._preparing.poll()
        if status is None:
            return False
        said, _ = self._preparing.communicate()
        if status != 0:
            # It has said why, on standard error.
            self._log.forget()
            raise GivenUp
        self._sentences = tuple(said.decode(errors="replace").splitlines())
        self._late_at = time.monotonic() + PATIENCE_SECONDS
        self._opened = True
        self._gate.open()
        self._log.release()
        return True

    def _say(self, zh: str, en: str) -> None:
        address = self._settings.base_url
        for line in ("", f"{zh}：{address} / {en}: {address}", *self._sentences, ""):
            self._log(line)
        self._sentences = ()
