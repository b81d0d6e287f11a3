"""The views of a desk, those of the reader's role first, each with how many tickets it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from models import User
from web.pages.desk.asked import NEWEST, Asked, parted, read, set_fields
from web.ticket_query import query_string
from workflow import ticket_views
from workflow.ticket_filters import TicketFilter, count

ALL = TicketFilter()
FOR_EVERYBODY = {"open": TicketFilter(open=True), "all": ALL}
FOR_DEPARTMENTS = {"to_accept": TicketFilter(states=("assigned",)), "in_hand": TicketFilter(states=("in_progress",))}
ORDER = {
    "supervisor": "decisions overdue near unrouted to_triage to_assign at_departments to_confirm open all",
    "clerk": "to_triage to_assign decisions to_confirm overdue near at_departments mine unrouted open all",
    "head": "open decisions to_accept in_hand overdue near mine to_confirm all",
    "officer": "open to_accept in_hand overdue near mine decisions to_confirm all",
    "admin": "open overdue near decisions unrouted to_triage to_assign at_departments to_confirm all",
}
FIRST = {"clerk": ("to_triage", "due"), "head": ("open", "due"), "officer": ("open", "due")}
ICONS = {
    "to_triage": "clipboard-list", "to_assign": "forward", "decisions": "circle-help", "to_confirm": "badge-check",
    "overdue": "triangle-alert", "near": "hourglass", "at_departments": "building-2", "mine": "user",
    "unrouted": "route", "open": "circle-dot", "all": "layers", "to_accept": "clipboard-list", "in_hand": "play",
}  # fmt: skip


@dataclass(frozen=True)
class View:
    """A view as the page shows it; `title` is its sentence's key. What a city's past holds is not counted."""

    name: str
    title: str
    icon: str
    count: int | None
    address: str
    current: bool


def role(person: User) -> str:
    """The role whose views a person gets: the first that they have."""
    return next((each for each in ORDER if person.has_role(each)), "admin")


def first(person: User, state: str | None = None) -> Asked:
    """The list that a person's day begins with; for a ticket's `state`, the view of theirs that holds just such."""
    name, sort = FIRST.get(role(person), ("open", NEWEST))
    views = _filters(person)
    fitting = [each for each, asked in views.items() if state in asked.states and set_fields(asked) == ["states"]]
    wanted = views[fitting[0] if fitting else name]
    return read(dict(parse_qsl(query_string(wanted, sort="due" if fitting else sort))))


def begin(person: User, **more: str) -> str:
    """The address of that list; `more` is what was just done to which ticket."""
    asked = first(person)
    return asked.address(asked.wanted, **more)


def title(person: User, name: str) -> str:
    """The key of a view's name: what waits for the reader's own decision is another number than what waits for any."""
    own = name == "decisions" and ticket_views.views(person)[name].waiting_for != "decision"
    return f"desk.view.{name}" + (".own" if own else "")


def current(person: User, wanted: TicketFilter) -> str | None:
    """The view that a filter is, or narrows: the one that says most of it."""
    _, rest = parted(wanted)
    filters = _filters(person)
    said = {name: set_fields(each) for name, each in filters.items() if each != ALL or rest == ALL}
    fitting = [
        name
        for name, asked in said.items()
        if all(getattr(rest, field) == getattr(filters[name], field) for field in asked)
    ]
    return max(fitting, key=lambda name: len(said[name]), default=None)


def explained(person: User, name: str | None) -> set[str]:
    """The names of the filters that the view itself asks for."""
    return set(set_fields(_filters(person)[name])) if name else set()


def shown(
    session: Session, person: User, asked: Asked, within: Sequence[ColumnElement[bool]]
) -> tuple[list[View], int]:
    """The views, and how many tickets the list itself holds. `within` is what the narrowing filters ask."""
    filters, here = _filters(person), current(person, asked.wanted)
    narrowing, rest = parted(asked.wanted)
    counted = {name: each for name, each in filters.items() if each != ALL}
    counts = count(session, person, ALL, {"": rest, **counted}, *within)
    found = [
        View(
            name,
            title(person, name),
            ICONS[name],
            counts.get(name),
            asked.address(narrowing.narrowed(each), show=None),
            name == here,
        )
        for name, each in filters.items()
    ]
    return found, counts[""]


def _filters(person: User) -> dict[str, TicketFilter]:
    known = ticket_views.views(person) | FOR_EVERYBODY | FOR_DEPARTMENTS
    names = ORDER[role(person)].split()
    if "unrouted" in names and not any(each.unit.kind == "city" for each in person.memberships):
        names.remove("unrouted")
    return {name: known[name] for name in names}
