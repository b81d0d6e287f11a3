"""A report as whoever sent it sees it: how it stands, what comes next and why, what they may do."""

from __future__ import annotations

from flask import Response
from sqlalchemy.orm import Session

from models import Ticket, User
from web.api.serializers import Page, tell
from web.context import locale
from web.pages.render import render
from web.pages.rider.doing import Doing, doing
from web.pages.rider.outlook import Outlooks
from web.pages.rider.pay import pay_of
from web.pages.rider.rows import matter, standing
from web.pages.rider.shown import marked, shown, steps
from web.pages.ticket.actions import Sent
from web.pages.ticket.meanwhile import meanwhile
from workflow import deadlines, timeline
from workflow.errors import Stale
from workflow.say import catalogue, say


def riders_report(session: Session, person: User, ticket: Ticket, sent: Sent | None, did: str | None) -> Response:
    """The page of a report for its rider."""
    tongue = locale()
    page = Page(session, person, tongue, [ticket])
    lines = timeline.lines(session, ticket, person, tongue)
    told = tell(ticket, page)
    photos = marked(lines, told["photos"])
    history = steps(lines, photos)
    forms = doing(ticket, person, tongue, sent)
    state, tone = standing(page, ticket, page.points[ticket.id]["paid"])
    return render(
        "rider/report.html",
        ticket=told,
        state=state,
        tone=tone,
        matter=matter(ticket.category, tongue),
        anonymous=ticket.anonymous,
        entered=ticket.entered_by_id is not None,
        outlook=Outlooks(page, [ticket]).of(ticket),
        table=deadlines.table(session, ticket, tongue),
        photos=shown(photos, history),
        history=history,
        pay=pay_of(session, ticket, person, tongue),
        doing=forms,
        came_second=_came_second(sent, forms, tongue),
        not_taken=sent.action if sent is not None else None,
        meanwhile=meanwhile(sent, lines),
        did=_did(did, ticket, tongue),
    )


def _came_second(sent: Sent | None, forms: Doing, tongue: str) -> str | None:
    """That another's act came first, as a sentence; what is wrong with a form that still stands is said there."""
    if sent is None or not (forms.gone or isinstance(sent.problem, Stale)):
        return None
    return say("rider.stale", tongue) if isinstance(sent.problem, Stale) else sent.problem.sentence(tongue)


def _did(did: str | None, ticket: Ticket, tongue: str) -> str | None:
    """What was just done, in words: an appeal is what brought a report back to be triaged."""
    name = "appeal" if did == "reopen" and ticket.state == "submitted" else did
    key = f"rider.did.{name}"
    return say(key, tongue, number=ticket.number) if key in catalogue("zh") else None
