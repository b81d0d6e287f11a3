"""What an office's forms have filled in already, and what stands beside their fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from models import Ticket, Unit
from web.api.serializers import Page
from workflow import directory
from workflow.say import say
from workflow.timeline import Line


@dataclass(frozen=True)
class Guesses:
    """`values` by field, `hints` and `blanks` (what the empty choice says) by `transition.field`."""

    values: dict[str, str] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    blanks: dict[str, str] = field(default_factory=dict)


def guesses(page: Page, ticket: Ticket, found: dict[str, Any] | None, lines: list[Line]) -> Guesses:
    """What is known of the ticket's fields. `found` is what the router found out, for those who may know it."""
    tongue = page.locale
    urgency = say(f"desk.priority.{ticket.priority}", tongue)
    category, why_category = _category(page, ticket, found)
    department, why_department = _department(page, ticket, lines)
    asked = {each.kind: each.day.isoformat() for each in ticket.requests if each.decision is None}
    values = {
        "category": category,
        "department": department,
        "until": asked.get("extension", ""),
        "review_on": asked.get("suspension", ""),
    }
    hints = {
        "triage.category": why_category,
        "assign.department": why_department,
        "grant_extension.until": say("desk.hint.asked_day", tongue),
        "suspend.review_on": say("desk.hint.asked_day", tongue),
        "request_extension.until": page.due_why(ticket) or "",
        "resolve.photos": say("desk.hint.after", tongue),
    }
    blanks = {
        "triage.unit": say("desk.stays.unit", tongue, unit=ticket.unit.name(tongue)),
        "triage.priority": say("desk.stays.priority", tongue, priority=urgency),
        "send_back.department": say("desk.unknown", tongue),
    }
    return Guesses({name: value for name, value in values.items() if value}, hints, blanks)


def _category(page: Page, ticket: Ticket, found: dict[str, Any] | None) -> tuple[str, str]:
    """The rider's own choice, or what their words speak for."""
    if ticket.category is not None:
        return ticket.category.code, say("desk.hint.chosen", page.locale)
    if not found or not found["category"]:
        return "", say("desk.hint.no_guess", page.locale)
    words = ("、" if page.locale == "zh" else ", ").join(found["words"])
    return found["category"], say("desk.hint.guessed", page.locale, words=words)


def _department(page: Page, ticket: Ticket, lines: list[Line]) -> tuple[str, str]:
    """Whose it is as the last to send it back said, or whose such matters usually are."""
    if ticket.state != "triaged" or ticket.category is None:
        return "", ""
    units, tongue = directory.units(page.session), page.locale
    back = next((each for each in reversed(lines) if each.event.action == "send_back"), None)
    said = units.get(back.details.get("department", "")) if back is not None else None
    if back is not None and said is not None:
        by = back.event.actor_unit.name(tongue) if back.event.actor_unit is not None else ""
        return said.code, say("desk.hint.sent_back", tongue, department=said.name(tongue), by=by)
    usual: Unit | None = next((each for each in units.values() if each.id == ticket.category.department_id), None)
    if usual is None or (back is not None and back.event.actor_unit_id == usual.id):
        return "", ""
    matter, whose = ticket.category.name(tongue), usual.name(tongue)
    return usual.code, say("desk.hint.department", tongue, category=matter, department=whose)
