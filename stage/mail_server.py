"""A real SMTP server on the loopback interface, which takes, refuses or puts off what it is told to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

OK = "250 OK"


class MailServer:
    """What came in is in `letters`; `mail`, `rcpt` and `data` say what is answered, in order; when empty, "250 OK"."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.rcpt: list[str] = []
        self.data: list[str] = []
        self.mail: list[str] = []
        self.while_sending: Callable[[], None] = lambda: None
        self._farewell = asyncio.Event()
        self._farewell.set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        answer = self.mail.pop(0) if self.mail else OK
        if answer == OK:
            envelope.mail_from = address
        return answer

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        answer = self.rcpt.pop(0) if self.rcpt else OK
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.while_sending()
        answer = self.data.pop(0) if self.data else OK
        if answer == OK:
            content = cast(bytes, envelope.content)
            self.letters.append(message_from_bytes(content, policy=policy.default))
            self.recipients += envelope.rcpt_tos
        return answer

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await self._farewell.wait()
        return "221 Bye"

    @contextmanager
    def deaf_to_quit(self) -> Iterator[None]:
        """Leave whoever takes their leave without an answer meanwhile."""
        self._loop.call_soon_threadsafe(self._farewell.clear)
        yield
        self._loop.call_soon_threadsafe(self._farewell.set)

    def start(self) -> None:
        self._thread.start()
        making = self._loop.create_server(lambda: SMTP(self, loop=self._loop), "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(making, self._loop).result(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def url(self) -> str:
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"smtp://{host}:{port}"
