"""Units and their areas as an administrator sees them: who works there, what is open there, their names, in use or not.

Codes, the tree and the ground stay the pack's: tickets and rules refer to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from models import Area, Category, City, Membership, Override, Rule, Ticket, Unit, User
from models.clock import now
from workflow.access import require, visible_tickets
from workflow.actors import Actor
from workflow.administration import settings
from workflow.administration.fields import Errors, hold_flag, hold_name, refuse
from workflow.administration.settings import Difference
from workflow.errors import NotFound, Refused
from workflow.ticket_filters import TicketFilter, conditions

FIELDS = ("name_zh", "name_en", "active")
LONGEST = {"name_zh": 64, "name_en": 96}


@dataclass(frozen=True)
class Line:
    """A unit with what hangs on it: people and open tickets of its own and of all below it, matters by default."""

    unit: Unit
    depth: int
    people: int
    open_tickets: int
    matters: int
    area: bool
    differences: list[Difference]


class Place:
    """A unit whose values may be set."""

    thing = "unit"

    def __init__(self, session: Session, unit: Unit) -> None:
        self.session = session
        self.unit = unit
        self.code = unit.code

    def values(self) -> dict[str, Any]:
        return {field: getattr(self.unit, field) for field in FIELDS}

    def check(self, values: Mapping[str, Any]) -> None:
        errors: Errors = {}
        for field, value in values.items():
            if field == "active":
                hold_flag(errors, field, value)
            else:
                hold_name(errors, field, value, LONGEST[field])
        refuse(errors)
        if values.get("active") is False:
            self._hold_idle()
        if values.get("active"):
            self._hold_in_the_pack()

    def put(self, field: str, value: Any) -> None:
        setattr(self.unit, field, value)
        if field == "active":
            # Every process builds its index of areas anew when the city's moment of loading is another.
            self.session.scalars(select(City)).one().loaded_at = now()

    def _hold_idle(self) -> None:
        unit, session = self.unit, self.session
        if unit.kind == "city":
            raise Refused("unit.city_stays")
        below = Unit.parent_id == unit.id
        if session.scalar(select(Unit.id).where(below, Unit.active).limit(1)):
            raise Refused("unit.has_units")
        of_it = or_(Ticket.unit_id == unit.id, Ticket.department_id == unit.id)
        # What is dealt with and waits for its confirmation has a clock: it may still come back.
        moves = or_(Ticket.settled_at.is_(None), Ticket.clock.is_not(None))
        count = session.scalar(select(func.count()).select_from(Ticket).where(of_it, moves))
        if count:
            raise Refused("unit.has_tickets", count=count)
        matters = select(func.count()).select_from(Category)
        count = session.scalar(matters.where(Category.department_id == unit.id, Category.active))
        if count:
            raise Refused("unit.has_matters", count=count)
        rules = session.scalars(select(Rule).where(Rule.kind == "routing", Rule.active))
        named = next((rule for rule in rules if rule.body.get("department") == unit.code), None)
        if named is not None:
            raise Refused("unit.has_rule", rule={"zh": named.title_zh, "en": named.title_en})

    def _hold_in_the_pack(self) -> None:
        by_hand = select(Override.id).where(
            Override.thing == self.thing, Override.code == self.code, Override.field == "active"
        )
        if not self.unit.active and self.session.scalar(by_hand) is None:
            raise Refused("unit.left_the_pack")
        if self.unit.parent is not None and not self.unit.parent.active:
            raise Refused("unit.parent_idle", unit={"zh": self.unit.parent.name_zh, "en": self.unit.parent.name_en})


def index(session: Session, actor: Actor) -> list[Line]:
    """All units, each below its parent. Seven queries. Raises Forbidden."""
    require(actor, "city.manage")
    units = list(session.scalars(select(Unit).order_by(Unit.path)))
    areas = set(session.scalars(select(Area.unit_id)))
    staff = select(Membership.unit_id, func.count(func.distinct(Membership.user_id))).join(User)
    people = _counted(session, staff.where(User.disabled_at.is_(None)).group_by(Membership.unit_id))
    tickets = _open(session, actor, Ticket.unit_id) | _open(session, actor, Ticket.department_id)
    by_default = select(Category.department_id, func.count()).where(Category.active).group_by(Category.department_id)
    matters = _counted(session, by_default)
    differing = settings.differences(session, Place.thing)
    return [
        Line(
            unit,
            unit.path.count("/") - 1,
            people.get(unit.id, 0),
            sum(tickets.get(each.id, 0) for each in units if unit.contains(each) and _counts_for(unit, each)),
            matters.get(unit.id, 0),
            unit.id in areas,
            differing.get(unit.code, []),
        )
        for unit in units
    ]


def show(session: Session, actor: Actor, code: str) -> Unit:
    """One unit, with its parent and its area. Raises Forbidden, NotFound."""
    require(actor, "city.manage")
    query = select(Unit).where(Unit.code == code).options(joinedload(Unit.parent), joinedload(Unit.area))
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound()
    return row


def staff(session: Session, unit: Unit, most: int = 200) -> list[Membership]:
    """Who has a role in the unit itself, riders left out, at most `most`."""
    query = select(Membership).join(User).where(Membership.unit_id == unit.id, Membership.role != "rider")
    query = query.order_by(Membership.role, User.username).options(joinedload(Membership.user))
    return list(session.scalars(query.limit(most)))


def change(session: Session, actor: Actor, code: str, values: Mapping[str, Any], *, seen: int | None = None) -> bool:
    """Set a unit's names or whether it is in use; whether anything changed. Raises as `settings.change`."""
    settings.begin(session, actor)
    clean = {field: value.strip() if isinstance(value, str) else value for field, value in values.items()}
    return settings.change(session, actor, Place(session, show(session, actor, code)), clean, seen=seen)


def restore(session: Session, actor: Actor, code: str, fields: Sequence[str], *, seen: int | None = None) -> bool:
    """Give a unit's fields back to the pack. Raises as `settings.restore`."""
    settings.begin(session, actor)
    return settings.restore(session, actor, Place(session, show(session, actor, code)), fields, seen=seen)


def outlines(session: Session, actor: Actor) -> dict[str, Any]:
    """All areas as a GeoJSON FeatureCollection, streets before what lies in them. One query. Raises Forbidden."""
    require(actor, "city.manage")
    query = select(Area).join(Unit).order_by(Unit.path).options(joinedload(Area.unit))
    features = [
        {
            "type": "Feature",
            "geometry": row.geometry,
            "properties": {
                "code": row.unit.code,
                "kind": row.unit.kind,
                "name": {"zh": row.unit.name_zh, "en": row.unit.name_en},
                "active": row.unit.active,
            },
        }
        for row in session.scalars(query)
    ]
    return {"type": "FeatureCollection", "features": features}


def _counted(session: Session, query: Select[Any, int]) -> dict[int, int]:
    return {unit: count for unit, count in session.execute(query).all() if unit is not None}


def _open(session: Session, actor: Actor, lies_in: InstrumentedAttribute[Any]) -> dict[int, int]:
    """How many tickets each place or department has open: those of the list that its number opens."""
    wanted = conditions(session, actor, TicketFilter(open=True))
    tickets = visible_tickets(session, actor).where(*wanted).with_only_columns(lies_in, func.count())
    return _counted(session, tickets.group_by(lies_in))


def _counts_for(unit: Unit, other: Unit) -> bool:
    """A ticket has a place and a department: the city counts the places alone, or it would count it twice."""
    return unit.kind == "department" or other.kind != "department"
