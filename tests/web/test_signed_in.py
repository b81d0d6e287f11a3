"""How long somebody stays signed in: unused, in all, by what they are; and what they see and keep when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, select, update

from config.sign_ins import SignIns, Term
from models import Session as SignIn
from models import Ticket
from models.clock import now
from models.database import Database
from stage import cast
from stage.photos import picture, upload
from tests.web.browsing import Visitor, words
from tests.web.conftest import MakeApp, People
from workflow.administration import people as administration
from workflow.identity import sign_ins, signing_in

TERMS = SignIns()
PAGE = {"headers": {"Accept": "text/html"}}
Clock = time_machine.Traveller


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(now(), tick=False) as moved:
        yield moved


@pytest.mark.parametrize(("username", "term"), [("alice", TERMS.rider), ("carol", TERMS.staff), ("ada", TERMS.staff)])
def test_it_ends_where_it_is_not_used(app: Flask, clock: Clock, username: str, term: Term) -> None:
    visitor = Visitor(app, username)
    clock.shift(term.idle - timedelta(seconds=1))
    assert visitor.get("/account").status_code == 200
    clock.shift(term.idle - timedelta(seconds=1))
    assert visitor.get("/account").status_code == 200
    clock.shift(term.idle)
    assert visitor.get("/account").location == "/sign-in?next=/account"
    assert visitor.post("/account/notices").status_code == 401


@pytest.mark.parametrize(("username", "term"), [("alice", TERMS.rider), ("carol", TERMS.staff)])
def test_using_it_never_makes_its_whole_time_longer(app: Flask, clock: Clock, username: str, term: Term) -> None:
    visitor, began = Visitor(app, username), now()
    while now() < began + term.whole:
        assert visitor.get("/account").status_code == 200
        clock.shift(term.idle / 2)
    assert now() == began + term.whole
    assert visitor.get("/account").status_code == 303


def test_a_program_has_terms_of_its_own(app: Flask, clock: Clock) -> None:
    people = People(app)
    assert people.carol.get("/me").status_code == people.alice.get("/me").status_code == 200
    clock.shift(TERMS.token.idle)
    assert people.carol.get("/me").status_code == 401
    clock.shift(TERMS.rider.idle - TERMS.token.idle - timedelta(seconds=1))
    assert people.alice.get("/me").status_code == 200  # what waits on a rider's phone may still be sent
    clock.shift(timedelta(seconds=1))
    assert people.alice.get("/me").status_code == 401


def test_the_terms_are_settings(make_app: MakeApp, clock: Clock) -> None:
    visitor = Visitor(make_app(SIGN_IN_STAFF="10m,1h"), "carol")
    assert visitor.get("/account").status_code == 200
    clock.shift(timedelta(minutes=10))
    assert visitor.get("/account").status_code == 303


def test_shorter_terms_hold_for_sign_ins_of_before(make_app: MakeApp, sqlite_db: Database, clock: Clock) -> None:
    visitor = Visitor(make_app(SIGN_IN_RIDER="2h,4h"), "alice")
    assert visitor.get("/account").status_code == 200
    with sqlite_db.reading() as session:
        row = session.scalars(select(SignIn)).one()
        assert (row.idle_at, row.expires_at) == (now() + timedelta(hours=2), row.created_at + timedelta(hours=4))


def test_a_use_is_noted_once_in_minutes(site: Flask, sqlite_db: Database, clock: Clock) -> None:
    visitor = Visitor(site, "alice")
    said: list[str] = []
    event.listen(sqlite_db.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    for _ in range(30):
        clock.shift(timedelta(seconds=20))
        assert visitor.get("/account").status_code == 200
    assert sum(each.startswith("UPDATE sessions") for each in said) == 2


def test_what_ended_meanwhile_stays_ended(db: Database, clock: Clock) -> None:
    token = signing_in.sign_in(db, "alice", cast.PASSWORD, kind="cookie").token
    clock.shift(timedelta(hours=1))
    with db.reading() as session:
        row = sign_ins.sign_in_of(session, token)
        assert row is not None
    with db.writing() as session:
        sign_ins.sign_out(session, token)
    sign_ins.note_use(db, row, TERMS)
    with db.reading() as session:
        assert sign_ins.sign_in_of(session, token) is None


def test_a_rider_who_begins_to_work_for_the_city_has_its_terms(app: Flask, db: Database, clock: Clock) -> None:
    used, left = Visitor(app, "alice"), Visitor(app, "alice")
    with db.writing() as session:
        alice, ada = cast.person(session, "alice"), cast.person(session, "ada")
        administration.add_role(session, ada, alice.id, "clerk", "loufeng")
    assert used.get("/account").status_code == 200
    clock.shift(timedelta(hours=2))
    assert left.get("/account").status_code == 303
    assert used.get("/account").status_code == 200
    clock.shift(TERMS.staff.idle)
    assert used.get("/account").status_code == 303


def test_it_says_why_somebody_is_signed_out(site: Flask, sqlite_db: Database, clock: Clock) -> None:
    visitor = Visitor(site, "alice", "en")
    assert "signed out" not in words(Visitor(site, None, "en").get("/sign-in"))
    clock.shift(TERMS.rider.idle)
    assert visitor.get("/my", **PAGE).location == "/sign-in?next=/my"
    page = words(visitor.get("/sign-in?next=/my"))
    assert "not been here for a while" in page
    with sqlite_db.writing() as session:
        session.execute(update(SignIn).values(expires_at=now()))
    assert "reached its end" in words(visitor.get("/sign-in"))
    with sqlite_db.writing() as session:
        session.execute(update(SignIn).values(ended_at=now()))
    page = words(visitor.get("/sign-in"))
    assert "reached its end" not in page
    assert "not been here" not in page


def test_a_form_is_opened_only_where_there_is_time_to_send_it(app: Flask, db: Database, clock: Clock) -> None:
    visitor = Visitor(app, "alice", "en")
    with db.writing() as session:
        began = now() + timedelta(minutes=70) - TERMS.rider.whole
        session.execute(update(SignIn).values(created_at=began, expires_at=began + TERMS.rider.whole))
    assert visitor.get("/report", **PAGE).status_code == 200
    clock.shift(timedelta(minutes=11))
    assert visitor.get("/report", **PAGE).location == "/sign-in?next=/report"
    assert "reached its end" in words(visitor.get("/sign-in?next=/report", **PAGE))
    clock.shift(timedelta(minutes=58))
    form = {"category": cast.RUBBISH, "area": "loufeng", "once": "form-1"}
    assert visitor.post("/report", form).status_code == 303


def test_a_form_that_came_too_late_is_sent_again_with_its_photos(app: Flask, db: Database, clock: Clock) -> None:
    visitor = Visitor(app, "alice", "en")
    visitor.get("/report", **PAGE)
    clock.shift(TERMS.rider.idle)

    def send() -> int:
        sent = upload(picture(), csrf=visitor.mark, category=cast.RUBBISH, area="loufeng", once="form-late")
        headers = {"Origin": "http://localhost"}
        return visitor.client.post("/report", **sent, headers=headers).status_code

    assert send() == 401
    # In another window of the same browser: both have the new cookie, and the old page is reloaded.
    assert visitor.post("/sign-in", {"username": "alice", "password": cast.PASSWORD}).status_code == 303
    assert send() == 303
    with db.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert len(ticket.photos) == 1


def test_every_setting_has_its_place_in_the_example() -> None:
    example = Path(".env.example").read_text(encoding="utf-8")
    for name, value in (("RIDER", "30d,90d"), ("STAFF", "4h,12h"), ("TOKEN", "7d,30d")):
        assert f"\nSIGN_IN_{name}={value}\n" in example
        assert SignIns.load({f"SIGN_IN_{name}": value}) == TERMS
