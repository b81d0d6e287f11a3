"""A rider's own reports, newest first, by how they stand; and what they joined."""

from __future__ import annotations

from flask import Response, request, url_for
from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import Session

from models import Join, Ticket, User
from web.action import action
from web.api.cursors import cursor, place
from web.api.serializers import Page
from web.context import actor, locale, reading
from web.pages.blueprint import pages
from web.pages.render import render
from web.pages.rider import rows
from workflow import access
from workflow.errors import Invalid

LISTING = "mine"
ON_A_PAGE = 20
JOINED = "joined"
SHOWN: dict[str, ColumnElement[bool]] = {
    "all": true(),
    "open": Ticket.settled_at.is_(None),
    "me": Ticket.state == "resolved",
    "ended": and_(Ticket.settled_at.is_not(None), Ticket.state != "resolved"),
}
"""The lists of one's own reports; each report is in `all` and in one other."""


@pages.get("/my", endpoint="my_reports")
@action("report.mine")
def show() -> Response:
    session, person, shown = reading(), actor(), request.args.get("show", "all")
    if shown not in (*SHOWN, JOINED):
        raise Invalid.field("show", "input.unknown_value", value=shown[:32])
    before = place(LISTING, request.args["cursor"], str, int) if "cursor" in request.args else None
    if before is not None and before[0] != shown:
        raise Invalid.field("cursor", "input.cursor")
    after = before[1] if before is not None else None
    found, last = (_joined if shown == JOINED else _own)(session, person, shown, after)
    more = cursor(LISTING, shown, last) if last is not None else None
    return render(
        "rider/mine.html",
        rows=found,
        shown=shown,
        counts=_counts(session, person),
        more=url_for("pages.my_reports", show=shown, cursor=more) if more else None,
        first=url_for("pages.my_reports", show=shown) if after is not None else None,
    )


def _own(session: Session, person: User, shown: str, after: int | None) -> tuple[list[rows.Row], int | None]:
    """A page of one's own reports, and the id that the next one begins after."""
    query = access.visible_tickets(session, person).where(Ticket.reporter_id == person.id, SHOWN[shown])
    if after is not None:
        query = query.where(Ticket.id < after)
    found = session.scalars(query.order_by(Ticket.id.desc()).limit(ON_A_PAGE + 1).options(*rows.LISTED)).all()
    tickets = found[:ON_A_PAGE]
    last = tickets[-1].id if len(found) > ON_A_PAGE else None
    return rows.own(Page(session, person, locale(), tickets), tickets), last


def _joined(session: Session, person: User, _shown: str, after: int | None) -> tuple[list[rows.Row], int | None]:
    """The same of what was joined."""
    query = select(Join).where(*_joins(person))
    if after is not None:
        query = query.where(Join.id < after)
    found = session.scalars(query.order_by(Join.id.desc()).limit(ON_A_PAGE + 1).options(*rows.PUBLIC)).all()
    joins = found[:ON_A_PAGE]
    last = joins[-1].id if len(found) > ON_A_PAGE else None
    return rows.joined(Page(session, person, locale(), [each.ticket for each in joins]), joins), last


def _joins(person: User) -> tuple[ColumnElement[bool], ...]:
    """What they joined themselves, rather than what their own report was merged into."""
    return Join.user_id == person.id, Join.from_ticket_id.is_(None)


def _counts(session: Session, person: User) -> dict[str, int]:
    """How many reports each list holds, in one query."""
    joins = select(func.count(Join.id)).where(*_joins(person)).scalar_subquery()
    sums = [func.count().filter(holds) for holds in SHOWN.values()]
    mine = select(*sums, joins).select_from(Ticket).where(Ticket.reporter_id == person.id)
    return dict(zip((*SHOWN, JOINED), session.execute(mine).one(), strict=True))
