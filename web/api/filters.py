"""Which tickets a list holds, in which order, and where its next page begins."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from math import cos, isfinite, radians
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from models import Category, Ticket, Unit, User
from models.clock import now
from web.api.cursors import cursor, place
from web.api.schemas.base import NUMBER
from web.api.schemas.incoming import TicketsQuery
from workflow.engine.machines import current, machinery
from workflow.errors import Invalid
from workflow.localtime import day_starts
from workflow.places import METRES_PER_DEGREE, bounding_box

FARTHEST_M = 50_000
UPPER, LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
Filters = list[ColumnElement[bool]]


def filters(session: Session, actor: User, query: TicketsQuery) -> Filters:
    """The conditions that the query asks for. Raises Invalid naming each filter whose value is unknown."""
    errors: dict[str, tuple[str, dict[str, Any]]] = {}
    found: Filters = []
    for name, make in (("state", _state), ("unit", _unit), ("department", _department), ("category", _category)):
        value = getattr(query, name)
        if value is not None:
            condition = make(session, value)
            if condition is None:
                errors[name] = ("input.unknown_value", {"value": value})
            else:
                found.append(condition)
    if query.near is not None:
        around = _near(query.near)
        if around is None:
            errors["near"] = ("input.near", {"most": FARTHEST_M})
        else:
            found += around
    if errors:
        raise Invalid(errors)
    if query.overdue is not None:
        late = and_(Ticket.due_at.is_not(None), Ticket.due_at < now())
        found.append(late if query.overdue else ~late)
    if query.mine is not None:
        mine = or_(Ticket.reporter_id == actor.id, func.coalesce(Ticket.handler_id, 0) == actor.id)
        found.append(mine if query.mine else ~mine)
    if query.q is not None:
        found.append(_text(session, query.q))
    if query.since is not None:
        found.append(Ticket.created_at >= _start(session, query.since))
    if query.until is not None:
        found.append(_before_end(session, query.until))
    return found


def ordered(tickets: Select[Ticket], query: TicketsQuery) -> Select[Ticket]:
    """The query in its order, from where the cursor stands, one row longer than the page."""
    if query.sort == "due":
        tickets = tickets.order_by(Ticket.due_at.asc().nulls_last(), Ticket.id)
        if query.cursor is not None:
            due, row = place("tickets due", query.cursor, (str, type(None)), int)
            later = and_(Ticket.due_at.is_(None), Ticket.id > row)
            if due is not None:
                at = _moment(due)
                after = or_(Ticket.due_at > at, and_(Ticket.due_at == at, Ticket.id > row))
                later = or_(after, Ticket.due_at.is_(None))
            tickets = tickets.where(later)
    else:
        tickets = tickets.order_by(Ticket.created_at.desc(), Ticket.id.desc())
        if query.cursor is not None:
            created, row = place("tickets -created", query.cursor, str, int)
            at = _moment(created)
            tickets = tickets.where(or_(Ticket.created_at < at, and_(Ticket.created_at == at, Ticket.id < row)))
    return tickets.limit(query.limit + 1)


def next_cursor(ticket: Ticket, query: TicketsQuery) -> str:
    """Where the page after `ticket` begins."""
    at = ticket.due_at if query.sort == "due" else ticket.created_at
    return cursor(f"tickets {query.sort}", at.isoformat() if at is not None else None, ticket.id)


def _state(session: Session, value: str) -> ColumnElement[bool] | None:
    lifecycle = machinery(session, Ticket.kind, current(session, Ticket.kind).id).lifecycle
    if value not in lifecycle.states:
        used = select(Ticket.id).where(Ticket.state == value).limit(1)
        if value == "new" or session.scalar(used) is None:
            return None
    return Ticket.state == value


def _unit(session: Session, value: str) -> ColumnElement[bool] | None:
    unit = session.scalar(select(Unit).where(Unit.code == value, Unit.kind != "department"))
    return None if unit is None else Ticket.unit_id.in_(_below(unit))


def _department(session: Session, value: str) -> ColumnElement[bool] | None:
    unit = session.scalar(select(Unit).where(Unit.code == value, Unit.kind == "department"))
    return None if unit is None else Ticket.department_id.in_(_below(unit))


def _below(unit: Unit) -> Select[int]:
    return select(Unit.id).where(Unit.path.startswith(unit.path, autoescape=True))


def _category(session: Session, value: str) -> ColumnElement[bool] | None:
    category = session.scalar(select(Category.id).where(Category.code == value))
    return None if category is None else Ticket.category_id == category


def _near(text: str) -> Filters | None:
    """Within so many metres of a place: a box that an index finds, and in it a circle, flat at this size."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 3 or not all(NUMBER.fullmatch(part) for part in parts):
        return None
    latitude, longitude, metres = map(float, parts)
    inside = isfinite(metres) and abs(latitude) <= 90 and abs(longitude) <= 180 and 0 < metres <= FARTHEST_M
    if not inside:
        return None
    south, west, north, east = bounding_box(latitude, longitude, metres)
    up = (Ticket.latitude - latitude) * METRES_PER_DEGREE
    right = (Ticket.longitude - longitude) * (METRES_PER_DEGREE * cos(radians(latitude)))
    return [
        Ticket.latitude.between(south, north),
        Ticket.longitude.between(west, east),
        up * up + right * right <= metres * metres,
    ]


def _text(session: Session, words: str) -> ColumnElement[bool]:
    """Words somewhere in number, description or address. Latin letters count alike large and small, on both databases:
    SQLite's LIKE folds those and no others, so PostgreSQL is asked for the same."""
    shown = cast(Ticket.id, String)
    padded = func.substr(literal("000000").concat(shown), func.length(shown) + 1)
    number = Ticket.series.concat("-").concat(case((Ticket.id < 1_000_000, padded), else_=shown))
    wanted = words.translate(str.maketrans(UPPER, LOWER))
    fields: list[Any] = [number, Ticket.description, Ticket.address]
    if session.get_bind().dialect.name != "sqlite":
        fields = [func.translate(each, UPPER, LOWER) for each in fields]
    return or_(*(each.contains(wanted, autoescape=True) for each in fields))


def _start(session: Session, when: datetime | date) -> datetime:
    return when if isinstance(when, datetime) else day_starts(session, when)


def _before_end(session: Session, when: datetime | date) -> ColumnElement[bool]:
    if isinstance(when, datetime):
        return Ticket.created_at <= when
    return Ticket.created_at < day_starts(session, when + timedelta(days=1))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)

