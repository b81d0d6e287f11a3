"""A person's inbox."""

from __future__ import annotations

from datetime import datetime

from flask import Response
from sqlalchemy import func, select, tuple_, update

from models import Notification, Ticket
from models.clock import now
from web.action import action
from web.api.answers import listed, moment, nothing
from web.api.blueprint import api
from web.api.cursors import cursor, place
from web.api.operation import operation
from web.api.schemas.incoming import Page, ReadIn
from web.api.schemas.outgoing import Inbox
from web.context import actor, locale, reading, writing
from workflow import telling
from workflow.errors import Invalid

LISTING = "notifications"


@api.get("/notifications")
@action("notification.list")
@operation("notification_list", query=Page, answers={200: Inbox})
def list_notifications(query: Page) -> Response:
    session, mine = reading(), telling.in_inbox(actor())
    rows = select(Notification, Ticket).outerjoin(Ticket, Ticket.id == Notification.ticket_id).where(mine)
    if query.cursor is not None:
        at, last = place(LISTING, query.cursor, str, int)
        rows = rows.where(tuple_(Notification.created_at, Notification.id) < tuple_(datetime.fromisoformat(at), last))
    newest = Notification.created_at.desc(), Notification.id.desc()
    found = session.execute(rows.order_by(*newest).limit(query.limit + 1)).all()
    unread = session.scalar(select(func.count()).where(mine, Notification.read_at.is_(None)))
    shown = found[: query.limit]
    sentences = telling.sentences(session, [row for row, _ in shown], locale())
    items = [
        {
            "id": row.id,
            "at": moment(row.created_at),
            "sentence": sentence,
            "ticket": ticket.number if ticket is not None else None,
            "read": row.read_at is not None,
        }
        for (row, ticket), sentence in zip(shown, sentences, strict=True)
    ]
    more = len(found) > query.limit
    last_row = shown[-1][0] if more else None
    following = cursor(LISTING, last_row.created_at.isoformat(), last_row.id) if last_row is not None else None
    return listed(items, following, unread=unread)


@api.post("/notifications/read")
@action("notification.read")
@operation("notification_read", json=ReadIn, answers={204: None})
def read_notifications(body: ReadIn) -> Response:
    with writing() as (session, person):
        mine = telling.in_inbox(person)
        if body.ids is not None:
            wanted = set(body.ids)
            known = set(session.scalars(select(Notification.id).where(mine, Notification.id.in_(wanted))))
            if wanted - known:
                raise Invalid.field("ids", "input.unknown_id", id=min(wanted - known))
            mine = Notification.id.in_(known)
        session.execute(
            update(Notification)
            .where(mine, Notification.read_at.is_(None))
            .values(read_at=now())
            .execution_options(synchronize_session=False)
        )
    return nothing()
