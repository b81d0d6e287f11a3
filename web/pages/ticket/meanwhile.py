"""What happened to a ticket since somebody's page of it was made."""

from __future__ import annotations

from web.bodies import page_form
from web.pages.ticket.actions import Sent
from workflow.errors import Refused, Stale
from workflow.timeline import Line


def meanwhile(sent: Sent | None, lines: list[Line]) -> list[Line]:
    """The events that the reader had not seen when they acted; empty where they acted on the present state."""
    if sent is None or not isinstance(sent.problem, Stale | Refused):
        return []
    text = page_form().values.get("version", "")
    seen = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    return [line for line in lines if line.event.seq > seen] if seen else []
