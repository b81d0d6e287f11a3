"""The matters as an administrator sets them: time to resolve, points, evidence, who deals with it, whether in use.

Tickets keep the clock that they were given: a new limit holds for clocks that begin afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models import Category, CategoryGroup, Override, Ticket, Unit
from workflow.access import require, visible_tickets
from workflow.actors import Actor
from workflow.administration import settings
from workflow.administration.fields import Errors, hold_choice, hold_flag, hold_whole, refuse
from workflow.administration.settings import Difference
from workflow.city.categories import MOST_POINTS
from workflow.city.city_file import COUNTS, LONGEST_MINUTES
from workflow.errors import NotFound, Refused
from workflow.ticket_filters import TicketFilter, conditions

FIELDS = (
    "limit_minutes", "limit_counts", "points", "photo_required", "evidence_required", "department", "active",
)  # fmt: skip


class Matter:
    """A category whose values may be set."""

    thing = "category"

    def __init__(self, session: Session, category: Category) -> None:
        self.session = session
        self.category = category
        self.code = category.code

    def values(self) -> dict[str, Any]:
        found = {field: getattr(self.category, field) for field in FIELDS if field != "department"}
        return found | {"department": self.category.department.code}

    def check(self, values: Mapping[str, Any]) -> None:
        errors: Errors = {}
        for field, value in values.items():
            match field:
                case "limit_minutes":
                    hold_whole(errors, field, value, 1, LONGEST_MINUTES)
                case "limit_counts":
                    hold_choice(errors, field, value, COUNTS)
                case "points":
                    hold_whole(errors, field, value, 0, MOST_POINTS)
                case "department":
                    if _department(self.session, value) is None:
                        errors[field] = ("input.unknown_value", {"value": value})
                case _:
                    hold_flag(errors, field, value)
        refuse(errors)
        if values.get("active") and self._left_the_pack():
            raise Refused("category.left_the_pack")

    def put(self, field: str, value: Any) -> None:
        if field == "department":
            department = _department(self.session, value)
            assert department is not None
            self.category.department = department
        else:
            setattr(self.category, field, value)

    def _left_the_pack(self) -> bool:
        by_hand = select(Override.id).where(
            Override.thing == self.thing, Override.code == self.code, Override.field == "active"
        )
        return not self.category.active and self.session.scalar(by_hand) is None


@dataclass(frozen=True)
class Matters:
    """The matters of a page: rows by group, in the riders' order, with what differs and how many tickets are open."""

    groups: list[CategoryGroup]
    rows: dict[str, list[Category]]
    differing: dict[str, list[Difference]]
    open_tickets: dict[int, int]


def index(session: Session, actor: Actor, *, q: str | None = None, group: str | None = None) -> Matters:
    """All matters, or those whose code or name holds `q`, or of a group. Four queries. Raises Forbidden."""
    require(actor, "city.manage")
    query = select(Category).options(joinedload(Category.department)).order_by(Category.position)
    if q:
        found = [column.icontains(q, autoescape=True) for column in (Category.code, Category.name_zh, Category.name_en)]
        query = query.where(found[0] | found[1] | found[2])
    if group:
        query = query.where(Category.group_code == group)
    rows: dict[str, list[Category]] = {}
    for row in session.scalars(query):
        rows.setdefault(row.group_code, []).append(row)
    groups = list(session.scalars(select(CategoryGroup).order_by(CategoryGroup.position)))
    held = visible_tickets(session, actor).where(*conditions(session, actor, TicketFilter(open=True)))
    counted = held.with_only_columns(Ticket.category_id, func.count()).group_by(Ticket.category_id)
    open_tickets = {category: count for category, count in session.execute(counted) if category is not None}
    return Matters(groups, rows, settings.differences(session, Matter.thing), open_tickets)


def show(session: Session, actor: Actor, code: str) -> Category:
    """One matter, with its department and group. Raises Forbidden, NotFound."""
    require(actor, "city.manage")
    query = select(Category).where(Category.code == code)
    row = session.scalars(query.options(joinedload(Category.department), joinedload(Category.group))).one_or_none()
    if row is None:
        raise NotFound()
    return row


def change(session: Session, actor: Actor, code: str, values: Mapping[str, Any], *, seen: int | None = None) -> bool:
    """Set any of `FIELDS` (`department` by its code); whether anything changed. Raises as `settings.change`."""
    settings.begin(session, actor)
    return settings.change(session, actor, Matter(session, show(session, actor, code)), values, seen=seen)


def restore(session: Session, actor: Actor, code: str, fields: Sequence[str], *, seen: int | None = None) -> bool:
    """Give fields back to the pack. Raises as `settings.restore`."""
    settings.begin(session, actor)
    return settings.restore(session, actor, Matter(session, show(session, actor, code)), fields, seen=seen)


def departments(session: Session) -> list[Unit]:
    """Who may be set as a matter's department."""
    return list(session.scalars(select(Unit).where(Unit.kind == "department", Unit.active).order_by(Unit.path)))


def _department(session: Session, code: Any) -> Unit | None:
    query = select(Unit).where(Unit.code == code, Unit.kind == "department", Unit.active)
    return session.scalars(query).one_or_none() if isinstance(code, str) else None
