"""What administrators did, newest first."""

from __future__ import annotations

from flask import Response, request

from web.action import action
from web.context import actor, locale, reading
from web.pages.admin.frame import show, whole
from web.pages.admin.labels import Labels
from web.pages.blueprint import pages
from workflow.administration import acts
from workflow.administration.acts import ACTS, ActFilter
from workflow.say import say

COMMAND_LINE = "command-line"


@pages.get("/admin/acts", endpoint="acts")
@action("act.list")
def index() -> Response:
    session, tongue = reading(), locale()
    chosen = request.args.get("action")
    before = whole(request.args.get("before"))
    people = acts.actors(session, actor())
    who = request.args.get("who")
    wanted = ActFilter(
        action=chosen if chosen in ACTS else None,
        actor_id=next((each.id for each in people if str(each.id) == who), None),
        command_line=who == COMMAND_LINE,
    )
    by_whom = COMMAND_LINE if wanted.command_line else str(wanted.actor_id or "") or None
    return show(
        "admin/acts.html",
        "pages.acts",
        found=acts.index(session, actor(), wanted, before if isinstance(before, int) else None),
        labels=Labels(session, tongue),
        chosen=wanted.action,
        who=by_whom,
        people=[
            *({"value": str(each.id), "title": each.name} for each in people),
            {"value": COMMAND_LINE, "title": say("act.command_line", tongue)},
        ],
        kinds=[{"value": each, "title": say(f"act.{each}", tongue)} for each in ACTS],
        first=isinstance(before, int),
    )
