"""What all pages share: signing in and out, forms of our own, languages, colours, errors, files."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from models import City, User
from models.database import Database, database
from stage import cast
from tests.draining import drain
from tests.web.browsing import Visitor, words
from tests.web.conftest import MakeApp, People
from web.pages import assets
from web.pages.addresses import own_address
from workflow.errors import NotFound

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
OURS = "http://localhost"
OTHERS = [("", OURS), ("0" * 32, OURS), (None, "http://evil.example"), (None, "null"), (None, "")]


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


MARK = re.compile(rb'name="csrf" value="[^"]+"')


def test_a_mark_is_another_in_every_page_and_good_for_ever(site: Flask) -> None:
    alice = Visitor(site, "alice")
    shown = [MARK.findall(alice.get("/account").data)[0] for _ in range(3)]
    marks = {each.decode().split('"')[3] for each in shown}
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


def test_language_and_colours_are_chosen_and_kept(site: Flask) -> None:
    visitor = Visitor(site, None)
    answer = visitor.post("/language", {"language": "en", "back": "/sign-in"})
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    visitor.post("/theme", {"theme": "dark", "back": "//evil.example"})
    page = visitor.get("/sign-in")
    assert '<html lang="en" data-theme="dark">' in page.text
    assert "Sign in" in words(page)
    assert visitor.post("/theme", {"theme": "pink"}).status_code == 422
    assert visitor.post("/language", {"language": "fr"}).status_code == 422


@pytest.mark.parametrize(
    ("sent", "page"), [("/account/notices", "/account"), ("/account/password", "/account"), ("/report", "/report")]
)
def test_a_choice_leads_back_to_a_page_that_can_be_read(site: Flask, sent: str, page: str) -> None:
    visitor = Visitor(site, "alice")
    answer = visitor.post(sent, {"email": "no address"})
    assert answer.status_code == 422
    assert f'name="back" value="{page}"' in answer.text
    assert visitor.get(page).status_code == 200


def test_a_chosen_language_is_the_persons_own(site: Flask) -> None:
    Visitor(site, "alice").post("/language", {"language": "en"})
    with database.reading() as session:
        assert session.scalar(select(User.locale).where(User.username == "alice")) == "en"


def test_the_browsers_language_is_heard_where_none_was_chosen(site: Flask) -> None:
    page = site.test_client().get("/sign-in", headers={"Accept-Language": "en-GB,zh;q=0.4"})
    assert '<html lang="en"' in page.text
    assert page.headers["Content-Language"] == "en"


def test_a_password_is_changed_and_other_sign_ins_end(site: Flask) -> None:
    here, there = Visitor(site, "alice"), Visitor(site, "alice")
    new = "three unrelated words"
    wrong = here.post("/account/password", {"old": "no", "new": new, "again": new})
    assert wrong.status_code == 422
    differing = here.post("/account/password", {"old": cast.PASSWORD, "new": new, "again": "x"})
    assert differing.status_code == 422
    short = here.post("/account/password", {"old": cast.PASSWORD, "new": "short", "again": "short"})
    assert short.status_code == 422
    done = here.post("/account/password", {"old": cast.PASSWORD, "new": new, "again": new})
    assert done.location == "/account?did=password"
    assert here.get(done.location).status_code == 200
    assert there.get("/account").status_code == 303
    assert Visitor(site, None).post("/sign-in", {"username": "alice", "password": new}).status_code == 303


def test_old_passwords_cannot_be_guessed_by_whoever_found_the_phone(site: Flask) -> None:
    visitor = Visitor(site, "alice")
    answers = [
        visitor.post("/account/password", {"old": f"guess {n}", "new": "n" * 12, "again": "n" * 12}).status_code
        for n in range(11)
    ]
    assert answers == [422] * 10 + [429]


def test_news_are_switched_and_an_address_is_checked(site: Flask) -> None:
    visitor = Visitor(site, "alice")
    wrong = visitor.post("/account/notices", {"email": "no address"})
    assert wrong.status_code == 422
    assert 'value="no address"' in wrong.text
    assert 'name="progress.inbox" value="1">' in wrong.text, "what was switched off stays so"
    assert visitor.post("/account/notices", {"email": "alice@example.org"}).status_code == 303
    page = visitor.get("/account")
    assert 'value="alice@example.org"' in page.text
    assert 'name="progress.inbox" value="1">' in page.text
    visitor.post("/account/notices", {"progress.inbox": "1"})
    assert 'name="progress.inbox" value="1" checked>' in visitor.get("/account").text


def test_errors_are_pages_for_people_and_problems_for_programs(site: Flask) -> None:
    visitor = Visitor(site, "alice")
    page = visitor.get("/tickets/SIP-26-999999")
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert page.text.count("<h1>") == 1
    unknown = visitor.get("/no/such/page", headers={"Accept": "text/html,*/*"})
    assert (unknown.status_code, unknown.mimetype) == (404, "text/html")
    for program in (visitor.get("/api/v1/no/such"), visitor.get("/no/such", headers={"Accept": "application/json"})):
        assert (program.status_code, program.mimetype) == (404, "application/problem+json")


def test_a_page_of_another_kind_of_person_is_refused(site: Flask) -> None:
    assert Visitor(site, "alice").get("/desk/tickets").status_code == 403
    assert Visitor(site, "carol").get("/report").status_code == 403


def test_a_body_of_another_kind_is_an_error_and_not_an_empty_form(site: Flask) -> None:
    visitor = Visitor(site, "alice")
    answer = visitor.client.post("/theme", data="{}", content_type="application/json", headers={"Origin": "http://localhost"})
    assert answer.status_code in (403, 415)


@pytest.mark.parametrize(("asked", "packs"), [("gzip, br", True), ("gzip;q=0, br", False), ("br", False), ("", False)])
def test_a_page_is_compressed_for_whoever_takes_that(site: Flask, asked: str, *, packs: bool) -> None:
    visitor = Visitor(site, "alice")
    answer, plain = visitor.get("/account", headers={"Accept-Encoding": asked}), visitor.get("/account")
    assert answer.headers.get("Content-Encoding") == ("gzip" if packs else None)
    shown = gzip.decompress(answer.data) if packs else answer.data
    assert MARK.sub(b"", shown) == MARK.sub(b"", plain.data)
    assert "accept-encoding" in plain.headers["Vary"].lower()
    assert answer.content_length == len(answer.data)


def test_static_files_are_versioned_compressed_and_kept(site: Flask) -> None:
    client = site.test_client()
    for name in ("app.css", "icons.svg", "js/app.js", "js/texts.zh.js", "vendor/leaflet/leaflet.js"):
        packed = client.get(assets.asset(name), headers={"Accept-Encoding": "gzip"})
        plain = client.get(assets.asset(name))
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert "immutable" in plain.headers["Cache-Control"]
    old = client.get("/static/v-000000000000/app.css")
    assert old.headers["Cache-Control"] == "no-cache"
    for outside in ("../app.py", "..%2f..%2fwsgi.py", "css/none.css", "%2e%2e/app.py", "css", "%00", "x" * 3000):
        assert client.get(f"/static/v-{assets.version()}/{outside}").status_code == 404


@pytest.mark.parametrize(
    "name", ["vendor/leaflet////leaflet.js", "js/../js/app.js", "js/./app.js", "/js/app.js", "js/x/../app.js"]
)
def test_a_static_file_has_one_name(name: str) -> None:
    """What is kept of a file is kept once, and not by every name that somebody thinks of."""
    with pytest.raises(NotFound):
        assets.content(name)


def test_nothing_in_a_page_breaks_the_policy_by_itself() -> None:
    for template in (Path(assets.__file__).parents[1] / "templates").rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert " style=" not in text, template
        assert "<style" not in text, template
        assert "javascript:" not in text, template
        assert " onclick=" not in text, template


def test_a_page_names_the_tile_server_and_whose_tiles_they_are(make_app: MakeApp) -> None:
    address, whose = "https://tiles.example/{z}/{x}/{y}.png", "© <b>Mapmakers</b>"
    with_tiles = make_app(TILE_URL=address, TILE_ATTRIBUTION=whose).test_client().get("/sign-in").text
    assert f'<meta name="tiles" content="{address}" data-attribution="© &lt;b&gt;Mapmakers&lt;/b&gt;">' in with_tiles
    assert 'name="tiles"' not in make_app().test_client().get("/sign-in").text


def test_the_parts_are_shown_while_building_and_not_in_production(make_app: MakeApp) -> None:
    assert make_app().test_client().get("/ui").status_code == 200
    production = make_app(
        WHISTLE_ENV="production", BASE_URL="https://w.example", TRUSTED_HOSTS="w.example", SECRET_KEY="k" * 40
    )
    answer = production.test_client().get("/ui", base_url="https://w.example", headers={"Accept": "text/html"})
    assert answer.status_code == 404


def test_a_form_for_another_host_is_an_error_and_no_fault(make_app: MakeApp) -> None:
    production = make_app(
        WHISTLE_ENV="production", BASE_URL="https://w.example", TRUSTED_HOSTS="w.example", SECRET_KEY="k" * 40
    )
    answer = production.test_client().post("/sign-in", base_url="https://evil.example", headers={"Accept": "text/html"})
    assert answer.status_code == 400


def test_production_answers_nothing_from_a_demo_that_came_later(make_app: MakeApp) -> None:
    """As where the database was away when the server came up."""
    production = make_app(
        WHISTLE_ENV="production", BASE_URL="https://w.example", TRUSTED_HOSTS="w.example", SECRET_KEY="k" * 40
    )
    with database.writing() as session:
        session.scalars(select(City)).one().demo = True
    client = production.test_client()
    for _ in range(2):
        answer = client.get("/sign-in", base_url="https://w.example")
        assert answer.status_code == 500
        assert 'name="username"' not in answer.text
    assert client.get("/healthz", base_url="https://w.example").status_code == 200


def test_the_inbox_is_read_one_by_one_and_all_at_once(app: Flask, people: People, db: Database) -> None:
    for _ in range(3):
        people.alice.report()
    drain()
    visitor = Visitor(app, "carol")
    page = visitor.get("/inbox")
    assert page.text.count('class="told unread"') == 3
    line = page.text.split('action="/inbox/')[2].split('"')[0]
    assert visitor.get(f"/inbox/{line}").status_code == 405
    assert visitor.get("/inbox").text.count('class="told unread"') == 3
    opened = visitor.post(f"/inbox/{line}")
    assert opened.location.startswith("/tickets/")
    assert visitor.get("/inbox").text.count('class="told unread"') == 2
    assert Visitor(app, "alice").post(f"/inbox/{line}").location == "/inbox"
    for unknown in (2**31, 2**63, 10**4000):
        assert visitor.post(f"/inbox/{unknown}").location == "/inbox"
    assert visitor.post("/inbox/read", {"newest": "x"}).status_code == 422
    assert visitor.post("/inbox/read", {"newest": "999999999"}).location == "/inbox"
    assert 'class="told unread"' not in visitor.get("/inbox").text
