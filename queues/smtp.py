"""Handing one message to the mail server of SMTP_URL, and what its answers mean."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from email.message import EmailMessage
from typing import NoReturn
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from sqlalchemy.orm import Session

from models.people import User
from queues.jobs import GivenUp, Postponed

TIMEOUT_SECONDS = 20
FAREWELL_SECONDS = 1
NO_SUCH_ADDRESS = re.compile(r"5\.1\.")  # RFC 3463, 3.2: it is the address that is wrong
NO_SUCH_MAILBOX = (550, 551, 553)


def deliver(url: str, message: EmailMessage, person: User) -> None:
    """Send a message to one person. Raises Postponed where the server is away or says "later", GivenUp where it refuses
    for good; where the address itself is refused, no more mail goes there until it is changed."""
    try:
        server = _connected(urlsplit(url))
        try:
            server.send_message(message)
        finally:
            _leave(server)
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        _refused("recipient", code, text, person)
    except smtplib.SMTPSenderRefused as error:
        _refused("sender", error.smtp_code, error.smtp_error)
    except smtplib.SMTPDataError as error:
        _refused("message", error.smtp_code, error.smtp_error)
    except smtplib.SMTPAuthenticationError as error:
        # The password can be set right, and what waits meanwhile is not to be lost.
        raise Postponed(f"the mail server refused our sign-in: {codes(error.smtp_code, error.smtp_error)}") from error
    except smtplib.SMTPResponseException as error:
        raise Postponed(f"the mail server said {codes(error.smtp_code, error.smtp_error)}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Postponed(f"the mail server could not be spoken to: {type(error).__name__}") from error


def _leave(server: smtplib.SMTP) -> None:
    """Whatever comes of it, the message was taken or not before: nobody waits long for the answer."""
    with contextlib.suppress(smtplib.SMTPException, OSError):
        if server.sock is not None:
            server.sock.settimeout(FAREWELL_SECONDS)
        server.quit()


def _connected(parts: SplitResult) -> smtplib.SMTP:
    """A connection to the server, encrypted and signed in as the URL asks for it."""
    host, context = parts.hostname or "localhost", ssl.create_default_context()
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (username + password).isascii():
        # Without a cause: its words would quote the password.
        raise Postponed("SMTP_URL: a mail server's user name and password may hold ASCII characters only")
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT_SECONDS)
    try:
        if parts.scheme == "smtp":
            _encrypt(server, context, encryption(parts))
        if username:
            server.login(username, password)
    except BaseException:
        server.close()
        raise
    return server


def encryption(parts: SplitResult) -> str:
    """Whether STARTTLS is `required`, taken where it is `offered`, or `never` tried. A password never goes in the clear
    unless the URL says so."""
    given = parse_qs(parts.query).get("starttls")
    return given[0] if given else ("required" if parts.username else "offered")


def _encrypt(server: smtplib.SMTP, context: ssl.SSLContext, wanted: str) -> None:
    server.ehlo_or_helo_if_needed()
    if wanted == "required" or (wanted == "offered" and server.has_extn("starttls")):
        server.starttls(context=context)
        server.ehlo()


def _refused(what: str, code: int, text: bytes | str, person: User | None = None) -> NoReturn:
    why = codes(code, text)
    if code < 500:
        raise Postponed(f"the mail server put the {what} off: {why}")
    status = why.partition(" ")[2]
    gone = NO_SUCH_ADDRESS.match(status) if status else code in NO_SUCH_MAILBOX
    if person is None or not gone:
        raise GivenUp(f"the mail server refused the {what}: {why}")
    number, address = person.id, person.email

    def note(session: Session) -> None:
        user = session.get(User, number)
        if user is not None and user.email == address:
            user.email_refused = why

    raise GivenUp(f"the mail server refused the {what}: {why}", note)


def codes(code: int, text: bytes | str) -> str:
    """An answer's codes, such as "550 5.1.1", without its words, which quote addresses."""
    said = text.decode(errors="replace") if isinstance(text, bytes) else text
    found = re.match(r"[245]\.\d{1,3}\.\d{1,3}", said)
    return f"{code} {found[0]}" if found else str(code)
