"""A ticket's page: the reporter's own report, or the office's ticket. Nobody else has one."""

from __future__ import annotations

from flask import Response, request
from sqlalchemy.orm import Session

from models import Ticket, User
from web.action import action
from web.api.serializers.page import WHOLE
from web.context import actor, reading
from web.pages.blueprint import pages
from web.pages.desk.ticket import desk_ticket
from web.pages.rider.report import riders_report
from web.pages.ticket.actions import Sent
from workflow import access


@pages.get("/tickets/<number>", endpoint="ticket")
@action("ticket.read")
def show(number: str) -> Response:
    session, person = reading(), actor()
    ticket = access.get_ticket(session, person, number, *WHOLE)
    return ticket_page(session, person, ticket, did=request.args.get("did"))


def ticket_page(
    session: Session, person: User, ticket: Ticket, sent: Sent | None = None, did: str | None = None
) -> Response:
    """The page for this reader. `sent`: a form that was not taken; `did`: the transition that was just fired."""
    page = riders_report if access.audience(person, ticket) == "reporter" else desk_ticket
    return page(session, person, ticket, sent, did)
