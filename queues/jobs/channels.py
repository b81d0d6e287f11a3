"""What goes to people outside: an errand for each channel that sends, under its name, about one notification."""

from __future__ import annotations

from config import Settings
from models.database import database
from queues import channels
from queues.jobs import Errand, errand

SECONDS = 30
"""Half as long again as a mail server may be silent for. Who is killed while sending is replaced 25 s after it."""


def _sending(channel: channels.Channel) -> Errand:
    def send(row_id: int, ref: str) -> None:
        """Look again whether the person still wants it, then send it once more the same."""
        settings = Settings.load()
        if channel.send is None or not channel.is_set_up(settings):
            return
        with database.reading() as session:
            note = channels.compose(session, channel.name, row_id, int(ref), settings.base_url)
        if note is not None:
            channel.send(settings, note)

    return send


for each in channels.found():
    if each.send is not None:
        errand(each.name, timeout=SECONDS)(_sending(each))
