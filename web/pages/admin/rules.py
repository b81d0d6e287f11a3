"""The rules that route and reward, to read; and why a ticket went where it went, or one would go."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from models import Ticket
from web.action import action
from web.context import actor, locale, reading
from web.pages.admin.frame import example_number, show, unknown_ticket
from web.pages.blueprint import pages
from workflow import directory
from workflow.administration import routing
from workflow.city_settings import city
from workflow.errors import Invalid, NotFound, Problem
from workflow.routing_explained import explain

ASKED = ("number", "latitude", "longitude", "category", "text")
PLACE = ("latitude", "longitude")


@pages.get("/admin/rules", endpoint="rules")
@action("city.manage")
def index() -> Response:
    session, tongue = reading(), locale()
    asked = {name: request.args.get(name, "").strip() for name in ASKED}
    centre = city(session).settings["centre"]
    place = {name: asked[name] for name in PLACE} if any(asked[name] for name in PLACE) else centre
    ticket: Ticket | None = None
    said: list[str] = []
    problem: Problem | None = None
    try:
        if "number" in request.args:
            ticket, said = routing.why(session, actor(), asked["number"], tongue)
        elif place is not centre:
            latitude, longitude = (degrees(name, asked[name]) for name in PLACE)
            said = explain(session, latitude, longitude, asked["category"] or None, asked["text"] or None, tongue)
    except NotFound:
        problem = unknown_ticket(asked["number"])
    except Problem as error:
        problem = error
    return show(
        "admin/rules.html",
        "pages.rules",
        problem,
        rules=routing.rules(session, actor(), tongue),
        asked=asked,
        place=place,
        shown=place if said and not ticket else centre,
        ticket=ticket,
        said=said,
        example=example_number(session),
        categories=category_options(session, tongue),
    )


def category_options(session: Session, tongue: str) -> list[dict[str, Any]]:
    """The matters in use to choose from, by group."""
    rows = [row for row in directory.categories(session).values() if row.active]
    groups = sorted({row.group for row in rows}, key=lambda group: group.position)
    return [
        {
            "group": group.name(tongue),
            "options": [{"value": row.code, "title": row.name(tongue)} for row in rows if row.group is group],
        }
        for group in groups
    ]


def degrees(name: str, text: str) -> float:
    """A coordinate as typed. Raises Invalid."""
    if not text:
        raise Invalid.field(name, "input.missing")
    try:
        return float(text)
    except ValueError:
        raise Invalid.field(name, "input.number") from None
