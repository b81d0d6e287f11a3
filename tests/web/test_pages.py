"""What all pages share: errors, compression, the policy, tiles, the inbox."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask import Flask

from models.database import Database
from stage.browser import MARK
from tests.draining import drain
from tests.web.browsing import Visitor
from tests.web.conftest import MakeApp, People
from web.pages import assets


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
