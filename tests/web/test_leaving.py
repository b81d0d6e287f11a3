"""Taking along what is kept of one, and leaving, as people do it on their pages."""

from __future__ import annotations

import io
import json
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import func, select

from models import Act, Outbox, Photo, User
from models.database import Database
from stage.cast import PASSWORD, a_report, a_ticket, person, photo
from tests.draining import drain
from tests.web.browsing import Visitor, words
from tests.web.conftest import number_of
from tests.workflow.situations import cap
from workflow.personal.holdings import NAMELESS
from workflow.pictures import full_key
from workflow.say import say


def alice_of(db: Database) -> User:
    with db.reading() as session:
        return session.scalars(select(User).order_by(User.id).limit(1)).one()


def jobs(db: Database, topic: str) -> int:
    with db.reading() as session:
        return session.scalars(select(func.count(Outbox.id)).where(Outbox.topic == topic)).one()


def test_everybody_takes_along_what_is_kept_of_them(site: Flask, sqlite_db: Database) -> None:
    number_of(sqlite_db, "triaged", description="我写的话")
    for who in ("alice", "carol"):
        answer = Visitor(site, who).post("/account/export", {"export_password": PASSWORD})
        assert (answer.status_code, answer.mimetype) == (200, "application/zip")
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["Cache-Control"] == "no-store"
        with ZipFile(io.BytesIO(answer.data)) as archive:
            assert json.loads(archive.read("users.json"))[0]["username"] == who
            assert ("我写的话" in archive.read("tickets.json").decode()) == (who == "alice")


def test_a_storage_that_fails_on_the_way_gives_no_half_archive(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        a_report(session, photos=[photo(session, person(session, "alice"))])
        (key,) = session.scalars(select(Photo.storage_key))
    broken = site.extensions["whistle_storage"].folder / key[:2] / full_key(key)
    broken.mkdir(parents=True)  # a file that cannot be read, as on a failing disk
    refused = Visitor(site, "alice").post("/account/export", {"export_password": PASSWORD})
    assert (refused.status_code, refused.mimetype) == (503, "text/html")
    broken.rmdir()
    whole = Visitor(site, "alice").post("/account/export", {"export_password": PASSWORD})
    assert whole.content_length == len(whole.data)
    with ZipFile(io.BytesIO(whole.data)) as archive:
        assert archive.testzip() is None


@pytest.mark.parametrize(("path", "field"), [("/account/export", "export_password"), ("/account/leave", "password")])
def test_whoever_only_found_the_phone_unlocked_gets_nowhere(
    site: Flask, sqlite_db: Database, path: str, field: str
) -> None:
    visitor = Visitor(site, "alice")
    for _ in range(10):
        answer = visitor.post(path, {field: "not it", "let_go": "1"})
        assert answer.status_code == 422
        assert f'href="#f-{field}"' in answer.text
    assert visitor.post(path, {field: PASSWORD, "let_go": "1"}).status_code == 429
    assert alice_of(sqlite_db).erasure_asked_at is None


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_leaving_says_first_what_it_means(site: Flask, sqlite_db: Database, locale: str) -> None:
    with sqlite_db.writing() as session:
        cap(session, 1000)
        a_ticket(session, "rewarded")
        a_ticket(session, "submitted")
        a_ticket(session, "in_progress")
    page = Visitor(site, "alice", locale).get("/account/leave")
    said = words(page)
    for key, params in (
        ("leave.for_good", {}), ("leave.who.you", {}), ("leave.words", {"reports": 3, "pictures": 0}),
        ("leave.waiting.one", {"count": 1}), ("leave.running.one", {"count": 1}), ("leave.stays", {}),
        ("leave.points", {"balance": 10, "pending": 10}), ("leave.let_go.you", {}),
    ):  # fmt: skip
        assert say(key, locale, **params) in said, key
    assert 'name="let_go" required' in page.text
    assert 'href="/account/leave"' in Visitor(site, "alice", locale).get("/account").text


def test_what_is_open_is_given_up_on_purpose_or_waited_for(site: Flask, sqlite_db: Database) -> None:
    number_of(sqlite_db, "in_progress")
    visitor = Visitor(site, "alice")
    answer = visitor.post("/account/leave", {"password": PASSWORD})
    assert answer.status_code == 422
    assert 'href="#f-let_go"' in answer.text
    assert alice_of(sqlite_db).erasure_asked_at is None
    with sqlite_db.reading() as session:
        assert session.scalars(select(Act)).all() == []
    assert visitor.post("/account/leave", {"password": PASSWORD, "let_go": "1"}).status_code == 303


def test_whoever_leaves_is_out_at_once_and_soon_forgotten(
    site: Flask, sqlite_db: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("SECRET_KEY", "s" * 40)
    number = number_of(sqlite_db, "in_progress", description="我写的话")
    here, elsewhere = Visitor(site, "alice"), Visitor(site, "alice")
    answer = here.post("/account/leave", {"password": PASSWORD, "let_go": "1"})
    assert answer.location == "/sign-in?did=left"
    assert say("leave.done", "zh") in words(here.get(answer.location))
    assert elsewhere.get("/account").status_code == 303
    entered = {"username": "alice", "password": PASSWORD}
    assert here.client.post("/sign-in", data=entered, headers={"Origin": "http://localhost"}).status_code == 401
    assert "erase_person" in drain()
    assert alice_of(sqlite_db).name == NAMELESS
    for who in ("carol", "erin", "ada"):
        page = Visitor(site, who).get(f"/tickets/{number}")
        assert page.status_code == 200
        assert "我写的话" not in page.text
        assert "Alice" not in page.text
    assert Visitor(site, "ada").get("/admin/people").status_code == 200


def test_an_administrator_types_the_name(site: Flask, sqlite_db: Database) -> None:
    ada, number = Visitor(site, "ada"), alice_of(sqlite_db).id
    path = f"/admin/people/{number}/erase"
    assert f'href="{path}"' in ada.get(f"/admin/people/{number}").text
    wrong = ada.post(path, {"name": "Bob"})
    assert wrong.status_code == 409
    assert say("leave.name_differs", "zh") in words(wrong)
    assert ada.post(path, {"name": "Alice"}).location == f"/admin/people/{number}?did=erase"
    assert jobs(sqlite_db, "erase_person") == 1
    page = ada.get(f"/admin/people/{number}?did=erase")
    assert say("person.erasing", "zh") in words(page)
    assert f'href="{path}"' not in page.text
    again = ada.post(path, {"name": "Alice"})
    assert again.status_code == 409
    assert jobs(sqlite_db, "erase_person") == 1
    with sqlite_db.reading() as session:
        (act,) = session.scalars(select(Act).where(Act.action == "user.erase"))
        assert (act.actor_id, act.subject) == (person(session, "ada").id, str(number))


def test_unknown_people_are_not_found_and_staff_not_erased(site: Flask, sqlite_db: Database) -> None:
    ada = Visitor(site, "ada")
    for path in ("/admin/people/999999/erase", f"/admin/people/{2**70}/erase"):
        assert ada.get(path).status_code == 404
        assert ada.post(path, {"name": "x"}).status_code == 404
    with sqlite_db.reading() as session:
        carol = person(session, "carol").id
    assert say("person.erase.staff", "zh") in words(ada.get(f"/admin/people/{carol}/erase"))
    assert ada.post(f"/admin/people/{carol}/erase", {"name": "Carol"}).status_code == 409
    assert "/account/leave" not in Visitor(site, "carol").get("/account").text
