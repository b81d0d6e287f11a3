"""What the filters of a desk's list offer, and the chips that say what was chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models import Category, Ticket, Unit, User
from models.clock import now
from web.pages.desk.asked import Asked, set_fields
from workflow import access, directory, moments
from workflow.engine.machines import current, machinery
from workflow.say import say

Option = dict[str, Any]
PLACES = ("street", "community", "grid")


@dataclass(frozen=True)
class Choices:
    """Options as the `field` part takes them: `{value, title}`, or `{group, options}`."""

    states: list[Option]
    units: list[Option]
    departments: list[Option]
    categories: list[Option]

    def title(self, name: str, value: str) -> str:
        """The title of a value, or the value where it is none of the options."""
        groups: list[Option] = getattr(self, {"unit": "units", "department": "departments"}.get(name, "categories"))
        flat = [each for group in groups for each in group.get("options", [group])]
        return next((str(each["title"]).strip() for each in flat if each["value"] == value), value)


@dataclass(frozen=True)
class Chip:
    """A filter that is set, in words, and the address of the list without it."""

    words: str
    address: str


def choices(session: Session, person: User, asked: Asked, tongue: str) -> Choices:
    """What this reader may choose: places and departments only where tickets of theirs may be."""
    lifecycle = machinery(session, Ticket.kind, current(session, Ticket.kind).id).lifecycle
    states = [{"value": name, "title": getattr(each.title, tongue)} for name, each in lifecycle.states.items()]
    if len(asked.wanted.states) > 1:
        titles = {each["value"]: each["title"] for each in states}
        both = " / ".join(titles.get(each, each) for each in asked.wanted.states)
        states.insert(0, {"value": ",".join(asked.wanted.states), "title": both})
    units = list(directory.units(session).values())
    return Choices(
        states=states,
        units=[_place(each, tongue) for each in units if each.kind in PLACES and access.reaches(person, each)],
        departments=[
            {"value": each.code, "title": each.name(tongue)}
            for each in units
            if each.kind == "department" and access.reaches(person, each)
        ],
        categories=grouped(session, tongue),
    )


def tones(session: Session, tongue: str) -> dict[str, str]:
    """The tones of states, which marks on a map have, each with the titles of its states."""
    lifecycle = machinery(session, Ticket.kind, current(session, Ticket.kind).id).lifecycle
    titles: dict[str, list[str]] = {}
    for state in lifecycle.states.values():
        titles.setdefault(state.tone, []).append(getattr(state.title, tongue))
    joint = say("limit.and", tongue)
    return {tone: joint.join(found) for tone, found in titles.items()}


def grouped(session: Session, tongue: str) -> list[Option]:
    """The matters in use, by their groups, the usual ones first."""
    groups: dict[str, list[Category]] = {}
    found = [each for each in directory.categories(session).values() if each.active]
    for each in sorted(found, key=lambda each: (each.group.position, not each.usual, each.position)):
        groups.setdefault(each.group.name(tongue), []).append(each)
    return [
        {"group": name, "options": [{"value": each.code, "title": each.name(tongue)} for each in members]}
        for name, members in groups.items()
    ]


def chips(asked: Asked, offered: Choices, hidden: set[str], tongue: str, tz: ZoneInfo) -> list[Chip]:
    """The filters that are set, but for those that the view's own name says."""
    names = [name for name in set_fields(asked.wanted) if name not in hidden]
    return [Chip(_said(name, getattr(asked.wanted, name), offered, tongue, tz), asked.without(name)) for name in names]


def _said(name: str, value: Any, offered: Choices, tongue: str, tz: ZoneInfo) -> str:
    if name == "on_time" and value is False:
        return say("desk.heading.late", tongue)
    if isinstance(value, bool):
        said = say(f"desk.flag.{name}", tongue)
        return said if value else say("desk.flag.not", tongue, flag=said)
    if name == "q":
        return say("desk.searched", tongue, words=value)
    if name == "states":
        titles = {each["value"]: each["title"] for each in offered.states}
        value = " / ".join(titles.get(each, each) for each in value)
    elif name in ("unit", "department", "category", "sent_back_by"):
        value = offered.title("department" if name == "sent_back_by" else name, value)
    elif name in ("priority", "waiting_for"):
        value = say(f"desk.{name}.{value}", tongue)
    elif name == "near":
        value = say("desk.near", tongue, metres=value.rpartition(",")[2].strip())
    elif isinstance(value, datetime):
        value = moments.near(value, now(), tz, tongue)
    elif isinstance(value, date):
        value = moments.day(value, now().astimezone(tz).date(), tongue)
    return say("desk.chip", tongue, title=say(f"desk.filter.{name}", tongue), value=value)


def _place(unit: Unit, tongue: str) -> Option:
    indent = "" if unit.kind == "street" else "　" if tongue == "zh" else "\u2003"
    return {"value": unit.code, "title": indent + unit.name(tongue)}
