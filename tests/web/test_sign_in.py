"""Signing in and out on the pages: where it leads, who is turned away, what ends."""

from __future__ import annotations

import pytest
from flask import Flask

from stage import cast
from tests.web.browsing import Visitor
from web.pages.addresses import own_address

STARTS = [
    ("alice", "/report"), ("carol", "/desk/tickets"), ("erin", "/desk/tickets"), ("gus", "/inbox"),
    ("sam", "/supervisor"), ("ada", "/admin"),
]  # fmt: skip


@pytest.mark.parametrize(("username", "where"), STARTS)
def test_it_signs_in_and_goes_to_where_each_begins(site: Flask, username: str, where: str) -> None:
    visitor = Visitor(site, None)
    answer = visitor.post("/sign-in", {"username": username, "password": cast.PASSWORD})
    assert (answer.status_code, answer.location) == (303, where)
    assert visitor.get("/").location == where


def test_it_goes_on_to_the_page_that_was_asked_for(site: Flask) -> None:
    visitor = Visitor(site, None)
    asked = visitor.get("/inbox?unread=true")
    assert asked.status_code == 303
    assert asked.location == "/sign-in?next=/inbox?unread%3Dtrue"
    answer = visitor.post("/sign-in", {"username": "alice", "password": cast.PASSWORD, "next": "/inbox?unread=true"})
    assert answer.location == "/inbox?unread=true"


FOREIGN = ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\nb", "/a\x7fb"]


@pytest.mark.parametrize("foreign", FOREIGN)
def test_it_goes_on_to_no_other_site(site: Flask, foreign: str) -> None:
    visitor = Visitor(site, None)
    answer = visitor.post("/sign-in", {"username": "alice", "password": cast.PASSWORD, "next": foreign})
    assert answer.location == "/report"
    assert own_address(foreign) is None


def test_a_wrong_password_keeps_the_name_and_says_nothing_more(site: Flask) -> None:
    for username in ("alice", "nobody-at-all"):
        answer = Visitor(site, None).post("/sign-in", {"username": username, "password": "wrong"})
        assert answer.status_code == 401
        assert f'value="{username}"' in answer.text
        assert 'value="wrong"' not in answer.text
        assert 'role="alert"' in answer.text


def test_missing_fields_are_named(site: Flask) -> None:
    answer = Visitor(site, None).post("/sign-in", {"username": " "})
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 2


def test_guesses_run_out(site: Flask) -> None:
    visitor = Visitor(site, None)
    for _ in range(10):
        assert visitor.post("/sign-in", {"username": "bob", "password": "wrong"}).status_code == 401
    answer = visitor.post("/sign-in", {"username": "bob", "password": "wrong"})
    assert answer.status_code == 429
    assert 'value="bob"' in answer.text


def test_it_signs_out_everywhere_at_once(site: Flask) -> None:
    here, there = Visitor(site, "alice"), Visitor(site, "alice")
    assert here.post("/account/sign-out-everywhere").location == "/sign-in"
    for visitor in (here, there):
        assert visitor.get("/account").status_code == 303


def test_signing_out_ends_the_session_and_not_just_the_cookie(site: Flask) -> None:
    visitor = Visitor(site, "alice")
    cookie = visitor.client.get_cookie("whistle_session")
    assert cookie is not None
    visitor.post("/sign-out")
    visitor.client.set_cookie("whistle_session", cookie.value)
    assert visitor.get("/account").location.startswith("/sign-in")
