"""Somebody with a browser and no scripts: a cookie, forms with their mark, redirects followed by hand."""

from __future__ import annotations

import html
import re
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from models import User
from models.database import database
from tests.web.conftest import signed_in
from web import form_marks

HOST = "http://localhost"
TAGS = re.compile(r"<[^>]+>")


class Visitor:
    """`Visitor(app, "carol").get("/desk/tickets")`; `None` is somebody who is not signed in."""

    def __init__(self, app: Flask, username: str | None, locale: str = "zh") -> None:
        self.app, self.username = app, username
        self.client = app.test_client()
        self.client.set_cookie("whistle_language", locale)
        self.mark = ""
        if username is not None:
            self.client.set_cookie("whistle_session", signed_in(username, "cookie"))
            with database.reading() as session, app.app_context():
                person = session.scalars(select(User).where(User.username == username)).one()
                self.mark = form_marks.mark_of(person)

    def get(self, path: str, **how: Any) -> TestResponse:
        return self.client.get(path, **how)

    def post(self, path: str, fields: dict[str, Any] | None = None, **how: Any) -> TestResponse:
        """Send a form as one of our own pages would."""
        headers = {"Origin": HOST} | how.pop("headers", {})
        return self.client.post(path, data={"csrf": self.mark} | (fields or {}), headers=headers, **how)


def words(response: TestResponse) -> str:
    """What a reader sees of a page, in one line."""
    return re.sub(r"\s+", " ", html.unescape(TAGS.sub(" ", response.text)))
