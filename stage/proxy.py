"""A TCP proxy on this machine that refuses, delays and cuts what goes through it, and shares it out to several."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Iterator

CHUNK_BYTES = 64 * 1024
AT_ONCE = struct.pack("ii", 1, 0)


class Proxy:
    """`port` leads to the `targets`, ports of this machine, in turn, and past those that do not take a connection.
    `delay`: seconds that each piece waits on its way there. `cut`: how many bytes of a connection get there before it
    is cut."""

    def __init__(self, *targets: int) -> None:
        self.delay = 0.0
        self.cut: int | None = None
        self._targets = deque(targets)
        self._open: set[socket.socket] = set()
        self._listener = _listen(0)
        self.port: int = self._listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._serve()

    def refuse(self) -> None:
        """Cut every connection and take no new one."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in list(self._open):
            _cut(each)

    def allow(self) -> None:
        """Take connections again."""
        self._listener = _listen(self.port)
        self._serve()

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """As if nobody were behind it, until the end of the block."""
        self.refuse()
        yield
        self.allow()

    def _serve(self) -> None:
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = self._connect()
            if far is None:
                _cut(near)
                continue
            self._open |= {near, far}
            for one, other, there in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._pass_on, args=(one, other, there), daemon=True).start()

    def _connect(self) -> socket.socket | None:
        """A connection to the next target that takes one."""
        for _ in range(len(self._targets)):
            self._targets.rotate()
            with contextlib.suppress(OSError):
                return socket.create_connection(("127.0.0.1", self._targets[0]))
        return None

    def _pass_on(self, one: socket.socket, other: socket.socket, there: bool) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := one.recv(CHUNK_BYTES):
                if there:
                    time.sleep(self.delay)
                    if self.cut is not None and passed + len(data) > self.cut:
                        other.sendall(data[: self.cut - passed])
                        break
                passed += len(data)
                other.sendall(data)
        for each in (one, other):
            _cut(each)
            self._open.discard(each)


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


def _cut(each: socket.socket) -> None:
    with contextlib.suppress(OSError):
        each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        each.shutdown(socket.SHUT_RDWR)
    each.close()
