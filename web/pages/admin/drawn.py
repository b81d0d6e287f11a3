"""The life of a report as it runs now: drawn, and as the table of who may do what."""

from __future__ import annotations

from flask import Response, request
from sqlalchemy import func, select

from models import Definition, Ticket
from web.action import action
from web.context import actor, locale, reading
from web.pages.admin.frame import show, whole
from web.pages.blueprint import pages
from workflow.access import require
from workflow.administration.drawn import draw
from workflow.drawing import rows
from workflow.engine.machines import machinery
from workflow.errors import NotFound
from workflow.report import REPORT


@pages.get("/admin/workflow", endpoint="drawn")
@action("city.manage")
def index() -> Response:
    session, tongue = reading(), locale()
    require(actor(), "city.manage")
    query = select(Definition).where(Definition.kind == REPORT.kind).order_by(Definition.version.desc())
    versions = list(session.scalars(query))
    asked = whole(request.args.get("version"))
    version = next((each for each in versions if each.version == asked), None) if asked else versions[0]
    if version is None:
        raise NotFound
    lifecycle = machinery(session, REPORT.kind, version.id).lifecycle
    counted = select(Ticket.state, func.count()).where(Ticket.definition_id == version.id).group_by(Ticket.state)
    return show(
        "admin/drawn.html",
        "pages.drawn",
        drawing=draw(lifecycle, tongue),
        table=rows(lifecycle, tongue),
        version=version,
        versions=versions,
        counts={row[0]: row[1] for row in session.execute(counted)},
        title=getattr(lifecycle.title, tongue),
    )

