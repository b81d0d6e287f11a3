"""How the house itself is doing: its parts in words, what waits, and what was given up and can be sent again."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, url_for
from sqlalchemy import select

from models.migrations import head
from queues import dead_letters
from queues.health import redis_state
from web.action import action
from web.context import locale, reading, settings, writing
from web.pages.addresses import go
from web.pages.admin.frame import show
from web.pages.admin.labels import Labels
from web.pages.blueprint import pages
from workflow.administration.acts import record
from workflow.city.lacks import lacks
from workflow.city_settings import city
from workflow.errors import Problem
from workflow.moments import span
from workflow.say import say

PARTS = ("database", "redis", "worker", "relay")
SHOWN = 10


@pages.get("/admin/operations", endpoint="operations")
@action("outbox.manage")
def index() -> Response:
    return _page()


@pages.post("/admin/operations/<int:row>/again", endpoint="send_again")
@action("outbox.manage")
def again(row: int) -> Response:
    try:
        with writing() as (session, person):
            letter = dead_letters.send_again(session, row, person)
            record(session, person, "outbox.resend", "outbox", letter.id, topic=letter.topic)
    except Problem as problem:
        return _page(problem)
    return go(url_for("pages.operations", did="sent"))


def _page(problem: Problem | None = None) -> Response:
    session, tongue = reading(), locale()
    session.execute(select(1))
    state = {"database": "ok"} | redis_state(settings(), tongue)
    figures = dead_letters.figures(session)
    return show(
        "admin/operations.html",
        "pages.operations",
        problem,
        state={part: state[part] for part in PARTS},
        figures=figures,
        waits=_waits(figures.oldest_due_seconds, tongue),
        dead=dead_letters.dead(session, SHOWN),
        waiting=dead_letters.waiting(session, SHOWN),
        lacking=[lack.sentence(tongue) for lack in lacks(session)],
        labels=Labels(session, tongue),
        shown=SHOWN,
        city=city(session),
        schema=head(),
        settings=settings(),
        backend=session.get_bind().dialect.name,
    )


def _waits(seconds: float, tongue: str) -> str:
    """How long the oldest waits: in seconds while that is what it takes."""
    whole = round(seconds)
    return say("operations.seconds", tongue, seconds=whole) if whole < 60 else span(timedelta(seconds=whole), tongue)
