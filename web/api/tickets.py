"""Tickets: lists, one of them, what happened to it, and what is done to it."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from models import Ticket, User
from web.action import action
from web.api.answers import answer, listed, moment, seen_already, unchanged, versions_expected
from web.api.blueprint import api
from web.api.cursors import cursor, place
from web.api.filters import filters, next_cursor, ordered
from web.api.operation import Free, operation
from web.api.schemas.incoming import EventsQuery, TicketsQuery
from web.api.schemas.outgoing import EventOut, Listed, TicketGone, TicketOut, TicketShown
from web.api.serializers import LOADED, Page, tell
from web.api.serializers.suggestions import suggestions
from web.context import actor, locale, reading, writing
from workflow import access, timeline
from workflow.engine import Permitted, fire, permitted


@api.get("/tickets")
@action("ticket.list")
@operation("ticket_list", query=TicketsQuery, answers={200: Listed[TicketOut]})
def list_tickets(query: TicketsQuery) -> Response:
    session, person = reading(), actor()
    wanted = access.visible_tickets(session, person).where(*filters(session, person, query))
    found = session.scalars(ordered(wanted, query).options(*LOADED)).all()
    rows = found[: query.limit]
    page = Page(session, person, locale(), rows)
    following = next_cursor(rows[-1], query) if len(found) > query.limit else None
    return listed([tell(row, page) for row in rows], following)


@api.get("/tickets/<number>")
@action("ticket.read")
@operation(
    "ticket_show",
    headers=("If-None-Match",),
    answers={200: TicketShown, 304: None},
    answer_headers=("ETag",),
    problems=(404,),
)
def show_ticket(number: str) -> Response:
    session, person = reading(), actor()
    ticket = access.get_ticket(session, person, number)
    if seen_already(ticket.version):
        return unchanged(ticket.version)
    tongue = locale()
    shown = tell(ticket, Page(session, person, tongue, [ticket]))
    shown["permitted"] = [_permitted(each, tongue) for each in permitted(ticket, person)]
    shown["suggestions"] = suggestions(session, person, ticket)
    return answer(shown, etag=ticket.version)


@api.post("/tickets/<number>/transitions/<name>")
@action("ticket.move")
@operation(
    "ticket_move",
    json=Free,
    body_optional=True,
    headers=("If-Match",),
    answers={200: TicketOut | TicketGone},
    answer_headers=("ETag",),
    problems=(403, 404, 409, 412),
)
def move_ticket(number: str, name: str, body: dict[str, Any]) -> Response:
    with writing() as (session, person):
        ticket = access.get_ticket(session, person, number)
        fire(ticket, name, body, actor=person, if_version=versions_expected())
        shown = _after(session, person, ticket)
    return answer(shown, etag=ticket.version)


@api.get("/tickets/<number>/events")
@action("ticket.read")
@operation("event_list", query=EventsQuery, answers={200: Listed[EventOut]}, problems=(404,))
def list_events(number: str, query: EventsQuery) -> Response:
    session, person = reading(), actor()
    ticket = access.get_ticket(session, person, number)
    lines = timeline.lines(session, ticket, person, locale())
    if query.cursor is not None:
        (last,) = place("events", query.cursor, int)
        lines = [line for line in lines if line.event.seq > last]
    more = len(lines) > query.limit
    lines = lines[: query.limit]
    return listed([_event(line) for line in lines], cursor("events", lines[-1].event.seq) if more else None)


def shown_to(session: Session, person: User, ticket: Ticket) -> dict[str, Any]:
    """The ticket as it is now, in the caller's transaction."""
    return tell(ticket, Page(session, person, locale(), [ticket]))


def _after(session: Session, person: User, ticket: Ticket) -> dict[str, Any]:
    """What the caller sees of a ticket after what they did, which may be that it left their hands."""
    if access.sees(person, ticket):
        return shown_to(session, person, ticket)
    return {"number": ticket.number, "state": ticket.state}


def _permitted(each: Permitted, tongue: str) -> dict[str, Any]:
    needs = []
    for need in each.needs:
        shown = {
            "field": need.field,
            "type": need.type,
            "required": need.required,
            "title": getattr(need.title, tongue),
        }
        if need.options is not None:
            shown["options"] = [{"value": value, "title": getattr(title, tongue)} for value, title in need.options]
        needs.append(shown)
    return {"name": each.name, "title": getattr(each.title, tongue), "needs": needs}


def _event(line: timeline.Line) -> dict[str, Any]:
    event = line.event
    return {
        "at": moment(event.at),
        "actor": {"role": line.role, "name": line.name},
        "action": event.action,
        "from": None if event.from_state == "new" else event.from_state,
        "to": event.to_state,
        "sentence": line.sentence,
        "details": line.details,
    }
