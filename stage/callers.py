"""People who use the API over connections that stay open, one a thread."""

from __future__ import annotations

import http.client
import json
import secrets
import select
import socket
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPMessage
from typing import Any, Protocol, cast

PASSWORD = "whistle"  # noqa: S105  the demo's, said on its pages
TIMEOUT_SECONDS = 30.0
BYTES_ACKED = slice(120, 128)
"""`tcpi_bytes_acked` in Linux's `struct tcp_info` (linux/tcp.h)."""


class Lost(Exception):
    """No answer came. `sent`: some of the call had reached the server, and whether it was carried out is not known;
    else the server had closed a connection that rested."""

    def __init__(self, what: str, *, sent: bool = True) -> None:
        super().__init__(what)
        self.sent = sent


@dataclass(frozen=True)
class Answer:
    """What came back. `json` is None where the body is none."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class Line:
    """One connection to an address (`http://host:port`), opened again where it was closed."""

    def __init__(self, address: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self._host = address.removeprefix("http://")
        self._timeout = timeout
        self._connection: http.client.HTTPConnection | None = None
        self._held: socket.socket | None = None
        """The connection's own socket once more: it is asked what became of a call when the connection has let go."""

    def ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """One request. Raises Lost, also where the server had closed the connection while it rested: whether to ask
        again is for whoever knows what asking twice would do."""
        reached = self._reached()
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(self._host, timeout=self._timeout)
                self._connection.connect()
                self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._held = self._connection.sock.dup()
            elif select.select([self._connection.sock], [], [], 0)[0]:
                self.close()
                raise Lost(f"{method} {path}: closed while it rested", sent=False)
            self._connection.request(method, path, body, dict(headers))
            answer = self._connection.getresponse()
            found = Answer(answer.status, answer.headers, answer.read())
            if answer.will_close:
                self.close()
            return found
        except (OSError, http.client.HTTPException) as error:
            # It may have been closed after we had looked and before our first byte was there.
            rested = reached > 0 and self._reached() == reached
            self.close()
            raise Lost(f"{method} {path}: {error!r}", sent=not rested) from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._held is not None:
            self._held.close()
            self._held = None

    def _reached(self) -> int:
        """How many bytes have come to the server's machine, where ours knows; 0 of a connection not made yet."""
        if self._held is None or not sys.platform.startswith("linux"):
            return 0
        known = self._held.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, BYTES_ACKED.stop)
        return int.from_bytes(known[BYTES_ACKED], sys.byteorder)


class Caller:
    """One person, signed in, or nobody (`username` None). A thread each gets a connection of its own."""

    def __init__(self, address: str, username: str | None, token: str | None = None) -> None:
        self.address = address
        self.username = username
        self.token = token
        self._lines = threading.local()

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        root: str = "/api/v1",
    ) -> Answer:
        """A call of the API; `body` is sent as JSON, bytes as they are. Raises Lost."""
        line = getattr(self._lines, "line", None)
        if line is None:
            line = self._lines.line = Line(self.address)
        sent = dict(headers or {})
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        try:
            return cast(Answer, line.ask(method, root + path, body, sent))
        except Lost as lost:
            if lost.sent:
                raise
            # A line that rested too long is one that was closed: nothing of ours was on it.
            return cast(Answer, line.ask(method, root + path, body, sent))

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """Headers by name with `_` for `-`."""
        return self.call("POST", path, {} if body is None else body, headers=_headers(headers))

    def fire(self, number: str, name: str, **fields: Any) -> Answer:
        """A transition of a ticket."""
        return self.post(f"/tickets/{number}/transitions/{name}", fields)

    def upload(self, path: str, *files: bytes, kind: str = "image/jpeg", **headers: str) -> Answer:
        """Files as `photos` of a multipart form."""
        return self.multipart(path, {}, files, kind=kind, headers=_headers(headers))

    def multipart(
        self,
        path: str,
        fields: Mapping[str, str],
        files: tuple[bytes, ...] = (),
        *,
        kind: str = "image/jpeg",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """A form with fields and `photos`."""
        content_type, body = form(fields, files, kind)
        return self.call("POST", path, body, headers={"Content-Type": content_type, **(headers or {})})


class Front(Protocol):
    """What people reach a house by: the house itself, or a proxy before it."""

    address: str


class Callers:
    """The people of a house, signed in when they are first asked for."""

    def __init__(self, front: Front) -> None:
        self.address = front.address
        self._known: dict[str | None, Caller] = {None: Caller(self.address, None)}
        self._lock = threading.Lock()

    def sign_in(self, username: str) -> None:
        """Do it now, and not with the first call."""
        self[username]

    def __getitem__(self, username: str | None) -> Caller:
        with self._lock:
            if username not in self._known:
                answer = self._known[None].post("/tokens", {"username": username, "password": PASSWORD})
                if answer.status != 201:
                    raise RuntimeError(f"{username} cannot sign in: {answer.status} {answer.body[:300]!r}")
                self._known[username] = Caller(self.address, username, answer.json["token"])
            return self._known[username]


def form(fields: Mapping[str, str], files: tuple[bytes, ...], kind: str) -> tuple[str, bytes]:
    """The Content-Type and the body of a multipart form."""
    mark = secrets.token_hex(12)
    begin = f"--{mark}\r\nContent-Disposition: form-data; name="
    parts = [f'{begin}"{name}"\r\n\r\n{text}\r\n'.encode() for name, text in fields.items()]
    for number, file in enumerate(files):
        parts += [f'{begin}"photos"; filename="{number}.jpg"\r\nContent-Type: {kind}\r\n\r\n'.encode(), file, b"\r\n"]
    return f"multipart/form-data; boundary={mark}", b"".join(parts) + f"--{mark}--\r\n".encode()


def _headers(named: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): text for name, text in named.items()}
