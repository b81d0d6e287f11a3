"""A page: its template with what every page needs."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, g, render_template, request
from sqlalchemy import func, select
from werkzeug.exceptions import HTTPException

from models import Notification, User
from web import form_marks
from web.context import keys, locale, reading, settings
from web.login import signed_in
from web.pages.nav import items
from workflow import telling
from workflow.known import find_city
from workflow.say import LOCALES, say

THEMES = ("auto", "light", "dark")
THEME = "whistle_theme"
KEEP_SECONDS = 400 * 24 * 3600
GZIP_LEVEL = 4
"""Higher ones take three times as long for a tenth less."""


@dataclass(frozen=True)
class Chrome:
    """What stands around a page: who reads it, in which colours, what is unread."""

    person: User | None
    theme: str
    demo: bool
    unread: int
    city: str
    logo: str | None = None


def render(template: str, status: int = 200, **values: Any) -> Response:
    """The page as an answer in the reader's language."""
    tongue = locale()
    chrome = _chrome(tongue)
    body = render_template(
        template,
        locale=tongue,
        chrome=chrome,
        nav=items(chrome.person),
        csrf=form_marks.mark(),
        here=_here(),
        tiles=settings().tile_url,
        tile_attribution=settings().tile_attribution,
        languages={each: say(f"language.{each}", each) for each in LOCALES},
        **values,
    )
    response = Response(status=status, content_type="text/html; charset=utf-8")
    response.headers["Content-Language"] = tongue
    _fill(response, body.encode())
    return response


def _here() -> str:
    """Where this page can be read again: of what answers a form, the nearest address above it that is a page."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    # Bound to no host: the pages of errors are also for hosts that are not ours.
    path, pages = request.path, current_app.url_map.bind("")
    while path:
        try:
            pages.match(path, method="GET")
        except HTTPException:
            path = path.rpartition("/")[0]
        else:
            return path
    return "/"


def _fill(response: Response, body: bytes) -> None:
    """Put the page in, as a seventh of its bytes where the browser takes that: a fifth of a millisecond well spent.

    What others may learn from its length does not open a form of ours: that takes our own Origin beside the mark.
    """
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip") > 0:
        body = gzip.compress(body, GZIP_LEVEL, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
    response.set_data(body)


def _chrome(tongue: str) -> Chrome:
    """The city and the unread; none of it where the database is away."""
    theme = request.cookies.get(keys().cookie(THEME), "")
    person = None if g.get("broken") else signed_in()
    city = None if g.get("broken") else find_city(reading())
    unread = 0
    if person is not None:
        mine = (telling.in_inbox(person), Notification.read_at.is_(None))
        unread = reading().scalar(select(func.count(Notification.id)).where(*mine)) or 0
    return Chrome(
        person=person,
        theme=theme if theme in THEMES else THEMES[0],
        demo=bool(city and city.demo),
        unread=unread,
        city=(city.name_en if tongue == "en" else city.name_zh) if city else "",
    )
