"""`/ui`: every part of the pages in every state, to look at while building. Not there in production."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask import Response

from models.clock import now
from web.action import public
from web.context import locale, settings
from web.pages.blueprint import pages
from web.pages.render import render
from workflow.errors import NotFound
from workflow.say import say

TONES = ("waiting", "moving", "paused", "done", "paid", "ended")
FIELDS = ("text", "longtext", "date", "number", "boolean", "choice", "choices", "ticket", "photos", "password", "email")


@pages.get("/ui", endpoint="ui")
@public
def show() -> Response:
    if settings().production:
        raise NotFound
    moment = now()
    deadlines: list[tuple[str, Any]] = [
        ("calm", moment + timedelta(days=2, hours=3)),
        ("near", moment + timedelta(minutes=80)),
        ("over", moment - timedelta(days=2)),
    ]
    moments = [timedelta(), timedelta(minutes=3), timedelta(hours=5), timedelta(days=1), timedelta(days=9)]
    sentence = say("ui.sample.sentence", locale())
    return render(
        "ui.html",
        tones=TONES,
        field_types=FIELDS,
        deadlines=deadlines,
        moments=[moment - each for each in [*moments, timedelta(days=400), -timedelta(days=1)]],
        lines=[SimpleNamespace(sentence=sentence, event=SimpleNamespace(at=moment - each)) for each in moments[:4]],
    )
