"""How gunicorn's threads read and write: nobody keeps one by doing nothing.

A connection that falls silent in the middle of a request, or that takes no answer, is given up after a while. Whoever
drips a byte now and then is what the proxy in front is for, which reads requests whole (docs/operations.md).
"""

from __future__ import annotations

import socket
import struct
from threading import Thread
from typing import Any

from flask import Flask
from gunicorn.workers.gthread import ThreadWorker

SILENCE_SECONDS = 10
DEAF_SECONDS = 30


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


def _compile_pages(app: Flask) -> None:
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
