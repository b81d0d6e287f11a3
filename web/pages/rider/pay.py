"""What a report pays whoever sent it: how many points, and why so many, in words that a person can understand."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Award, Ticket, User
from workflow import points
from workflow.say import say


@dataclass(frozen=True)
class Pay:
    """`state` is paid, pending, ahead (what it will be set aside) or none; `points` is None where nobody knows yet."""

    state: str
    points: int | None
    words: str


def pay_of(session: Session, ticket: Ticket, person: User, tongue: str) -> Pay:
    """What the ticket pays the person who reported it. At most three queries."""
    lies_at = {each for each in (ticket.id, ticket.merged_into_id) if each is not None}
    mine = select(Award).where(Award.user_id == person.id, Award.ticket_id.in_(lies_at))
    awards = list(session.scalars(mine))
    for state in ("paid", "pending"):
        counted = [each for each in awards if each.state == state and each.points > 0]
        if counted:
            given, wanted = sum(each.points for each in counted), sum(each.wanted for each in counted)
            key = f"rider.pay.{state}" + (".joined" if ticket.merged_into_id is not None else "")
            if state == "pending" and ticket.state == "confirmed":
                key = "rider.pay.confirmed"
            said = say(key, tongue)
            return Pay(state, given, said + (say("rider.pay.part", tongue, wanted=wanted) if given < wanted else ""))
    if ticket.anonymous:
        return Pay("none", 0, say("rider.pay.anonymous", tongue))
    if ticket.state in ("rejected", "withdrawn", "merged"):
        return Pay("none", 0, say(f"rider.pay.{ticket.state}", tongue))
    if any(each.wanted > each.points for each in awards):
        return Pay("none", 0, say("rider.pay.capped", tongue))
    why = points.why_unpaid(session, ticket)
    if ticket.state == "submitted" and why != "staff":
        return _ahead(ticket, tongue)
    return Pay("none", 0, say(f"rider.pay.{why}", tongue))


def _ahead(ticket: Ticket, tongue: str) -> Pay:
    """Before it is triaged: what the chosen matter pays, if the street agrees that it is that."""
    if ticket.category is None:
        return Pay("ahead", None, say("rider.pay.unknown", tongue))
    if not ticket.category.points:
        return Pay("none", 0, say("rider.pay.no_points", tongue))
    return Pay("ahead", ticket.category.points, say("rider.pay.ahead", tongue))
