"""The desk's list of tickets: its views, its filters, its rows or its map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from flask import Response, request, url_for
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from models import Ticket, User
from web.action import action
from web.api.filters import next_cursor, ordered
from web.api.serializers import Page
from web.api.serializers.row import LISTED, row
from web.context import actor, locale, reading
from web.pages.addresses import go
from web.pages.blueprint import pages
from web.pages.desk import views
from web.pages.desk.asked import NARROWING, ON_A_PAGE, Asked, parted, read
from web.pages.desk.choices import chips, choices, tones
from web.pages.desk.headings import headed
from web.pages.render import render
from web.ticket_query import TicketsPageQuery
from workflow import access
from workflow.city_settings import city
from workflow.errors import Invalid
from workflow.localtime import zone
from workflow.numbers import parse_number
from workflow.say import catalogue
from workflow.ticket_filters import MOST, at_work, conditions

NOTHING = Asked(TicketsPageQuery(limit=ON_A_PAGE))


@pages.get("/desk/tickets", endpoint="desk_tickets")
@action("desk.read")
def show() -> Response:
    session, person = reading(), actor()
    if not request.args:
        return go(views.begin(person))
    try:
        asked = read(request.args)
        narrowing, rest = parted(asked.wanted)
        within = conditions(session, person, narrowing)
        own = conditions(session, person, rest)
    except Invalid as problem:
        return _again(session, person, problem)
    shown, total = views.shown(session, person, asked, within)
    found = [] if asked.map else _page(session, person, asked.query, [*within, *own])
    rows = found[: asked.query.limit]
    more = next_cursor(rows[-1], asked.query) if len(found) > asked.query.limit else None
    page = Page(session, person, locale(), rows)
    said = str(total) if total <= MOST or at_work(session, rest) else f"{MOST:,}+"
    told = [row(each, page) for each in rows]
    return _render(session, person, asked, views=shown, total=total, total_said=said, rows=told, more=more)


def _page(
    session: Session, person: User, query: TicketsPageQuery, asked: Sequence[ColumnElement[bool]]
) -> Sequence[Ticket]:
    return session.scalars(ordered(access.visible_tickets(session, person).where(*asked), query).options(*LISTED)).all()


def _again(session: Session, person: User, problem: Invalid) -> Response:
    """The filters as they were typed, and which of them is wrong; no tickets."""
    shown, _ = views.shown(session, person, NOTHING, [])
    response = _render(session, person, NOTHING, views=shown, total=None, rows=[], more=None, problem=problem)
    response.status_code = problem.status
    return response


def _render(session: Session, person: User, asked: Asked, *, problem: Invalid | None = None, **values: Any) -> Response:
    tongue = locale()
    here = views.current(person, asked.wanted) if problem is None else None
    offered = choices(session, person, asked, tongue)
    hidden = views.explained(person, here)
    back = asked.as_text
    return render(
        "desk/list.html",
        asked=asked,
        typed=request.args,
        chosen=here,
        heading=headed(session, person, asked, tongue, offered),
        offered=offered,
        chips=chips(asked, offered, hidden, tongue, zone(session)),
        kept=_kept(asked) if problem is None else {},
        errors=problem.field_errors(tongue) if problem else [],
        onward={"from": back} if back else {},
        centre=city(session).settings["centre"],
        marks=url_for("pages.desk_marks") + "?" + asked.text_of(asked.wanted, show=None),
        tones=tones(session, tongue) if asked.map else {},
        enters=access.can(person, "desk.enter"),
        did=_did(request.args.get("did"), request.args.get("ticket")),
        **values,
    )


def _kept(asked: Asked) -> dict[str, str]:
    """What the filters' form does not show and yet must send again: the rest of the view, order and shape."""
    return {name: value for name, value in parse_qsl(asked.as_text) if name not in ("state", *NARROWING)}


def _did(name: str | None, number: str | None) -> tuple[str, str] | None:
    """What was just done to a ticket that has left the reader's hands."""
    known = name is not None and f"desk.did.{name}" in catalogue("zh")
    return (str(name), str(number)) if known and number and parse_number(number) else None
