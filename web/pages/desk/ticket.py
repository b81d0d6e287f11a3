"""A ticket as an office sees it: what, where, whose, by when and why, what repeats it, and what is to be done now."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from sqlalchemy.orm import Session

from models import Ticket, User
from web.api.serializers import Page, tell
from web.api.serializers.suggestions import suggestions
from web.context import locale
from web.pages.desk import views
from web.pages.desk.asked import read_back
from web.pages.desk.doing import Doing, doing
from web.pages.desk.facts import facts, open_requests
from web.pages.desk.following import following
from web.pages.desk.guesses import guesses
from web.pages.desk.headings import headed
from web.pages.desk.nearby import around, neighbours
from web.pages.render import render
from web.pages.rider.shown import marked, shown, steps
from web.pages.ticket.actions import Sent
from web.pages.ticket.meanwhile import meanwhile
from workflow import deadlines, timeline
from workflow.errors import Stale
from workflow.say import catalogue, say


def desk_ticket(session: Session, person: User, ticket: Ticket, sent: Sent | None, did: str | None) -> Response:
    """The office's page of a ticket."""
    tongue = locale()
    page = Page(session, person, tongue, [ticket])
    asked = read_back(request.values.get("from")) or views.first(person, ticket.state)
    lines = timeline.lines(session, ticket, person, tongue)
    told = tell(ticket, page)
    photos = marked(lines, told["photos"])
    history = steps(lines, photos)
    found = suggestions(session, person, ticket)
    forms = doing(page, ticket, sent, guesses(page, ticket, found, lines))
    return render(
        "desk/ticket.html",
        ticket=told,
        facts=facts(page, ticket),
        state=page.state(ticket),
        mark=deadlines.mark(ticket, page.moment),
        table=deadlines.table(session, ticket, tongue),
        photos=shown(photos, history),
        history=history,
        doing=forms,
        requests=open_requests(ticket, lines, tongue),
        near=neighbours(page, around(session, person, ticket, _named(found)), found),
        back=asked.as_text,
        list_title=headed(session, person, asked, tongue),
        list_address=asked.address(asked.wanted),
        onward=following(page, asked, ticket, moved=did is not None),
        marks=url_for("pages.desk_nearby", number=ticket.number),
        came_second=_came_second(sent, forms, tongue),
        meanwhile=meanwhile(sent, lines),
        did=did if f"desk.did.{did}" in catalogue("zh") else None,
    )


def _came_second(sent: Sent | None, forms: Doing, tongue: str) -> str | None:
    """That another's act came first; what is wrong with a form that still stands is said there."""
    if sent is not None and isinstance(sent.problem, Stale):
        return say("desk.stale", tongue)
    return sent.problem.sentence(tongue) if sent is not None and forms.gone else None


def _named(found: dict[str, Any] | None) -> list[str]:
    """The numbers of the tickets that the router holds for the same matter."""
    return [*(each["number"] for each in found["duplicates"]), *found["same_picture"]] if found else []
