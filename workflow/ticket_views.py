"""The standing questions of a desk, each a filter, and how many tickets each holds, in one query."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.people import User
from workflow.ticket_filters import TicketFilter, count


def views(actor: User) -> dict[str, TicketFilter]:
    """The filter of each view, by name. What waits for a decision is what waits for the actor's own, where they decide
    anything; officers see what they wait for."""
    decider = next((role for role in ("supervisor", "clerk") if actor.has_role(role)), "decision")
    return {
        "to_triage": TicketFilter(states=("submitted",)),
        "to_assign": TicketFilter(states=("triaged",)),
        "at_departments": TicketFilter(states=("assigned", "in_progress")),
        "to_confirm": TicketFilter(states=("resolved",)),
        "decisions": TicketFilter(waiting_for=decider),
        "overdue": TicketFilter(overdue=True),
        "near": TicketFilter(near_due=True),
        "mine": TicketFilter(mine=True, open=True),
        "unrouted": TicketFilter(unrouted=True, open=True),
    }


def counts(session: Session, actor: User, base: TicketFilter | None = None) -> dict[str, int]:
    """How many tickets each view holds for the actor, within `base`."""
    return count(session, actor, base or TicketFilter(), views(actor))
