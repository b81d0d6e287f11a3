"""Where a report belongs, what it probably is, whose it probably is, and what it may repeat; with the reasons.

Nothing here decides over people: a guess is shown to the clerk as a guess. Rules in the city's data may triage or
assign as the system, and the event says by which rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, select
from sqlalchemy.orm import Session

from models.categories import Category
from models.city import Rule
from models.clock import now
from models.tickets import Photo, Ticket, numbered
from models.units import Area, Unit
from workflow import directory
from workflow.actors import SYSTEM
from workflow.alone import write
from workflow.city_settings import calendar, city
from workflow.engine import fire
from workflow.known import known
from workflow.places import AreaIndex, bounding_box, distance_m
from workflow.same_picture import FEATURELESS

DEAD = ("withdrawn", "rejected", "merged")
MOST_DUPLICATES = 10
NEWEST_NEARBY = 200
"""Of a place where hundreds report within days, the nearest of the newest are shown."""

_NEARBY = (
    select(Ticket.id, Ticket.series, Ticket.latitude, Ticket.longitude, Ticket.created_at, Ticket.category_id)
    # What is merely likely stands in a text that is read where nothing is certain.
    .add_columns(case((Ticket.category_id.is_(None), Ticket.routing)).label("routing"))
    .where(
        Ticket.latitude.between(bindparam("south"), bindparam("north")),
        Ticket.longitude.between(bindparam("west"), bindparam("east")),
        Ticket.created_at.between(bindparam("since"), bindparam("until")),
        Ticket.id != bindparam("itself"),
        Ticket.state.not_in(DEAD),
    )
    .order_by(Ticket.created_at.desc(), Ticket.id.desc())
    .limit(NEWEST_NEARBY)
)


@dataclass(frozen=True)
class Guess:
    """A likely category, only to be read, and the rider's words that speak for it."""

    category: Category
    words: list[str]


def area_index(session: Session) -> AreaIndex[int]:
    """All areas by their unit's id, built once a process and again when the city has changed."""
    return known(session, "areas", _read_areas, plain=True)


def _read_areas(session: Session) -> AreaIndex[int]:
    areas = select(Area.unit_id, Area.geometry).join(Unit, Unit.id == Area.unit_id).where(Unit.active)
    return AreaIndex((unit_id, geometry) for unit_id, geometry in session.execute(areas))


def unit_at(session: Session, latitude: float, longitude: float) -> Unit:
    """The smallest unit whose area covers the place; the city itself, whose inbox is looked after, outside all."""
    covering = area_index(session).covering(latitude, longitude)
    if covering:
        return directory.unit_numbered(session, covering[0])
    return directory.unit(session, city(session).code)


def guess_category(session: Session, text: str | None) -> Guess | None:
    """The category whose keywords the text holds most of, by length; None where it holds none."""
    if not text:
        return None
    best: tuple[int, int, Guess] | None = None
    for category in directory.matters(session):
        words = [word for word in category.keywords if word in text]
        weight = sum(len(word) ** 2 for word in words)
        if words and (best is None or (weight, -category.position) > best[:2]):
            best = weight, -category.position, Guess(category, words)
    return best[2] if best else None


def likely_duplicates(session: Session, ticket: Ticket, group: str | None) -> list[dict[str, Any]]:
    """`[{number, metres, hours}]` of tickets of the same group, near in place and time, nearest first."""
    rule = next(iter(directory.rules(session, "duplicates")), None)
    if rule is None or group is None:
        return []
    metres, span = rule.body["metres"], timedelta(hours=rule.body["hours"])
    here, found = (ticket.latitude, ticket.longitude), []
    south, west, north, east = bounding_box(*here, metres)
    around = {"south": south, "west": west, "north": north, "east": east, "itself": ticket.id}
    for other in session.execute(_NEARBY, {**around, "since": ticket.created_at - span, "until": ticket.created_at}):
        theirs = directory.group_of(session, other.category_id) or (other.routing or {}).get("group")
        away = distance_m(here, (other.latitude, other.longitude))
        if theirs == group and away <= metres:
            apart = (ticket.created_at - other.created_at).total_seconds() / 3600
            number = numbered(other.series, other.id)
            found.append({"number": number, "metres": round(away), "hours": round(apart, 1)})
    return sorted(found, key=lambda each: (each["metres"], each["number"]))[:MOST_DUPLICATES]


