"""The channels by which notifications reach people. A file in this folder is one, under its own name:

    def send(settings: Settings, note: Note) -> None: ...

    CHANNEL = Channel("mail", is_set_up=lambda settings: settings.smtp_url is not None, send=send)

`send` runs outside of any transaction and may happen twice: `note.id` is the same each time. It raises
`queues.jobs.Postponed` where nobody takes it now, and `queues.jobs.GivenUp` where it was refused for good.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from sqlalchemy.orm import Session

from config import Settings
from models.notifications import Notification
from models.people import User
from models.tickets import Ticket
from workflow import notices, telling


@dataclass(frozen=True)
class Note:
    """One notification to one person, in their language. `id` is that of the outbox's row; `link` leads to the ticket,
    or to the inbox where there is none; `person` belongs to no session any more."""

    id: int
    person: User
    locale: str
    kind: str
    sentence: str
    number: str | None
    link: str
    settings_link: str


@dataclass(frozen=True)
class Channel:
    """A way to reach people. Without `send` the notification's row is all there is to it, as with the inbox."""

    name: str
    is_set_up: Callable[[Settings], bool]
    send: Callable[[Settings, Note], None] | None


@cache
def found() -> list[Channel]:
    """Every channel of this folder, by name."""
    modules = [importlib.import_module(each.name) for each in pkgutil.iter_modules(__path__, f"{__name__}.")]
    return sorted((module.CHANNEL for module in modules), key=lambda channel: str(channel.name))


def compose(session: Session, channel: str, row_id: int, notification_id: int, base_url: str) -> Note | None:
    """What is to be sent of a notification; None where its person is gone or does not want it by this channel now."""
    row = session.get(Notification, notification_id)
    if row is None:
        return None
    kind = notices.kind_of(row.key)
    if channel not in notices.channels_for(session, row.user_id, kind):
        return None
    person = session.get_one(User, row.user_id)
    ticket = session.get(Ticket, row.ticket_id) if row.ticket_id is not None else None
    return Note(
        id=row_id,
        person=person,
        locale=person.locale,
        kind=kind,
        sentence=telling.sentences(session, [row], person.locale)[0],
        number=ticket.number if ticket is not None else None,
        link=f"{base_url}/tickets/{ticket.number}" if ticket is not None else f"{base_url}/inbox",
        settings_link=f"{base_url}/account",
    )
