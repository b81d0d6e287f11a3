"""Clients that cost next to nothing: one process, an open connection each, requests that are made beforehand.

Two cores serve and ask here, so whatever the asking costs is taken from what is measured; floor and product are asked
by the same.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

PATIENCE_SECONDS = 30.0
CLIENTS = 8


@dataclass
class Told:
    """What came of a load: each answer's seconds and status; `bodies` of success with their moments, where they are
    kept; `cpu`: the seconds that the server computed for all of it."""

    elapsed: float = 0.0
    cpu: float = 0.0
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    bodies: list[tuple[float, bytes]] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.elapsed

    @property
    def failed(self) -> int:
        """Answers that were none of success."""
        return sum(count for status, count in self.statuses.items() if not 200 <= status < 300)

    def share(self, share: float) -> float:
        """The seconds below which this share of the answers came."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(len(self.seconds) * share))]


def message(method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """A request as it goes over the line."""
    sent = {"Host": "127.0.0.1", "Accept-Encoding": "identity", **(headers or {})}
    if body:
        sent = {"Content-Type": "application/json", "Content-Length": str(len(body)), **sent}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {text}" for name, text in sent.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def load(
    port: int, clients: Sequence[Iterator[bytes]], seconds: float, *, rate: float = 0.0, keep: bool = False
) -> Told:
    """Let each client send its requests one after the other, as fast as they are answered, for so long or until they
    are all sent; with a `rate`, so many a second together. What is late by then is waited for."""
    return _Load(port, clients, keep).run(seconds, rate)


class _Client:
    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self.requests = requests
        self.sock = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.begun = 0.0
        self.read = b""
        self.wanted = 0

    def take(self) -> bool:
        """Read what is there; whether the answer is whole. Raises ConnectionError where the server hung up."""
        chunk = self.sock.recv(262_144)
        if not chunk:
            raise ConnectionError("the server hung up in the middle of an answer")
        self.read += chunk
        if not self.wanted and (end := self.read.find(b"\r\n\r\n")) >= 0:
            self.wanted = end + 4 + _length(self.read[:end])
        return 0 < self.wanted <= len(self.read)


class _Load:
    def __init__(self, port: int, clients: Sequence[Iterator[bytes]], keep: bool) -> None:
        self.clients = [_Client(port, requests) for requests in clients]
        self.keep = keep
        self.told = Told()
        self.ready = selectors.DefaultSelector()

    def run(self, seconds: float, rate: float) -> Told:
        began = time.perf_counter()
        until, sent = began + seconds, 0
        resting = list(self.clients)
        for client in self.clients:
            self.ready.register(client.sock, selectors.EVENT_READ, client)
        while True:
            due = len(self.clients)
            if rate:
                due = int((time.perf_counter() - began) * rate) - sent
            while resting and due > 0 and time.perf_counter() < until:
                client = resting.pop(0)
                if (request := next(client.requests, None)) is not None:
                    client.begun = time.perf_counter()
                    client.sock.sendall(request)
                    sent, due = sent + 1, due - 1
            if len(self.told.seconds) == sent and (not rate or time.perf_counter() >= until):
                break
            for key, _ in self.ready.select(0.002 if rate else PATIENCE_SECONDS):
                if key.data.take():
                    self._note(key.data)
                    resting.append(key.data)
        self.told.elapsed = time.perf_counter() - began
        for client in self.clients:
            client.sock.close()
        self.ready.close()
        return self.told

    def _note(self, client: _Client) -> None:
        self.told.seconds.append(time.perf_counter() - client.begun)
        self.told.statuses[int(client.read[9:12])] += 1
        if self.keep and client.read[9:10] == b"2":
            self.told.bodies.append((time.time(), client.read[client.read.index(b"\r\n\r\n") + 4 :]))
        client.read, client.wanted = b"", 0


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError(f"an answer that does not say how long it is: {head!r}")
