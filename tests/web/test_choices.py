"""What people choose on their account's page: language, colours, password, news."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from models import User
from models.database import database
from stage import cast
from tests.web.browsing import Visitor, words


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
