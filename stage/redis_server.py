"""A Redis server of one's own, which may be stopped, frozen and emptied."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from queues.connection import connect
from queues.embedded_redis import command, find_binary
from queues.parts import dies_with


class RedisServer:
    """`start` and `stop` as often as you like; every start is empty."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, unless it runs, and wait until it answers."""
        if self.process and self.process.poll() is None:
            return
        self.process = subprocess.Popen(
            command(find_binary(), self.socket),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=dies_with(os.getpid()),
        )
        deadline = time.monotonic() + 10
        while not self.answers():
            assert time.monotonic() < deadline, "Redis did not start within 10 s"
            time.sleep(0.005)

    def stop(self) -> None:
        """Kill it, with all that it holds."""
        if self.process:
            self.process.kill()
            self.process.wait()
        self.socket.unlink(missing_ok=True)

    def freeze(self) -> None:
        """Let it hold its connections and answer nothing."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)

    def client(self) -> Redis:
        return connect(self.url)

    def answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except RedisError:
            return False
