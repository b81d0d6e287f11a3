"""Firing a transition from a page's form."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from web.action import action
from web.api.serializers.page import WHOLE
from web.bodies import page_form
from web.context import actor, reading, stop_reading, writing
from web.pages.addresses import go, own_address
from web.pages.blueprint import pages
from web.pages.desk import views
from web.pages.desk.asked import read_back
from web.pages.ticket.actions import KEPT, Sent, given
from web.pages.ticket.show import ticket_page
from web.pages.ticket.uploads import SomeRefused, keep_pictures, kept_pictures
from workflow import access
from workflow.engine import fire
from workflow.errors import Invalid, NotFound, Problem

FROM = "from"
NOT_TYPED = ("csrf", "version", "next", FROM, "photos", KEPT)


@pages.post("/tickets/<number>/transitions/<name>", endpoint="move")
@action("ticket.move")
def move(number: str, name: str) -> Response:
    form = page_form()
    access.get_ticket(reading(), actor(), number)
    ids = form.many(KEPT)
    try:
        ids = keep_pictures(form)
        with writing() as (session, person):
            ticket = access.get_ticket(session, person, number)
            fields = given(form, ticket, person, name) | ({"photos": ids} if ids else {})
            fire(ticket, name, fields, actor=person, if_version=_version(form.text("version")))
            here = access.sees(person, ticket)
    except NotFound:
        raise
    except SomeRefused as problem:
        return _again(number, name, problem.ids, problem)
    except Problem as problem:
        return _again(number, name, ids, problem)
    return go(_where(number, name, here=here))


def _where(number: str, name: str, *, here: bool) -> str:
    """The ticket, which says what was done; the list that it came from, where it is out of the person's hands."""
    form, person = page_form(), actor()
    back = form.text(FROM)
    onward: dict[str, Any] = {FROM: back}
    if here:
        named = own_address(form.text("next"))
        return f"{named}?did={name}" if named else url_for("pages.ticket", number=number, did=name, **onward)
    if not access.can(person, "desk.read"):
        return url_for("pages.home")
    asked = read_back(back) or views.first(person)
    return asked.address(asked.wanted, did=name, ticket=number)


def _again(number: str, name: str, ids: list[str], problem: Problem) -> Response:
    """The page once more, with what was typed and what is wrong with it or what happened meanwhile."""
    stop_reading()
    session, person = reading(), actor()
    ticket = access.get_ticket(session, person, number, *WHOLE)
    sent = Sent(name, page_form().typed(*NOT_TYPED), problem, kept_pictures(person, ids))
    response = ticket_page(session, person, ticket, sent)
    response.status_code = problem.status
    return response


def _version(text: str | None) -> list[int] | None:
    """The version of the ticket that the form was made for: whoever acts on an older one is told what happened."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid.field("version", "input.form")
    return [int(text)]
