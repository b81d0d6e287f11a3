"""What a step is called: to open again what was rejected is an appeal, where its reporter does it."""

from __future__ import annotations

from models.tickets import Event


def called(event: Event) -> str:
    """The step's name in sentences: its action, or "appeal"."""
    appeal = event.action == "reopen" and event.from_state == "rejected" and event.actor_role == "rider"
    return "appeal" if appeal else event.action
