"""What an office reads of a ticket beside what its serializer tells; of who sent it, only who may know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from models import Ticket
from web.api.serializers import Page
from workflow import access
from workflow.city_settings import governance
from workflow.report.guards import bounced
from workflow.timeline import Line

COUNTED = ("send_backs", "extensions", "urges", "reworks", "reopens", "appeals")


@dataclass(frozen=True)
class Facts:
    """`sender`: whether the reader may know who sent it, and so is told that somebody asked not to be named. `routed`:
    whether it is known where it belongs. `counts`: what has happened more than never. `arbitration`: a
    supervisor must say whose it is. `merged_into`: where the reader may see that ticket."""

    sender: bool
    anonymous: bool
    entered: bool
    routed: bool
    looks: bool
    routes: bool
    counts: dict[str, int]
    taken_at: datetime | None
    review_on: date | None
    arbitration: bool
    merged_into: str | None


def facts(page: Page, ticket: Ticket) -> Facts:
    """The facts for the page's reader."""
    person = page.actor
    sender = access.audience(person, ticket) in access.KNOWING
    into = ticket.merged_into
    return Facts(
        sender=sender,
        anonymous=sender and ticket.anonymous,
        entered=sender and ticket.entered_by_id is not None,
        routed=ticket.routed_at is not None,
        looks=sender and ticket.anonymous and access.can(person, "reporter.look"),
        routes=access.can(person, "city.manage"),
        counts={name: getattr(ticket, name) for name in COUNTED if getattr(ticket, name)},
        taken_at=ticket.taken_at,
        review_on=ticket.review_on if ticket.state == "suspended" else None,
        arbitration=ticket.state == "triaged" and bounced(ticket, governance(page.session, "send_backs")),
        merged_into=into.number if into is not None and access.audience(person, into) != "public" else None,
    )


@dataclass(frozen=True)
class Asked:
    """A request that waits for a decision: who asked when, for which day and why."""

    kind: str
    day: date
    at: datetime
    name: str | None
    unit: str
    reason: str


def open_requests(ticket: Ticket, lines: list[Line], tongue: str) -> list[Asked]:
    """The requests that wait, with the words that history has of them."""
    found = []
    for each in ticket.requests:
        if each.decision is not None:
            continue
        said = next((line for line in reversed(lines) if line.event.action == f"request_{each.kind}"), None)
        unit = said.event.actor_unit.name(tongue) if said is not None and said.event.actor_unit is not None else ""
        reason = str(said.details.get("reason", "")) if said is not None else ""
        found.append(Asked(each.kind, each.day, each.asked_at, said.name if said is not None else None, unit, reason))
    return found
