"""When a report was dealt with, and by when it should have been: what figures are made of."""

from __future__ import annotations

from workflow.engine.move import Move

OPEN_TONES = ("waiting", "moving", "paused")
"""The tones of the states in which the rider's matter is not dealt with yet."""


def settle(move: Move) -> None:
    """Stamp that it is dealt with, or open again. Asked before its clock is changed, whose deadline is kept."""
    ticket, states = move.subject, move.lifecycle.states
    tone, left = states[move.to_state].tone, states.get(move.from_state)
    if tone in OPEN_TONES:
        ticket.settled_at = ticket.resolved_at = ticket.resolve_due_at = None
    elif left is None or left.tone in OPEN_TONES:
        ticket.settled_at = move.at
        if tone in ("done", "paid"):
            ticket.resolved_at, ticket.resolve_due_at = move.at, ticket.due_at
