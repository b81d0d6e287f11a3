"""`python -m queues.serve`, what bin/serve becomes: checks, prepares, and supervises all parts on one machine."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys

from config import CannotStart, Settings
from queues import embedded_redis
from queues.gate import Gate
from queues.opening import Log, Opening
from queues.parts import Part
from queues.preflight import check_port, check_redis, check_writable, hold_alone
from queues.supervisor import Supervisor

DELAY_SECONDS = 3.0


def parts(settings: Settings, gate: Gate) -> list[Part]:
    """What runs on this machine. Nothing here waits for anything but the gate: workers and relay wait for Redis
    themselves, and the web does without. Raises CannotStart when there is no Redis to be had."""
    python = sys.executable
    redis = [] if settings.redis_url else [embedded_redis.part(settings)]
    workers = [
        Part(
            name=f"worker{number + 1}",
            command=(python, "-m", "queues.worker"),
            stage=1,
            environment=gate.environment,
            inherits=(gate.descriptor,),
            # One is enough to be ready; on a small machine the others' start would only hold it up.
            delay_seconds=DELAY_SECONDS if number else 0.0,
        )
        for number in range(settings.workers)
    ]
    relay = Part(
        name="relay",
        command=(python, "-m", "queues.relay"),
        stage=2,
        environment=gate.environment,
        inherits=(gate.descriptor,),
    )
    web = Part(
        name="web",
        command=(python, "-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"),
        stage=3,
        essential=True,
        grace_seconds=22.0 if settings.production else 6.0,
        # Two arenas: with one a thread, what large pictures once took is never given back.
        environment={"MALLOC_ARENA_MAX": "2", **gate.environment},
        inherits=(gate.descriptor,),
    )
    return [*redis, *workers, relay, web]


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
            check_redis(settings)
            held.enter_context(hold_alone(settings.data_dir))
            gate, log = Gate(), Log()
            running = parts(settings, gate)
        except CannotStart as error:
            print(error, file=sys.stderr)  # noqa: T201
            return 1
        except KeyboardInterrupt:
            return 130
        opening = held.enter_context(contextlib.closing(Opening(settings, gate, log)))
        status = Supervisor(running, until_ready=opening, write=log).run()
        log.release()
        return status


if __name__ == "__main__":
    sys.exit(main())
