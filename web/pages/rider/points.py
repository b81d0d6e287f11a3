"""A rider's points: what there is, what is to come, and each entry with its reason."""

from __future__ import annotations

from flask import Response, request, url_for

from web.action import action
from web.api.cursors import cursor, place
from web.api.serializers import Page
from web.context import actor, locale, reading
from web.pages.blueprint import pages
from web.pages.render import render
from web.pages.rider.rows import matter
from workflow import points
from workflow.say import say

LISTING = "points"
ON_A_PAGE = 20
MOST_AWAITED = 50


@pages.get("/points", endpoint="my_points")
@action("points.read")
def show() -> Response:
    session, person, tongue = reading(), actor(), locale()
    before = place(LISTING, request.args["cursor"], int)[0] if "cursor" in request.args else None
    summary = points.summary(session, person, most=0 if before is not None else ON_A_PAGE + 1)
    found = summary.items if before is None else points.entries(session, person, most=ON_A_PAGE + 1, before=before)
    shown = found[:ON_A_PAGE]
    more = cursor(LISTING, shown[-1].id) if len(found) > ON_A_PAGE else None
    awaited = points.awaited(session, person, most=MOST_AWAITED) if summary.pending and before is None else []
    page = Page(session, person, tongue, [each.ticket for each in awaited])
    return render(
        "rider/points.html",
        summary=summary,
        awaited=[(each, page.state(each.ticket), matter(each.ticket.category, tongue)) for each in awaited],
        entries=[
            (each, _why(each, tongue), matter(each.ticket.category, tongue) if each.ticket is not None else "")
            for each in shown
        ],
        more=url_for("pages.my_points", cursor=more) if more else None,
        first=url_for("pages.my_points") if before is not None else None,
    )


def _why(entry: points.Entry, tongue: str) -> str:
    """The rule that paid them, or why they were taken back."""
    if entry.kind == "reversal":
        return say("rider.points.reversal", tongue, reason=entry.reason or "—")
    return entry.rule.title(tongue) if entry.rule is not None else ""
