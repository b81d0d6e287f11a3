"""A report that a clerk enters for a rider who telephoned."""

from __future__ import annotations

import json

from flask import Response, url_for

from web.action import action
from web.api.schemas.incoming import ReportIn
from web.bodies import PageForm, page_form
from web.context import actor, locale, reading
from web.pages.addresses import go
from web.pages.blueprint import pages
from web.pages.desk import views
from web.pages.desk.choices import grouped
from web.pages.render import render
from web.pages.sending import SHOWN_AT, Draft, placed, send
from workflow import access
from workflow.area_places import somewhere_in, streets
from workflow.city_settings import city
from workflow.errors import NotFound
from workflow.routing import unit_at

TYPED = ("category", "description", "address", "anonymous")
SHOWN = SHOWN_AT | {"on_behalf_of": "phone", "on_behalf_of.phone": "phone", "on_behalf_of.name": "name"}


@pages.get("/desk/entry", endpoint="desk_entry")
@action("desk.enter")
def new() -> Response:
    return _page(Draft())


@pages.post("/desk/entry", endpoint="desk_enter")
@action("desk.enter")
def create() -> Response:
    sent = send(page_form(), _read)
    return _page(sent) if isinstance(sent, Draft) else go(_where(sent))


def _read(form: PageForm) -> ReportIn:
    """What the form asks for. Raises Invalid."""
    whose = {name: form.text(name) or "" for name in ("phone", "name")}
    fields = {name: form.text(name) for name in TYPED} | placed(form)
    return ReportIn.read(fields | {"on_behalf_of": json.dumps(whose)}, as_text=True)


def _where(number: str) -> str:
    """The ticket; or the list, which says so, where it lies in another street and is out of the clerk's hands."""
    session, person = reading(), actor()
    try:
        ticket = access.get_ticket(session, person, number)
    except NotFound:
        ticket = None
    if ticket is not None and access.reaches(person, unit_at(session, ticket.latitude, ticket.longitude)):
        return url_for("pages.ticket", number=number, did="open")
    return views.begin(person, did="open", ticket=number)


def _page(draft: Draft) -> Response:
    session, tongue = reading(), locale()
    mine = next((each.unit.code for each in actor().memberships if each.role == "clerk"), "")
    return render(
        "desk/entry.html",
        draft.status,
        draft=draft,
        typed=draft.values,
        errors=draft.errors(tongue, SHOWN),
        sentence=draft.problem.sentence(tongue) if draft.problem else None,
        categories=grouped(session, tongue),
        streets=streets(session, tongue),
        mine=mine,
        centre=somewhere_in(session, mine) or city(session).settings["centre"],
    )
