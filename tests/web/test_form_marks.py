"""Forms of our own: the Origin, and the mark of each person in each form."""

from __future__ import annotations

import pytest
from flask import Flask

from stage.browser import MARK
from tests.web.browsing import Visitor

OURS = "http://localhost"
OTHERS = [("", OURS), ("0" * 32, OURS), (None, "http://evil.example"), (None, "null"), (None, "")]


@pytest.mark.parametrize(("mark", "origin"), OTHERS)
def test_a_form_of_somebody_else_changes_nothing(site: Flask, mark: str | None, origin: str) -> None:
    visitor = Visitor(site, "alice")
    fields = {"csrf": visitor.mark if mark is None else mark, "language": "en", "back": "/account"}
    answer = visitor.client.post("/sign-out", data=fields, headers={"Origin": origin})
    assert answer.status_code == 403
    assert visitor.get("/account").status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/json"])
def test_a_body_that_is_no_form_holds_no_mark(site: Flask, kind: str) -> None:
    visitor = Visitor(site, "alice")
    body = f"csrf={visitor.mark}"
    answer = visitor.client.post("/sign-out", data=body, content_type=kind, headers={"Origin": "http://localhost"})
    assert answer.status_code == 403


def test_a_mark_is_another_in_every_page_and_good_for_ever(site: Flask) -> None:
    alice = Visitor(site, "alice")
    marks = {MARK.findall(alice.get("/account").data)[0].decode() for _ in range(3)}
    assert len(marks) == 3
    for mark in marks:
        assert alice.post("/inbox/read", {"newest": "0", "csrf": mark}).status_code == 303
    mark = marks.pop()
    for wrong in (mark[:-1], mark[:-1] + "x", "0" * 40, mark[8:], "", "é" * 40):
        assert alice.post("/inbox/read", {"newest": "0", "csrf": wrong}).status_code == 403


def test_another_persons_mark_is_none(site: Flask) -> None:
    alice, bob = Visitor(site, "alice"), Visitor(site, "bob")
    assert alice.post("/sign-out", {"csrf": bob.mark}).status_code == 403


def test_a_form_of_before_a_new_sign_in_is_still_good(site: Flask) -> None:
    before, after = Visitor(site, "alice"), Visitor(site, "alice")
    assert after.post("/theme", {"theme": "dark", "csrf": before.mark}).status_code == 303


def test_a_mark_does_not_open_the_api(site: Flask) -> None:
    visitor = Visitor(site, "alice")
    assert visitor.post("/api/v1/notifications/read", {"all": "true"}).status_code in (403, 415)