def same_pictures(session: Session, ticket: Ticket) -> list[str]:
    """Numbers of other tickets that carry one of this ticket's pictures: the same bytes, or looking the same."""
    if not ticket.photos:
        return []
    looks = {each.dhash for each in ticket.photos} - {FEATURELESS}
    same = Photo.sha256.in_([each.sha256 for each in ticket.photos]) | Photo.dhash.in_(looks)
    query = (
        select(Ticket)
        .join(Photo, Photo.ticket_id == Ticket.id)
        .where(same, Ticket.id != ticket.id)
        .order_by(Ticket.id)
        .limit(MOST_DUPLICATES)
        .distinct()
    )
    return [each.number for each in session.scalars(query)]


def route(session: Session, ticket: Ticket) -> None:
    """Route a fresh, locked report: its unit, the likely category and department, likely duplicates, then the rules.

    A report that a person has moved meanwhile keeps where they put it.
    """
    guess = None if ticket.category else guess_category(session, ticket.description)
    likely = ticket.category or (guess.category if guess else None)
    group = likely.group_code if likely else None
    moved = ticket.state != "submitted" or ticket.routed_at is not None
    unit = ticket.unit if moved else unit_at(session, ticket.latitude, ticket.longitude)
    found = {
        "unit": unit.code,
        "inside": unit.kind != "city",
        "category": likely.code if likely else None,
        "words": guess.words if guess else [],
        "group": group,
        "department": directory.unit_numbered(session, likely.department_id).code if likely else None,
        "duplicates": likely_duplicates(session, ticket, group),
        "same_picture": same_pictures(session, ticket),
    }
    # All at once: whatever is asked of the database in between would be written down before.
    ticket.unit, ticket.routing, ticket.routed_at = unit, found, now()
    write(session, ticket)
    if ticket.state == "submitted":
        apply_rules(session, ticket, "triage")


def apply_rules(session: Session, ticket: Ticket, do: str) -> Rule | None:
    """Let the first rule that fits triage or assign as the system. Returns the rule, or None where none fits."""
    if ticket.category is None or ticket.send_backs or ticket.reopens or ticket.appeals:
        return None
    inside = ticket.unit.kind != "city"
    rule = fitting_rule(session, do, ticket.category, has_photo=bool(ticket.photos), inside=inside, at=now())
    if rule is None:
        return None
    if do == "triage":
        given = {"category": ticket.category.code, "priority": rule.body.get("priority") or ticket.priority}
    else:
        given = {"department": rule.body.get("department") or ticket.category.department.code}
    fire(ticket, do, given, actor=SYSTEM, facts={"rule": {"zh": rule.title_zh, "en": rule.title_en}})
    return rule


def fitting_rule(
    session: Session, do: str, category: Category, *, has_photo: bool | None, inside: bool, at: datetime
) -> Rule | None:
    """The first routing rule of the kind `do` that fits; `has_photo` None asks what would be if there were one."""
    for rule in directory.rules(session, "routing"):
        when = rule.body["when"]
        matters = when.get("in") or ([when["category"]] if "category" in when else [])
        named = category.code in matters or ("group" in when and when["group"] == category.group_code)
        if (
            rule.body["do"] == do
            and named
            and when.get("has_photo") in (None, has_photo if has_photo is not None else when.get("has_photo"))
            and when.get("inside_area") in (None, inside)
            and when.get("hours") in (None, "office" if in_office_hours(session, at) else "closed")
        ):
            return rule
    return None


def in_office_hours(session: Session, moment: datetime) -> bool:
    """Whether the offices work at `moment`."""
    return calendar(session).working_minutes_between(moment, moment + timedelta(minutes=1)) > 0
