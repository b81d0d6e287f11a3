"""How gunicorn's threads read and write: nobody keeps one by doing nothing.

A connection that falls silent in the middle of a request, or that takes no answer, is given up after a while. Whoever
drips a byte now and then is what the proxy in front is for, which reads requests whole (docs/operations.md).
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
from http import HTTPStatus
from threading import Thread
from typing import Any

from flask import Flask
from gunicorn.http.errors import (
    ExpectationFailed,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
    UnsupportedTransferCoding,
)
from gunicorn.workers.gthread import ThreadWorker

from config import Settings
from web.errors import Unreadable
from web.headers import security
from web.problems import title

SILENCE_SECONDS = 10
DEAF_SECONDS = 30
STATUSES: dict[type[Exception], int] = {
    LimitRequestLine: 414,
    ExpectationFailed: 417,
    LimitRequestHeaders: 431,
    UnsupportedTransferCoding: 501,
}
"""Of what is no request that the application could be given; all else is 400."""


class Worker(ThreadWorker):  # type: ignore[misc]  # the library has no types
    """A gthread worker whose connections time out, in the kernel: gunicorn sets each socket to blocking again."""

    def load_wsgi(self) -> None:
        """Take the application, and compile its pages beside the first answers: who waits for a server that comes back
        has half a second less to wait."""
        super().load_wsgi()
        Thread(target=_compile_pages, args=(self.wsgi,), name="compile pages", daemon=True).start()

    def enqueue_req(self, conn: Any) -> None:
        """Hand a connection to a thread."""
        for option, seconds in ((socket.SO_RCVTIMEO, SILENCE_SECONDS), (socket.SO_SNDTIMEO, DEAF_SECONDS)):
            conn.sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", seconds, 0))
        super().enqueue_req(conn)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer what is no request as the application answers its errors. Gunicorn's own words would quote it, in the
        answer and in the log."""
        if not isinstance(exc, ParseException):
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("no request: %s", type(exc).__name__)
        with contextlib.suppress(OSError):
            client.sendall(refusal(self.wsgi.extensions["whistle_settings"], exc))


def refusal(settings: Settings, exc: Exception) -> bytes:
    """The whole answer to what is no request."""
    status, tongue = STATUSES.get(type(exc), 400), settings.locale
    problem = Unreadable("problem.bad_request")
    body = json.dumps(
        {
            "type": f"urn:whistle:{problem.key}",
            "title": title(status, tongue),
            "status": status,
            "detail": problem.sentence(tongue),
        },
        ensure_ascii=False,
    ).encode()
    headers = {
        **security(settings),
        "Cache-Control": "no-store",
        "Vary": "Accept-Language, Authorization, Cookie",
        "Content-Language": tongue,
        "Content-Type": "application/problem+json",
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {text}" for name, text in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _compile_pages(app: Flask) -> None:
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
