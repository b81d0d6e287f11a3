"""Mail: a notification as a letter in its reader's language, as text and as simple HTML."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from urllib.parse import urlsplit

from config import Settings
from models.clock import now
from queues.channels import Channel, Note
from queues.smtp import deliver
from workflow.say import say

PAGE = """\
<!doctype html>
<html lang="{lang}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>
<body style="margin:0;padding:24px;font:16px/1.6 sans-serif;color:#1c2430;background:#ffffff">
<p style="max-width:36em">{sentence}</p>
<p><a href="{link}" style="color:#0b5cad">{open}</a></p>
<p style="max-width:36em;font-size:13px;color:#5a6472">{why} <a href="{settings}" style="color:#5a6472">{change}</a></p>
</body>
</html>
"""


def send(settings: Settings, note: Note) -> None:
    """Send one letter. Raises Postponed, GivenUp."""
    if settings.smtp_url is not None and note.person.email is not None:
        deliver(settings.smtp_url, letter(note, settings), note.person)


def letter(note: Note, settings: Settings) -> EmailMessage:
    """The letter to one person. Its Message-ID is the outbox row's, so that one that is sent twice is known as one."""
    kind = say(f"notice.kind.{note.kind}", note.locale)
    subject = "mail.subject_number" if note.number else "mail.subject"
    message = EmailMessage()
    message["Subject"] = say(subject, note.locale, kind=kind, number=note.number)
    message["From"] = Address(say("mail.sender", note.locale), addr_spec=settings.mail_from)
    message["To"] = Address(addr_spec=note.person.email or "")
    message["Date"] = format_datetime(now())
    message["Message-ID"] = f"<whistle-{note.id}@{urlsplit(settings.base_url).hostname or 'localhost'}>"
    message["List-Unsubscribe"] = f"<{note.settings_link}>"
    message["Auto-Submitted"] = "auto-generated"
    words = {name: say(f"mail.{name}", note.locale, kind=kind) for name in ("open", "why", "change")}
    above = f"{note.sentence}\n\n{words['open']}\n{note.link}\n"
    message.set_content(f"{above}\n-- \n{words['why']}\n{words['change']} {note.settings_link}\n")
    page = PAGE.format(
        lang="zh-CN" if note.locale == "zh" else note.locale,
        sentence=escape(note.sentence),
        link=escape(note.link),
        settings=escape(note.settings_link),
        **{name: escape(text) for name, text in words.items()},
    )
    message.add_alternative(page, subtype="html")
    message["Content-Language"] = note.locale  # only now: what a message's content is moves into its first part
    return message


CHANNEL = Channel("mail", is_set_up=lambda settings: settings.smtp_url is not None, send=send)
