"""What lies around a ticket: the likely duplicates that the router found, and whatever else was reported there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, or_
from sqlalchemy.orm import Session

from models import Ticket, User
from models.clock import now
from web.api.serializers import Page
from web.api.serializers.row import LISTED, row
from workflow import access
from workflow.numbers import parse_number
from workflow.places import bounding_box, distance_m
from workflow.report.checks import RUNNING

METRES = 50
WEEKS = 12
MOST = 60


@dataclass(frozen=True)
class Neighbour:
    """Another ticket and how far it lies from this one, in metres."""

    ticket: Ticket
    metres: int


def around(session: Session, person: User, ticket: Ticket, named: Iterable[str] = ()) -> list[Neighbour]:
    """Tickets within 50 m and 12 weeks that the person may see, nearest first, and those that are `named` wherever they
    lie: one query, and what is loaded with rows."""
    here = (ticket.latitude, ticket.longitude)
    south, west, north, east = bounding_box(*here, METRES)
    box = and_(
        Ticket.latitude.between(south, north),
        Ticket.longitude.between(west, east),
        Ticket.created_at >= now() - timedelta(weeks=WEEKS),
    )
    ids = [parsed[1] for number in named if (parsed := parse_number(number))]
    seen = access.visible_tickets(session, person)
    query = seen.where(or_(box, Ticket.id.in_(ids)) if ids else box, Ticket.id != ticket.id)
    found = session.scalars(query.order_by(Ticket.id.desc()).limit(MOST).options(*LISTED))
    apart = [Neighbour(each, round(distance_m(here, (each.latitude, each.longitude)))) for each in found]
    near = [each for each in apart if each.metres <= METRES or each.ticket.id in ids]
    return sorted(near, key=lambda each: (each.metres, -each.ticket.id))


@dataclass(frozen=True)
class Near:
    """A neighbour as the page shows it. `runs`: something may still be merged into it."""

    row: dict[str, Any]
    metres: int
    same_picture: bool
    runs: bool


@dataclass(frozen=True)
class Neighbours:
    """`alike` is held for the same matter by the router, `others` only lie near."""

    alike: list[Near] = field(default_factory=list)
    others: list[Near] = field(default_factory=list)


def neighbours(page: Page, around: Iterable[Neighbour], found: dict[str, Any] | None) -> Neighbours:
    """What lies around, parted by what the router found out. The same picture says more than the same place."""
    pictures = set(found["same_picture"]) if found else set()
    alike = pictures | {each["number"] for each in (found["duplicates"] if found else [])}
    told = Neighbours()
    for each in around:
        number = each.ticket.number
        near = Near(row(each.ticket, page), each.metres, number in pictures, each.ticket.state in RUNNING)
        (told.alike if number in alike else told.others).append(near)
    told.alike.sort(key=lambda near: (not near.same_picture, near.metres))
    return told
