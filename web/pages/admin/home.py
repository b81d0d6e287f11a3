"""The administrator's first page: what wants to be seen to, the parts of the house, and the latest acts."""

from __future__ import annotations

from flask import Response
from sqlalchemy import func, select

from models import Invitation, Outbox, Override, User
from models.clock import now
from web.action import action
from web.context import actor, locale, reading
from web.pages.admin.frame import show
from web.pages.admin.labels import Labels
from web.pages.blueprint import pages
from workflow.administration import acts
from workflow.administration.acts import ActFilter
from workflow.city.lacks import lacks

LATEST = 8


@pages.get("/admin", endpoint="administration")
@action("user.manage")
def index() -> Response:
    session, tongue = reading(), locale()
    counted = session.execute(
        select(
            select(func.count(User.id)).where(User.disabled_at.is_(None)).scalar_subquery().label("people"),
            select(func.count(Outbox.id)).where(Outbox.dead_at.is_not(None)).scalar_subquery().label("dead"),
            select(func.count(Invitation.id))
            .where(Invitation.ended_at.is_(None), Invitation.expires_at <= now())
            .scalar_subquery()
            .label("expired"),
            select(func.count(func.distinct(Override.thing + "/" + Override.code))).scalar_subquery().label("by_hand"),
        )
    ).one()
    latest = acts.index(session, actor(), ActFilter())
    return show(
        "admin/home.html",
        "pages.administration",
        counted=counted,
        lacking=lacks(session),
        latest=latest,
        rows=latest.rows[:LATEST],
        labels=Labels(session, tongue),
    )
