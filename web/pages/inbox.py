"""A person's inbox: what was told them, newest first."""

from __future__ import annotations

from datetime import datetime

from flask import Response, request, url_for
from sqlalchemy import select, tuple_, update

from models import Notification, Ticket
from models.clock import now
from web.action import action
from web.api.cursors import cursor, place
from web.bodies import page_form
from web.context import actor, locale, reading, writing
from web.pages.addresses import go
from web.pages.blueprint import pages
from web.pages.render import render
from workflow import notices, telling
from workflow.errors import Invalid
from workflow.numbers import LARGEST_ID

LISTING = "inbox"
ON_A_PAGE = 30


@pages.get("/inbox", endpoint="inbox")
@action("notification.list")
def index() -> Response:
    session, person = reading(), actor()
    unread = request.args.get("unread") == "true"
    query = (
        select(Notification, Ticket)
        .outerjoin(Ticket, Ticket.id == Notification.ticket_id)
        .where(telling.in_inbox(person))
    )
    if unread:
        query = query.where(Notification.read_at.is_(None))
    if "cursor" in request.args:
        at, last = place(LISTING, request.args["cursor"], str, int)
        query = query.where(tuple_(Notification.created_at, Notification.id) < tuple_(datetime.fromisoformat(at), last))
    newest = Notification.created_at.desc(), Notification.id.desc()
    found = session.execute(query.order_by(*newest).limit(ON_A_PAGE + 1)).all()
    shown = found[:ON_A_PAGE]
    sentences = telling.sentences(session, [row for row, _ in shown], locale())
    last_row = shown[-1][0] if len(found) > ON_A_PAGE else None
    return render(
        "inbox.html",
        rows=[
            (row, ticket, sentence, notices.kind_of(row.key))
            for (row, ticket), sentence in zip(shown, sentences, strict=True)
        ],
        unread=unread,
        more=cursor(LISTING, last_row.created_at.isoformat(), last_row.id) if last_row else None,
        first="cursor" in request.args,
        rider=not person.is_staff,
    )


@pages.post("/inbox/read")
@action("notification.read")
def read_all() -> Response:
    """What the reader's page showed counts as read, and not what came since."""
    newest = page_form().text("newest") or ""
    if not (newest.isascii() and newest.isdigit() and len(newest) < 19):
        raise Invalid.field("newest", "input.form")
    with writing() as (session, person):
        unread = Notification.user_id == person.id, Notification.read_at.is_(None), Notification.id <= int(newest)
        marked = update(Notification).where(*unread).values(read_at=now())
        session.execute(marked.execution_options(synchronize_session=False))
    return go(url_for("pages.inbox"))


@pages.post("/inbox/<int:notification>")
@action("notification.read")
def open_one(notification: int) -> Response:
    """Reads one and goes on to its ticket."""
    with writing() as (session, person):
        row = session.scalars(
            select(Notification).where(
                Notification.id == min(notification, LARGEST_ID), Notification.user_id == person.id
            )
        ).one_or_none()
        number = None
        if row is not None:
            row.read_at = row.read_at or now()
            ticket = session.get(Ticket, row.ticket_id) if row.ticket_id else None
            number = ticket.number if ticket is not None else None
    return go(url_for("pages.ticket", number=number) if number else url_for("pages.inbox"))
