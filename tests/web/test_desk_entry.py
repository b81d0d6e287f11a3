"""A report that a clerk enters for a rider who telephoned; and how many queries the desk's pages run."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Category, Photo, Ticket, User
from models.database import Database
from stage.cast import LOUFENG, RUBBISH, a_report, a_ticket, person, photo, step
from stage.photos import picture, upload
from tests.draining import drain
from tests.web.browsing import Visitor, words
from tests.web.test_queries import counted
from workflow.engine import fire

TOLD = {"phone": "138 0013 8123", "name": "张师傅", "description": "天桥下一堆垃圾", "address": "星湖街 328 号"}
PIN = {"latitude": str(LOUFENG[0]), "longitude": str(LOUFENG[1])}
MOST_QUERIES = 15


def once(visitor: Visitor) -> str:
    found = re.search(r'name="once" value="([^"]+)"', visitor.get("/desk/entry").text)
    assert found is not None
    return found[1]


def count_of(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count(Ticket.id))) or 0


def test_what_was_told_becomes_the_riders_report(app: Flask, db: Database) -> None:
    carol = Visitor(app, "carol")
    whole = upload(picture(), csrf=carol.mark, once=once(carol), category=RUBBISH, **TOLD, **PIN)
    answer = carol.post("/desk/entry", whole["data"], content_type=whole["content_type"])
    assert answer.status_code == 303
    assert answer.location == "/tickets/SIP-26-000001?did=open"
    page = carol.get(answer.location)
    said = words(page)
    assert "SIP-26-000001 已录入。" in said
    assert "张师傅" in said
    assert "尾号 8123" in said
    assert "电话代录" in said
    assert "正在判断" in said
    with db.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert ticket.entered_by_id == person(session, "carol").id
        assert ticket.reporter.name == "张师傅"
        assert (ticket.latitude, ticket.longitude) == LOUFENG
        assert ticket.address == "星湖街 328 号"
        assert session.scalars(select(Photo.ticket_id)).all() == [ticket.id]
    drain()
    assert "正在判断" not in words(carol.get("/tickets/SIP-26-000001"))


def test_the_place_may_be_a_communitys_name(site: Flask, sqlite_db: Database) -> None:
    carol = Visitor(site, "carol")
    answer = carol.post("/desk/entry", TOLD | {"once": once(carol), "area": "loufeng"})
    assert answer.status_code == 303
    drain()
    with sqlite_db.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert "/loufeng/" in ticket.unit.path
        assert ticket.accuracy_m is not None
        assert ticket.accuracy_m > 100


def test_what_lies_in_another_street_goes_there_and_the_clerk_is_told(site: Flask, sqlite_db: Database) -> None:
    carol = Visitor(site, "carol")
    answer = carol.post("/desk/entry", TOLD | {"once": once(carol), "area": "weiting"})
    assert answer.status_code == 303
    assert answer.location == "/desk/tickets?state=submitted&sort=due&did=open&ticket=SIP-26-000001"
    drain()
    page = carol.get(answer.location)
    assert page.status_code == 200
    assert "SIP-26-000001 已录入，已不在您手上。" in words(page)
    assert carol.get("/tickets/SIP-26-000001").status_code == 404
    assert Visitor(site, "dave").get("/tickets/SIP-26-000001").status_code == 200


def test_what_is_wrong_is_said_and_everything_stays(site: Flask, sqlite_db: Database) -> None:
    carol = Visitor(site, "carol")
    key = once(carol)
    wrong: dict[str, dict[str, Any]] = {
        "phone": TOLD | PIN | {"phone": "123"},
        "place": TOLD,
        "category": {"phone": TOLD["phone"], "name": "张师傅", "address": "星湖街 328 号"} | PIN,
        "photos": {"category": "06015", "phone": TOLD["phone"], "name": "张师傅", "address": "星湖街 328 号"} | PIN,
    }
    with sqlite_db.writing() as session:
        session.scalars(select(Category).where(Category.code == "06015")).one().photo_required = True
    for field, given in wrong.items():
        page = carol.post("/desk/entry", given | {"once": key, "anonymous": "1"})
        assert page.status_code == 422, field
        assert f'href="#f-{field}"' in page.text
        assert f'id="f-{field}-error"' in page.text
        assert f'value="{key}"' in page.text
        for name, value in given.items():
            assert (f">{value}</textarea>" if name == "description" else f'value="{value}"') in page.text, name
        assert re.search(r'name="anonymous"[^>]* checked', page.text)
    nothing = carol.post("/desk/entry", {"once": key})
    assert nothing.status_code == 422
    assert 'id="f-phone-error"' in nothing.text
    assert carol.post("/desk/entry", TOLD | PIN | {"once": key, "area": "nonsense"}).status_code == 303
    assert count_of(sqlite_db) == 1


def test_photos_are_not_lost_with_a_wrong_form(site: Flask, sqlite_db: Database) -> None:
    carol = Visitor(site, "carol")
    key = once(carol)
    whole = upload(picture(), csrf=carol.mark, once=key, **TOLD)
    page = carol.post("/desk/entry", whole["data"], content_type=whole["content_type"])
    assert page.status_code == 422
    kept = re.findall(r'name="photo_ids" value="([^"]+)"', page.text)
    assert len(kept) == 1
    assert carol.post("/desk/entry", TOLD | PIN | {"once": key, "photo_ids": kept}).status_code == 303
    with sqlite_db.reading() as session:
        assert session.scalars(select(Photo.ticket_id).where(Photo.public_id == kept[0])).one() == 1


def test_a_form_that_is_sent_twice_enters_one_report(site: Flask, sqlite_db: Database) -> None:
    carol = Visitor(site, "carol")
    given = TOLD | PIN | {"once": once(carol)}
    first, second = carol.post("/desk/entry", given), carol.post("/desk/entry", given)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    other = carol.post("/desk/entry", given | {"description": "另一件"})
    assert other.status_code == 409
    assert "这一页刚才已经录入一件（SIP-26-000001）" in words(other)
    assert ">另一件</textarea>" in other.text
    assert str(given["once"]) not in other.text
    assert count_of(sqlite_db) == 1
    broken = carol.post("/desk/entry", given | {"once": ""})
    assert broken.status_code == 422
    assert re.search(r'name="once" value="form-[^"]{20,}"', broken.text)


def test_the_same_number_is_the_same_rider_and_anonymous_is_anonymous(site: Flask, sqlite_db: Database) -> None:
    carol = Visitor(site, "carol")
    for name in ("张师傅", "李师傅"):
        carol.post("/desk/entry", TOLD | PIN | {"once": once(carol), "name": name})
    carol.post("/desk/entry", TOLD | PIN | {"once": once(carol), "anonymous": "1"})
    with sqlite_db.reading() as session:
        assert len(set(session.scalars(select(Ticket.reporter_id)))) == 1
        assert session.scalars(select(User.name).where(User.phone_tail == "8123")).one() == "张师傅"
    page = carol.get("/tickets/SIP-26-000003")
    assert "匿名上报" in words(page)
    assert "张师傅" not in page.text
    assert "8123" not in page.text


def test_no_page_of_the_desk_runs_a_query_per_row(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        number = a_ticket(session, "submitted").number
    asked = [
        ("carol", "/desk/tickets?sort=due"), ("erin", "/desk/tickets?sort=due"), ("sam", "/desk/tickets?sort=-created"),
        ("carol", "/desk/tickets/marks.json"), ("carol", f"/desk/tickets/{number}/nearby.json"),
        ("carol", f"/tickets/{number}?from=sort%3Ddue"), ("sam", f"/tickets/{number}"), ("erin", f"/tickets/{number}"),
        ("ada", f"/tickets/{number}"), ("carol", "/desk/entry"),
    ]  # fmt: skip
    told: list[list[int]] = []
    for more in (5, 45):
        with sqlite_db.writing() as session:
            ticket = session.scalars(select(Ticket).order_by(Ticket.id)).first()
            assert ticket is not None
            _grow(session, ticket, more)
        told.append([])
        for username, path in asked:
            visitor = Visitor(site, username)
            visitor.get(path)
            with counted(sqlite_db) as sent:
                page = visitor.get(path)
            assert page.status_code == 200
            told[-1].append(len(sent))
    for (username, path), few, many in zip(asked, *told, strict=True):
        assert few == many <= MOST_QUERIES, f"{username} {path}: {few} queries, then {many}"


def _grow(session: Session, ticket: Ticket, more: int) -> None:
    """Neighbours, duplicates, rows, events and pictures."""
    near = []
    for number in range(more):
        rider = ("alice", "bob")[number % 2]
        shown = [photo(session, person(session, rider)) for _ in range(2)]
        near.append(a_ticket(session, ("submitted", "assigned")[number % 2], rider, photos=shown).number)
        actor = person(session, ("carol", "alice", "sam")[number % 3])
        fire(ticket, "comment", actor=actor, note="又看过了", photos=[photo(session, actor)])
    if ticket.state == "submitted":
        for name, who in (("triage", "carol"), ("assign", "carol"), ("accept", "erin"), ("request_extension", "erin")):
            step(session, ticket, name, who)
    ticket.routing = {
        "unit": "loufeng", "inside": True, "category": RUBBISH, "words": [], "group": "rubbish",
        "department": "enforcement", "same_picture": near[:1],
        "duplicates": [{"number": each, "metres": 0, "hours": 1} for each in near[1:]],
    }  # fmt: skip
    a_report(session)
