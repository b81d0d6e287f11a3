"""A bad network: a TCP proxy before a web server that loses, doubles, delays and cuts what is sent through it."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator

FAULTS = ("drop", "double", "delay", "cut", "mute")
"""The request never arrives; arrives twice; arrives late; breaks off half-way; arrives, and its answer does not."""
PIECE_BYTES = 64 * 1024
PATIENCE_SECONDS = 60.0
LONGEST_DELAY_SECONDS = 2.0


class BadNetwork:
    """`start`, then ask `address`: one request a connection, each with a fault by chance. `happened` counts them."""

    def __init__(self, address: str, share: float, chance: random.Random) -> None:
        host, port = address.removeprefix("http://").split(":")
        self.happened: Counter[str] = Counter()
        self._behind = (host, int(port))
        self.busy = 0
        """Requests that the server has not answered yet."""
        self._share, self._chance, self._lock = share, chance, threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def start(self) -> None:
        threading.Thread(target=self._listen, daemon=True).start()

    def stop(self) -> None:
        self._listener.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with self._lock:
            fault = self._chance.choice(FAULTS) if self._chance.random() < self._share else "none"
            late = self._chance.uniform(0.1, LONGEST_DELAY_SECONDS)
            self.happened[fault] += 1
        client.settimeout(PATIENCE_SECONDS)
        with client, contextlib.suppress(OSError):
            request = _request(client)
            if fault == "drop":
                return
            if fault == "delay":
                time.sleep(late)
            if fault == "cut":
                self._send(request[: len(request) // 2])
                return
            if fault == "double":
                self._double(request)
            answer = self._ask(request)
            if fault != "mute":
                client.sendall(answer)

    def _double(self, request: bytes) -> None:
        """Once more, beside the one whose answer is passed on."""

        def again() -> None:
            with contextlib.suppress(OSError):
                self._ask(request)

        threading.Thread(target=again, daemon=True).start()

    def _send(self, part: bytes) -> None:
        with socket.create_connection(self._behind, PATIENCE_SECONDS) as server:
            server.sendall(part)

    def _ask(self, request: bytes) -> bytes:
        """The answer, read to its end."""
        with self._counted(), socket.create_connection(self._behind, PATIENCE_SECONDS) as server:
            server.sendall(request)
            answer = b""
            while piece := server.recv(PIECE_BYTES):
                answer += piece
            return answer

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self.busy += 1
        try:
            yield
        finally:
            with self._lock:
                self.busy -= 1


def _request(client: socket.socket) -> bytes:
    """One request with its body, made the last of its connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(client)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    named = dict(line.lower().split(b": ", 1) for line in lines[1:])
    length = int(named.get(b"content-length", b"0"))
    while len(body) < length:
        body += _more(client)
    kept = [line for line in lines if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*kept, b"Connection: close"]) + b"\r\n\r\n" + body


def _more(client: socket.socket) -> bytes:
    piece = client.recv(PIECE_BYTES)
    if not piece:
        raise ConnectionResetError
    return piece
