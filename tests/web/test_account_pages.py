"""What belongs to one person: a demo's buttons, colours, what they hear of, their inbox; every error as a page."""

from __future__ import annotations

import re
import sqlite3
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models import City, Preference, User
from models.clock import now
from models.database import Database
from stage import cast
from stage.cast import a_report, person
from tests.web.browsing import Visitor, words
from tests.web.conftest import MakeApp, settings_for
from tests.web.test_queries import counted
from web.action import public
from web.app import create_app
from web.errors import Broken, TooLarge, Unsupported
from web.pages.blueprint import pages
from workflow import notices, telling
from workflow.errors import Busy, Forbidden, Invalid, NotFound, Problem, Refused, Stale, TooMany, Unauthenticated
from workflow.say import say

BUTTON = re.compile(r'<button class="demo-person[^"]*">')


def demonstrate(session: Session) -> None:
    """As if the city had been loaded for a demo, with the cast for its people."""
    session.scalars(select(City)).one().demo = True
    for row in session.scalars(select(User)):
        row.demo = True
    person(session, "dave").disabled_at = now()


def test_a_demo_says_so_and_has_a_button_for_each_person(site: Flask, sqlite_db: Database) -> None:
    visitor = Visitor(site, None)
    before = visitor.get("/sign-in")
    assert 'class="demo-note"' not in before.text
    assert not BUTTON.findall(before.text)
    with sqlite_db.writing() as session:
        demonstrate(session)
        people = session.scalars(select(User.username).where(User.disabled_at.is_(None), User.memberships.any())).all()
    page = visitor.get("/sign-in")
    assert '<aside class="demo-note"' in page.text
    offered = re.findall(r'name="username" value="([^"]+)"><input type="hidden" name="password"', page.text)
    assert sorted(offered) == sorted(str(each) for each in people)
    assert 'class="demo-note"' in Visitor(site, "carol").get("/inbox").text


