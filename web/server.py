"""How gunicorn's threads read and write: nobody keeps one by doing nothing.

A connection that falls silent in the middle of a request, or that takes no answer, is given up after a while. Whoever
drips a byte now and then is what the proxy in front is for, which reads requests whole (docs/operations.md).
"""

from __future__ import annotations

import socket
import struct
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

SILENCE_SECONDS = 10
DEAF_SECONDS = 30


class Worker(ThreadWorker):  # type: ignore[misc]  # the library has no types
    """A gthread worker whose connections time out, in the kernel: gunicorn sets each socket to blocking again."""

    def enqueue_req(self, conn: Any) -> None:
        """Hand a connection to a thread."""
        for option, seconds in ((socket.SO_RCVTIMEO, SILENCE_SECONDS), (socket.SO_SNDTIMEO, DEAF_SECONDS)):
            conn.sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", seconds, 0))
        super().enqueue_req(conn)
