"""A Redis server of one's own, which may be away, frozen and emptied."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from queues.connection import connect
from queues.embedded_redis import command, find_binary
from queues.parts import dies_with
from stage.house import standing_still
from stage.waiting import wait_for


class RedisServer:
    """`start` and `stop` as often as you like; every start is empty."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, unless it runs, and wait until it answers. Raises NotInTime."""
        if self.process and self.process.poll() is None:
            return
        self.process = subprocess.Popen(
            command(find_binary(), self.socket),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=dies_with(os.getpid()),
        )
        wait_for(self.answers, "started: Redis", 10, pause=0.005)

    def stop(self) -> None:
        """Kill it, with all that it holds."""
        if self.process:
            self.process.kill()
            self.process.wait()
        self.socket.unlink(missing_ok=True)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Stopped, and started again at the end of the block."""
        self.stop()
        yield
        self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It holds its connections and answers nothing."""
        assert self.process
        with standing_still([self.process.pid]):
            yield

    def client(self) -> Redis:
        return connect(self.url)

    def answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except RedisError:
            return False