def test_the_demos_banner_is_in_both_languages(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        demonstrate(session)
    for locale in ("zh", "en"):
        assert say("demo.note", locale) in words(Visitor(site, "alice", locale).get("/report"))


def test_colours_follow_the_system_until_somebody_chooses(site: Flask) -> None:
    visitor = Visitor(site, "alice")

    def sheets() -> tuple[str, str, bool, bool]:
        page = visitor.get("/account").text
        (theme,) = re.findall(r'<html [^>]*data-theme="(\w+)"', page)
        (scheme,) = re.findall(r'<meta name="color-scheme" content="([^"]+)"', page)
        paper = "css/dark.css" not in page or 'css/dark.css" media="screen' in page
        assert paper, "what is printed is never dark"
        return theme, scheme, "css/dark.css" in page, "(prefers-color-scheme: dark)" in page

    assert sheets() == ("auto", "light dark", True, True)
    for theme, seen in (
        ("dark", ("dark", "dark", True, False)),
        ("light", ("light", "light", False, False)),
        ("auto", ("auto", "light dark", True, True)),
    ):
        assert visitor.post("/theme", {"theme": theme, "back": "/account"}).location == "/account"
        assert sheets() == seen
        assert visitor.get("/account").text.count('name="theme" value="' + theme + '" aria-pressed="true"') == 1
    visitor.post("/theme", {"theme": "dark"})
    visitor.post("/sign-out")
    assert 'data-theme="dark"' in visitor.get("/sign-in").text


def test_a_choice_is_kept_for_a_year_and_read_by_no_script(site: Flask) -> None:
    visitor = Visitor(site, None)
    for path, field, name, value in (
        ("/theme", "theme", "whistle_theme", "dark"),
        ("/language", "language", "whistle_language", "en"),
    ):
        visitor.post(path, {field: value})
        cookie = visitor.client.get_cookie(name)
        assert cookie is not None
        assert (cookie.value, cookie.http_only, cookie.same_site) == (value, True, "Lax")
        assert cookie.max_age is not None
        assert cookie.max_age > 365 * 24 * 3600


@pytest.mark.parametrize("who", ["alice", "carol", "erin", "hana", "sam", "ada"])
def test_each_kind_and_channel_that_a_role_hears_of_has_a_switch(site: Flask, sqlite_db: Database, who: str) -> None:
    with sqlite_db.reading() as session:
        wanted = {f"{each.kind}.{each.channel}" for each in notices.preferences(session, person(session, who))}
    page = Visitor(site, who).get("/account").text
    assert set(re.findall(r'type="checkbox" name="([a-z.]+)"', page)) == wanted


def test_a_forged_form_switches_off_nothing_that_must_be_heard(site: Flask, sqlite_db: Database) -> None:
    visitor = Visitor(site, "carol")
    assert visitor.post("/account/notices", {"email": ""}).location == "/account?did=notices"
    page = visitor.get("/account?did=notices")
    assert 'role="status"' in page.text
    assert 'name="deadlines.inbox" value="1" checked disabled>' in page.text
    assert 'name="deadlines.mail" value="1">' in page.text
    with sqlite_db.reading() as session:
        rows = session.scalars(select(Preference)).all()
        assert not {(each.kind, each.channel) for each in rows} & {(kind, "inbox") for kind in ("deadlines", "work")}
        assert {each.wanted for each in rows} == {False}


def test_an_address_that_took_no_mail_says_why(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        alice = person(session, "alice")
        notices.set_address(session, alice, "alice@example.org")
        alice.email_refused = "550 5.1.1"
    assert "550 5.1.1" in Visitor(site, "alice").get("/account").text
    Visitor(site, "alice").post("/account/notices", {"email": "alice@example.com"})
    assert "550 5.1.1" not in Visitor(site, "alice").get("/account").text


def test_a_wrong_password_form_names_the_field_and_repeats_no_password(site: Flask) -> None:
    fields = {"old": cast.PASSWORD, "new": "one of a kind", "again": "another one"}
    answer = Visitor(site, "alice").post("/account/password", fields)
    assert answer.status_code == 422
    assert 'id="f-again"' in answer.text
    assert 'aria-describedby="f-again-error" aria-invalid="true"' in answer.text
    for secret in fields.values():
        assert secret not in answer.text


LOCKED = sqlite3.OperationalError("database is locked")
LOCKED.sqlite_errorcode = sqlite3.SQLITE_BUSY
PROBLEMS = (
    Problem("problem.bad_request"), Forbidden(), NotFound(), Refused("problem.refused"), Stale(), TooLarge(),
    Unsupported(), Invalid.field("note", "input.missing"), TooMany(90), Broken(), Busy(),
    RuntimeError("13800138000"), OperationalError("SELECT", {}, LOCKED),
)  # fmt: skip


@pytest.mark.parametrize("locale", ["zh", "en"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_error_is_a_page_that_says_what_to_do_next(
    sqlite_db: Database, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, method: str, locale: str
) -> None:
    monkeypatch.setattr(pages, "_got_registered_once", False)
    app = create_app(settings_for(str(sqlite_db.engine.url), tmp_path))
    raised: list[Exception] = []

    @public
    def fail() -> str:
        raise raised[-1]

    app.add_url_rule("/break", f"{pages.name}.break", fail, methods=["GET", "POST"])
    visitor = Visitor(app, "alice", locale)
    for error in PROBLEMS:
        raised.append(error)
        answer = getattr(visitor, method)("/break")
        expected = getattr(error, "status", 503 if isinstance(error, OperationalError) else 500)
        assert (answer.status_code, answer.mimetype) == (expected, "text/html"), error
        assert answer.headers["Content-Language"] == locale
        assert answer.text.count("<h1>") == 1
        for trace in ("Traceback", "RuntimeError", "13800138000", "OperationalError", "SELECT", ".py"):
            assert trace not in answer.text.replace("app.css", "")
        assert re.search(r'<a class="button [a-z ]+" href="/', answer.text)
        if expected in (429, 503):
            assert int(answer.headers["Retry-After"]) >= 1
        if isinstance(error, Problem):
            assert error.sentence(locale) in words(answer)
    raised.append(Unauthenticated())
    assert getattr(visitor, method)("/break").status_code == (303 if method == "get" else 401)


def test_where_the_database_is_away_there_is_still_a_page(make_app: MakeApp, sqlite_db: Database) -> None:
    app = make_app()
    visitor = Visitor(app, "alice")
    sqlite_db.connect("sqlite:////nowhere/at/all.db")
    answer = visitor.get("/inbox")
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert answer.text.count("<h1>") == 1
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("path", ["/inbox", "/inbox?unread=true", "/account", "/", "/ui"])
def test_few_queries_however_much_was_told(site: Flask, sqlite_db: Database, path: str) -> None:
    visitor = Visitor(site, "alice")
    asked = []
    for more in (5, 45):
        with sqlite_db.writing() as session:
            ticket = a_report(session)
            for number in range(more):
                params = {"number": ticket.number, "matter": "x"}
                alice = person(session, "alice").id
                telling.write(session, alice, f"{more}:{number}", "told.triage", params, ticket.id)
        visitor.get(path)
        with counted(sqlite_db) as sent:
            visitor.get(path)
        asked.append(len(sent))
    assert asked[0] == asked[1] <= 15, asked


def test_the_sign_in_of_a_demo_needs_few_queries(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        demonstrate(session)
    visitor = Visitor(site, None)
    visitor.get("/sign-in")
    with counted(sqlite_db) as sent:
        page = visitor.get("/sign-in")
    assert len(BUTTON.findall(page.text)) > 10
    assert len(sent) <= 6, sent


def test_without_mail_the_switches_say_so(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    said, alice = say("account.notices.no_mail", "zh"), Visitor(site, "alice")
    assert said in alice.get("/account").text
    monkeypatch.setattr("web.pages.account.settings.settings", lambda: SimpleNamespace(smtp_url="smtp://mail"))
    assert said not in alice.get("/account").text
