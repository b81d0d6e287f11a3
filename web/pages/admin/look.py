"""The audited look at who sent an anonymous report."""

from __future__ import annotations

from flask import Response, request

from web.action import action
from web.bodies import page_form
from web.context import reading, writing
from web.pages.admin.frame import example_number, show, unknown_ticket
from web.pages.blueprint import pages
from workflow.administration.look import LONGEST
from workflow.administration.look import look as look_at
from workflow.errors import NotFound, Problem


@pages.get("/admin/look", endpoint="look")
@action("reporter.look")
def form() -> Response:
    return _page(number=request.args.get("number", "").strip(), reason="")


@pages.post("/admin/look", endpoint="look_now")
@action("reporter.look")
def look() -> Response:
    """Shown in the answer itself: a page that is loaded again asks for a reason again."""
    sent = page_form()
    number, reason = sent.text("number") or "", sent.text("reason") or ""
    try:
        with writing() as (session, person):
            reporter = look_at(session, person, number, reason)
    except NotFound:
        return _page(unknown_ticket(number), number=number, reason=reason)
    except Problem as problem:
        return _page(problem, number=number, reason=reason)
    return show("admin/looked.html", "pages.look", reporter=reporter, reason=reason)


def _page(problem: Problem | None = None, **typed: str) -> Response:
    return show(
        "admin/look.html", "pages.look", problem, longest=LONGEST, example=example_number(reading()), **typed
    )
