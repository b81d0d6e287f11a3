"""What a browser is told so that nobody else gets at what it holds: cookies, what it keeps, where holes are told of."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from stage import cast
from tests.web.browsing import Visitor
from tests.web.conftest import MakeApp

HTTPS = {"BASE_URL": "https://whistle.example.org"}
OURS = {"Origin": HTTPS["BASE_URL"]}
SETTERS: list[Callable[[Visitor], TestResponse]] = [
    lambda visitor: visitor.post("/sign-in", {"username": "alice", "password": cast.PASSWORD}, headers=OURS),
    lambda visitor: visitor.post("/language", {"language": "en"}, headers=OURS),
    lambda visitor: visitor.post("/theme", {"theme": "dark"}, headers=OURS),
    lambda visitor: visitor.client.post("/api/v1/tokens", json={"username": "alice", "password": cast.PASSWORD}),
]


@pytest.mark.parametrize("ask", SETTERS)
def test_over_tls_every_cookie_is_secure_and_bound_to_its_host(
    make_app: MakeApp, ask: Callable[[Visitor], TestResponse]
) -> None:
    cookies = ask(Visitor(make_app(**HTTPS), None)).headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        name, *rest = cookie.split("; ")
        assert name.startswith("__Host-whistle_")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(rest)
        assert not any(each.startswith("Domain") for each in rest)


def test_choices_hold_over_tls(make_app: MakeApp) -> None:
    visitor = Visitor(make_app(**HTTPS), None)
    for path, fields in (("/theme", {"theme": "dark"}), ("/language", {"language": "en"})):
        visitor.post(path, fields, headers=OURS, base_url=HTTPS["BASE_URL"])
    page = visitor.get("/sign-in", base_url=HTTPS["BASE_URL"])
    assert '<html lang="en" data-theme="dark">' in page.text


def test_whoever_leaves_takes_along_what_the_browser_kept(site: Flask) -> None:
    for path in ("/sign-out", "/account/sign-out-everywhere"):
        assert Visitor(site, "alice").post(path).headers["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in Visitor(site, "alice").get("/account").headers


def test_answers_about_somebody_are_never_kept_for_others(site: Flask) -> None:
    visitor = Visitor(site, "alice")
    for path in ("/account", "/my", "/points", "/inbox", "/api/v1/me", "/api/v1/me/points", "/api/v1/notifications"):
        answer = visitor.get(path)
        assert answer.status_code == 200
        assert "no-store" in answer.headers["Cache-Control"] or answer.headers["Cache-Control"].startswith("private")
        assert "Cookie" in answer.headers["Vary"]


def test_it_says_where_holes_are_told_of(make_app: MakeApp) -> None:
    with time_machine.travel("2026-11-28T12:00:00Z", tick=False):
        answer = make_app(SECURITY_CONTACT="mailto:holes@example.org", **HTTPS).test_client().get(
            "/.well-known/security.txt"
        )
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.text.splitlines() == [
        "Contact: mailto:holes@example.org", "Expires: 2027-05-27T00:00:00Z", "Preferred-Languages: zh, en",
        "Canonical: https://whistle.example.org/.well-known/security.txt",
    ]  # fmt: skip
    assert make_app().test_client().get("/.well-known/security.txt").status_code == 404
