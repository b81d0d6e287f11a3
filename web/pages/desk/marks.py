"""Tickets as marks on a map: those of a list, and those around one ticket."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, request, url_for

from models import Ticket
from web.action import action
from web.api.serializers import Page
from web.api.serializers.row import MARKED, mark
from web.context import actor, locale, reading
from web.pages.blueprint import pages
from web.pages.desk.asked import read
from web.pages.desk.nearby import around
from workflow import access
from workflow.ticket_filters import conditions

MOST = 500
ANY = "ANY-0"
"""Stands for a number in the one address that is made for all marks: five hundred of them take as long as the rest."""


@pages.get("/desk/tickets/marks.json", endpoint="desk_marks")
@action("desk.read")
def of_list() -> Response:
    """What the list's map draws: the newest of the same filter. Raises Invalid."""
    session, person = reading(), actor()
    asked = read(request.args)
    query = access.visible_tickets(session, person).where(*conditions(session, person, asked.wanted))
    newest = query.order_by(Ticket.created_at.desc(), Ticket.id.desc()).limit(MOST).options(*MARKED)
    found = session.scalars(newest).all()
    page = Page(session, person, locale(), found)
    return _answer([mark(each, page) for each in found], asked.as_text)


@pages.get("/desk/tickets/<number>/nearby.json", endpoint="desk_nearby")
@action("desk.read")
def of_ticket(number: str) -> Response:
    """What lies around a ticket, as far as the reader may see it."""
    session, person = reading(), actor()
    ticket = access.get_ticket(session, person, number)
    found = [each.ticket for each in around(session, person, ticket)]
    page = Page(session, person, locale(), found)
    return _answer([mark(each, page) for each in found])


def _answer(told: list[dict[str, Any]], back: str = "") -> Response:
    """Marks as maps draw them, each leading to its ticket; `back` is the list that they were found in."""
    onward: dict[str, Any] = {"from": back} if back else {}
    address = url_for("pages.ticket", number=ANY, **onward)
    items = [
        {
            "latitude": each["latitude"],
            "longitude": each["longitude"],
            "tone": each["tone"],
            "over": each["over"],
            "title": " · ".join(filter(None, (each["number"], _matter(each), each["state_title"]))),
            "href": address.replace(ANY, each["number"], 1),
        }
        for each in told
    ]
    return Response(json.dumps({"items": items}, ensure_ascii=False), content_type="application/json")


def _matter(told: dict[str, Any]) -> str:
    return told["category"]["name"] if told["category"] else ""
