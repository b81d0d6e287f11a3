"""「我也遇到」: others who meet the same matter join its ticket, are told how it goes on, and are credited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session, selectinload

from models.categories import Category
from models.clock import now
from models.ledger import Award
from models.people import User
from models.tickets import Join, Photo, Ticket
from models.upsert import insert_missing
from workflow import points
from workflow.engine import lock
from workflow.errors import Invalid, NotFound, Refused
from workflow.places import bounding_box, distance_m
from workflow.report.photos import attach, usable

NEARBY_METRES = 50
NEARBY_HOURS = 72
OPEN = ("submitted", "triaged", "assigned", "in_progress", "suspended")


@dataclass(frozen=True)
class Nearby:
    """An open ticket as any rider may know it, and how far away it is."""

    ticket: Ticket
    distance_m: int
    age_minutes: int
    group: str | None
    thumb: Photo | None


def nearby(
    session: Session, latitude: float, longitude: float, group: str, *, except_of: User | None = None
) -> list[Nearby]:
    """Open tickets within 50 m and 72 h of the same group, nearest first; `except_of` leaves out a person's own."""
    moment = now()
    query = _open_since(moment - timedelta(hours=NEARBY_HOURS))
    south, west, north, east = bounding_box(latitude, longitude, NEARBY_METRES)
    query = query.where(Ticket.latitude.between(south, north), Ticket.longitude.between(west, east))
    if except_of is not None:
        query = query.where(Ticket.reporter_id != except_of.id)
    found = []
    for ticket in session.scalars(query.options(selectinload(Ticket.photos), selectinload(Ticket.category))):
        metres = distance_m((latitude, longitude), (ticket.latitude, ticket.longitude))
        theirs = group_of(ticket)
        if metres <= NEARBY_METRES and (theirs is None or theirs == group):
            found.append(public_view(ticket, moment, round(metres)))
    return sorted(found, key=lambda each: (each.distance_m, each.ticket.id))


def public_view(ticket: Ticket, moment: datetime, metres: int) -> Nearby:
    """The public projection of a ticket. Its photo is shown only once an office has looked at it."""
    seen = ticket.state != "submitted"
    photo = next((each for each in ticket.photos if each.kind == "before" and not each.internal), None)
    age = int((moment - ticket.created_at).total_seconds() // 60)
    return Nearby(ticket, metres, age, group_of(ticket), photo if seen else None)


def thumb_shown(view: Nearby, moment: datetime) -> bool:
    """Whether anyone may still see its photo: while it is open, for as long as it can be found nearby."""
    fresh = view.ticket.created_at >= moment - timedelta(hours=NEARBY_HOURS)
    return view.thumb is not None and view.ticket.state in OPEN and fresh


def group_of(ticket: Ticket) -> str | None:
    """The group it belongs to, or that the router thinks it does."""
    if ticket.category is not None:
        return ticket.category.group_code
    return (ticket.routing or {}).get("group")


def join(session: Session, rider: User, public_id: str, photo_ids: Sequence[str] = ()) -> Nearby:
    """Join an open ticket, once; again is the same. Raises NotFound, or Refused for one's own and what has ended."""
    found = session.scalar(select(Ticket.id).where(Ticket.public_id == public_id))
    if found is None:
        raise NotFound()
    ticket: Ticket = lock(session, Ticket, [found])[found]
    if ticket.created_at < now() - timedelta(hours=NEARBY_HOURS):
        raise NotFound()
    if ticket.reporter_id == rider.id:
        raise Refused("join.own")
    if ticket.state not in OPEN:
        raise Refused("join.ended")
    if len(photo_ids) > 9:
        raise Invalid.field("photos", "photo.too_many", maximum=9)
    usable(session, photo_ids, rider, ticket)
    moment = now()
    if not insert_missing(session, Join, ticket_id=ticket.id, user_id=rider.id, created_at=moment):
        # Who came with a ticket that was merged into this one now stands for themselves, and stays when that leaves.
        mine = update(Join).where(Join.ticket_id == ticket.id, Join.user_id == rider.id)
        session.execute(mine.values(from_ticket_id=None))
    attach(session, photo_ids, ticket, kind="before")
    session.expire(ticket, ["joins"])
    if ticket.state != "submitted":
        points.reserve(session, ticket)
    return public_view(ticket, moment, 0)


def adopt(session: Session, merged: Ticket, target: Ticket) -> None:
    """The merged ticket's reporter and joiners join the target, except whoever reported that one."""
    _carry(session, merged, target)
    if target.state != "submitted":
        points.reserve(session, target)


def _carry(session: Session, merged: Ticket, target: Ticket) -> None:
    people = {merged.reporter_id: (merged.id, merged.created_at)}
    for each in merged.joins:
        people.setdefault(each.user_id, (each.from_ticket_id or merged.id, each.created_at))
    for person, (own, since) in people.items():
        if person != target.reporter_id:
            values = {"ticket_id": target.id, "user_id": person, "from_ticket_id": own, "created_at": since}
            if not insert_missing(session, Join, **values) and not _is_nameless(session, own, person):
                # Who came by name and without counts as who came by name, whichever was merged first.
                hidden = select(Ticket.id).where(Ticket.reporter_id == person, Ticket.anonymous)
                theirs = update(Join).where(Join.ticket_id == target.id, Join.user_id == person)
                theirs = theirs.where(Join.from_ticket_id.in_(hidden))
                session.execute(theirs.values(from_ticket_id=own, created_at=since))
    session.expire(target, ["joins"])


def _is_nameless(session: Session, own: int, person: int) -> bool:
    ticket = session.get_one(Ticket, own)
    return ticket.anonymous and ticket.reporter_id == person


def disown(session: Session, merged: Ticket) -> None:
    """Who came with the merged ticket leaves what it follows, and what that follows, unless they came by another way.

    What was set aside for them there is free again.
    """
    own = {merged.id, *(each.from_ticket_id for each in merged.joins if each.from_ticket_id)}
    target = merged.merged_into
    while target is not None:
        came = {each.user_id for each in target.joins if each.from_ticket_id in own}
        session.execute(delete(Join).where(Join.ticket_id == target.id, Join.from_ticket_id.in_(own)))
        session.expire(target, ["joins"])
        followers = select(Ticket).where(Ticket.merged_into_id == target.id, Ticket.id != merged.id)
        for each in session.scalars(followers.order_by(Ticket.id)):
            _carry(session, each, target)
        hidden = points.nameless(session, target)
        gone = came - {each.user_id for each in target.joins if (each.from_ticket_id, each.user_id) not in hidden}
        for award in session.scalars(select(Award).where(Award.ticket_id == target.id, Award.user_id.in_(gone))):
            award.state = "released" if award.state == "pending" else award.state
        session.flush()
        target = target.merged_into


def open_group(session: Session, code: str) -> bool:
    """Whether riders know a group of this code."""
    return session.scalar(select(Category.id).where(Category.group_code == code).limit(1)) is not None


def _open_since(moment: datetime) -> Select[Ticket]:
    return select(Ticket).where(Ticket.state.in_(OPEN), Ticket.created_at >= moment)
