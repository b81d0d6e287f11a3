"""Signing in over HTTP, the cookie of our pages, and what keeps other pages out."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.database import Database, database
from stage.cast import LOUFENG, PASSWORD, person
from tests.web.conftest import MakeApp, People, signed_in
from tests.web.test_problems import holds
from workflow.identity.accounts import disable

PLACE = {"category": "06010", "latitude": LOUFENG[0], "longitude": LOUFENG[1]}
OURS = {"Origin": "http://127.0.0.1:8000", "X-Whistle": "1"}


def test_a_token_opens_and_is_revoked(people: People, app: Flask) -> None:
    answer = people.nobody.post("/tokens", {"username": "alice", "password": PASSWORD})
    assert answer.status_code == 201
    assert set(answer.json) == {"token", "expires_at"}
    bearer = {"Authorization": f"Bearer {answer.json['token']}"}
    told = people.nobody.get("/me", headers=bearer).json
    assert told == {
        "username": "alice", "name": "Alice", "locale": "zh", "roles": [{"role": "rider", "unit": "sip"}],
    }  # fmt: skip
    assert people.nobody.delete("/tokens/current", headers=bearer).status_code == 204
    holds(people.nobody.get("/me", headers=bearer), 401)
    holds(people.nobody.delete("/tokens/current", headers=bearer), 401)


def test_no_other_sites_page_asks_for_a_token(app: Flask) -> None:
    client = app.test_client()
    for origin, status in (("https://evil.example", 403), ("null", 403), (OURS["Origin"], 201)):
        body = {"username": "alice", "password": PASSWORD}
        answer = client.post("/api/v1/tokens", json=body, headers={"Origin": origin})
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (status, status == 201)


def test_wrong_and_unknown_are_the_same(people: People) -> None:
    wrong = people.nobody.post("/tokens", {"username": "alice", "password": "not it at all"})
    unknown = people.nobody.post("/tokens", {"username": "nobody", "password": "not it at all"})
    holds(wrong, 401)
    assert wrong.data == unknown.data


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, ["username", "password"]),
        ({"username": "alice"}, ["password"]),
        ({"username": " ", "password": ""}, ["username", "password"]),
        ({"username": ["alice"], "password": 1}, ["username", "password"]),
        ({"username": "alice", "password": "x", "role": "admin"}, ["role"]),
        ({"username": "a\x00", "password": "x"}, ["username"]),
        ({"username": "a" * 65, "password": "x" * 1025}, ["username", "password"]),
    ],
)
def test_what_is_missing_is_named(crowd: People, body: dict[str, Any], named: list[str]) -> None:
    holds(crowd.nobody.post("/tokens", body), 422, *named)


def test_a_disabled_person_is_out_at_once(people: People, db: Database) -> None:
    assert people.alice.get("/me").status_code == 200
    with db.writing() as session:
        disable(session, person(session, "alice"))
    holds(people.alice.get("/me"), 401)
    holds(people.nobody.post("/tokens", {"username": "alice", "password": PASSWORD}), 401)


def page(app: Flask, username: str, host: str = "localhost") -> FlaskClient:
    """A browser in which somebody is signed in; over TLS on any host but the own one."""
    client, secure = app.test_client(), host != "localhost"
    name = "__Host-whistle_session" if secure else "whistle_session"
    client.set_cookie(name, signed_in(username, "cookie"), domain=host, secure=secure)
    return client


def test_a_page_reads_with_its_cookie_and_writes_only_from_our_origin(site: Flask) -> None:
    client = page(site, "alice")
    assert client.get("/api/v1/me").status_code == 200
    for headers in (
        {},
        {"X-Whistle": "1"},
        {"Origin": OURS["Origin"]},
        {"Origin": "http://evil.example", "X-Whistle": "1"},
        {"Origin": "null", "X-Whistle": "1"},
        {"Origin": "http://127.0.0.1:8000.evil.example", "X-Whistle": "1"},
        {**OURS, "X-Whistle": "0"},
    ):
        holds(client.post("/api/v1/reports", json=PLACE, headers=headers), 403)
    assert client.get("/api/v1/tickets").json == {"items": [], "next_cursor": None}
    assert client.post("/api/v1/reports", json=PLACE, headers=OURS).status_code == 201


def test_another_authorization_is_never_the_cookies_owner(site: Flask) -> None:
    client = page(site, "alice")
    for header in ("Basic YTpi", "Bearer", "Bearer " + "x" * 43):
        holds(client.post("/api/v1/reports", json=PLACE, headers={"Authorization": header}), 401)


def test_production_knows_one_origin(make_app: MakeApp) -> None:
    host = "whistle.example.org"
    app = make_app(BASE_URL=f"https://{host}", TRUSTED_HOSTS=host, WHISTLE_ENV="production")
    client = page(app, "alice", host)
    ours = {"X-Whistle": "1"}
    send = {"json": PLACE, "base_url": "https://whistle.example.org"}
    holds(client.post("/api/v1/reports", **send, headers=ours | {"Origin": "https://other.example.org"}), 403)
    sent = client.post("/api/v1/reports", **send, headers=ours | {"Origin": "https://whistle.example.org"})
    assert sent.status_code == 201


def test_signing_out_takes_the_cookie_away(site: Flask) -> None:
    client = page(site, "alice")
    token = client.get_cookie("whistle_session")
    assert token is not None
    gone = client.delete("/api/v1/tokens/current", headers=OURS)
    assert gone.status_code == 204
    assert client.get_cookie("whistle_session") is None
    client.set_cookie("whistle_session", token.value)
    holds(client.get("/api/v1/me"), 401)


def test_the_devices_cookie_is_its_own_and_keeps_strangers_guesses_away(make_app: MakeApp) -> None:
    app = make_app(BASE_URL="https://whistle.example.org")
    known, stranger = app.test_client(), app.test_client()
    how: dict[str, Any] = {"base_url": "https://whistle.example.org"}
    right, wrong = {"username": "alice", "password": PASSWORD}, {"username": "alice", "password": "guess"}
    first = known.post("/api/v1/tokens", json=right, **how)
    (cookie,) = first.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-whistle_device=")
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    told = [stranger.post("/api/v1/tokens", json=wrong, **how) for _ in range(11)]
    assert [each.status_code for each in told] == [401] * 10 + [429]
    assert int(told[-1].headers["Retry-After"]) > 0
    assert stranger.post("/api/v1/tokens", json=right, **how).status_code == 429
    assert known.post("/api/v1/tokens", json=right, **how).status_code == 201


def test_a_sign_in_that_ended_meanwhile_changes_nothing(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from web.api import reports

    people = People(site)

    def disabled_meanwhile(_files: object) -> list[object]:
        from web.context import stop_reading

        stop_reading()
        with database.writing() as session:
            disable(session, person(session, "alice"))
        return []

    monkeypatch.setattr(reports.pictures, "render", disabled_meanwhile)
    holds(people.alice.post("/reports", PLACE), 401)
    assert people.sam.get("/tickets").json["items"] == []
