"""What an administrator's browser does with a page: send one of its forms as it stands, but for what was typed."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.web.browsing import Visitor, words


class _Forms(HTMLParser):
    """The forms of a page by their address, each with what a browser would send of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self._form: dict[str, str] | None = None
        self._select: str | None = None
        self._area: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = self.found.setdefault(given.get("action", ""), {})
        elif self._form is None:
            return
        elif tag == "input" and given.get("type") == "checkbox":
            if "checked" in given:
                self._form[given["name"]] = given["value"]
        elif tag == "input" and given.get("type") != "file":
            self._form[given["name"]] = given.get("value", "")
        elif tag == "textarea":
            self._area = given["name"]
            self._form[self._area] = ""
        elif tag == "select":
            self._select = given["name"]
            self._form[self._select] = ""
        elif tag == "option" and self._select and "selected" in given:
            self._form[self._select] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form[self._area] += data


def forms(page: TestResponse) -> dict[str, dict[str, str]]:
    """Address → what would be sent."""
    return _Forms(page.text).found


def send(visitor: Visitor, path: str, action: str | None = None, **typed: Any) -> TestResponse:
    """Open `path` and send its form of the address `action` (the page's own unless told), with what was typed; None
    leaves a field out, as an unticked box is. A dot of a field's name is written as two underscores."""
    page = visitor.get(path)
    assert page.status_code == 200, words(page)
    fields = forms(page)[action or path]
    given = {name.replace("__", "."): value for name, value in typed.items()}
    sent = {name: value for name, value in (fields | given).items() if value is not None}
    return visitor.post(action or path, sent)


def wrong_fields(page: TestResponse) -> set[str]:
    """The fields that a page marks as wrong."""
    return set(re.findall(r'name="([^"]+)"[^>]*aria-invalid="true"', page.text))


def ada(site: Flask, locale: str = "zh") -> Visitor:
    """The administrator's browser."""
    return Visitor(site, "ada", locale)
