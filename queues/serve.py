"""`python -m queues.serve`, what bin/serve becomes: checks, prepares, and supervises all parts on one machine."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from config import ROOT, CannotStart, Settings
from queues import embedded_redis
from queues.parts import Part, dies_with
from queues.preflight import check_port, check_writable, hold_alone
from queues.probe import ask
from queues.supervisor import Supervisor

PATIENCE_SECONDS = 8.0
SLOW_POLL_SECONDS = 2.0
DELAY_SECONDS = 3.0


def parts(settings: Settings) -> list[Part]:
    """What runs on this machine: workers only ever wait for Redis, so that nothing here waits for anything."""
    python, metrics = sys.executable, settings.data_dir / "run" / "metrics"
    redis = [] if settings.redis_url else [embedded_redis.part(settings)]
    workers = [
        Part(
            name=f"worker{number + 1}",
            command=(python, "-m", "queues.worker"),
            stage=1,
            # One is enough to be ready; on a small machine the others' start would only hold it up.
            delay_seconds=DELAY_SECONDS if number else 0.0,
        )
        for number in range(settings.workers)
    ]
    relay = Part(name="relay", command=(python, "-m", "queues.relay"), stage=2)
    web = Part(
        name="web",
        command=(python, "-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"),
        stage=3,
        essential=True,
        grace_seconds=22.0 if settings.production else 6.0,
        environment={"PROMETHEUS_MULTIPROC_DIR": str(metrics)},
        before_start=lambda: _empty(metrics),
    )
    return [*redis, *workers, relay, web]


def _empty(folder: Path) -> None:
    """What a killed web server counted must not be counted on."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)


class Announcement:
    """Says where Whistle is as soon as all of it is ready, or what it still waits for after a few seconds."""

    def __init__(self, settings: Settings, sentences: Sequence[str]) -> None:
        self._settings = settings
        self._sentences = sentences
        self._late_at = time.monotonic() + PATIENCE_SECONDS
        self._told_late = False
        self._ask_at = 0.0

    def __call__(self) -> bool:
        """Whether all is ready; asked again and again until it is."""
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
                missing = ", ".join(
                    f"{part}: {state}" for part, state in body.items() if isinstance(state, str) and state != "ok"
                )
                self._say(f"吹哨已启动，尚缺 {missing}", f"Whistle has started, but for {missing}")
                self._told_late = True
        return False

    def _say(self, zh: str, en: str) -> None:
        address = self._settings.base_url
        write_line("")
        for line in (f"{zh}：{address} / {en}: {address}", *self._sentences, ""):
            write_line(line)
        self._sentences = ()


def write_line(line: str) -> None:
    """A line on standard output; when nobody reads it any more, the house goes on without a log."""
    try:
        print(line, flush=True)  # noqa: T201
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except OSError:
        # A full disk under a log file is no reason to stop.
        return


def prepare() -> tuple[str, ...] | None:
    """Migrate and load what the parts need, in a process of its own, so that the supervisor stays small.

    Returns what there is to tell people, or None when that process failed and said why.
    """
    ended = subprocess.run(
        [sys.executable, "-m", "queues.prepare"],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        check=False,
        # Ctrl-C is for the supervisor, which ends it.
        process_group=0,
        preexec_fn=dies_with(os.getpid()),
    )
    return tuple(ended.stdout.decode(errors="replace").splitlines()) if ended.returncode == 0 else None


def main() -> int:
    """The exit status: 0 after an ordered stop, 1 with a sentence when Whistle cannot start."""
    os.umask(0o077)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    with contextlib.ExitStack() as held:
        try:
            settings = Settings.load()
            check_port(settings.host, settings.port)
            check_writable(settings.data_dir)
            held.enter_context(hold_alone(settings.data_dir))
            running = parts(settings)
            sentences = prepare()
        except CannotStart as error:
            print(error, file=sys.stderr)  # noqa: T201
            return 1
        except KeyboardInterrupt:
            return 130
        if sentences is None:
            return 1
        return Supervisor(running, until_ready=Announcement(settings, sentences), write=write_line).run()


if __name__ == "__main__":
    sys.exit(main())
