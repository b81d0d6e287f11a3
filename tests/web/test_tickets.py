"""Tickets over HTTP: what one tells, how it is moved, and how refusals are told apart."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

from sqlalchemy import select

from models import Ticket, Unit
from models.clock import now
from models.database import Database
from stage.cast import fields, person
from stage.photos import picture, upload
from tests.web.conftest import People, Person, number_of
from tests.web.test_problems import holds
from workflow import moments


def test_a_ticket_tells_its_version_and_what_may_be_done(people: People, db: Database) -> None:
    number = number_of(db, "triaged")
    answer = people.carol.get(f"/tickets/{number}")
    assert answer.headers["ETag"] == '"2"'
    assert answer.json["version"] == 2
    assert answer.json["workflow"] == "report/1"
    names = [each["name"] for each in answer.json["permitted"]]
    assert "assign" in names
    assert "accept" not in names
    assign = next(each for each in answer.json["permitted"] if each["name"] == "assign")
    assert assign["title"] == "Assign"
    need = assign["needs"][0]
    assert (need["field"], need["type"], need["required"]) == ("department", "choice", True)
    assert "enforcement" in [each["value"] for each in need["options"]]
    assert people.alice.get(f"/tickets/{number}").json["permitted"][0]["name"] == "comment"


def test_not_modified_for_who_has_it(crowd: People, sqlite_db: Database) -> None:
    number = number_of(sqlite_db)
    for tag in ('"1"', 'W/"1"', '"7", "1"', "*"):
        answer = crowd.carol.get(f"/tickets/{number}", headers={"If-None-Match": tag})
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", '"1"')
    for tag in ('"2"', "1", "", "nonsense"):
        assert crowd.carol.get(f"/tickets/{number}", headers={"If-None-Match": tag}).status_code == 200
    holds(crowd.dave.get(f"/tickets/{number}", headers={"If-None-Match": "*"}), 404)


def test_a_report_goes_from_sent_to_confirmed_over_http_alone(people: People, db: Database) -> None:
    number = people.alice.report()["number"]
    with db.writing() as session:
        ticket = session.scalars(select(Ticket)).one()
        ticket.unit, ticket.routed_at = session.scalars(select(Unit).where(Unit.code == "loufeng")).one(), now()
    carol, erin, alice = people.carol, people.erin, people.alice
    told = carol.move(number, "triage", category="06010", priority="urgent")
    assert (told.status_code, told.json["state"], told.json["priority"]) == (200, "triaged", "urgent")
    assert told.headers["ETag"] == f'"{told.json["version"]}"'
    told = carol.move(number, "assign", department="enforcement", assisting=["market"])
    assert told.json["department"]["code"] == "enforcement"
    assert [each["code"] for each in told.json["assisting"]] == ["market"]
    told = erin.post(f"/tickets/{number}/transitions/accept")
    assert told.json["handler"] == {"name": "Erin"}
    assert told.json["reporter"] is None
    holds(erin.move(number, "resolve", note="清理完毕"), 422, "photos")
    after = erin.ask("POST", f"/tickets/{number}/photos", **upload(picture()))
    assert [each["kind"] for each in after.json["items"]] == ["after"]
    told = erin.move(number, "resolve", note="清理完毕", photos=[after.json["items"][0]["id"]])
    assert told.json["state"] == "resolved", told.text
    told = alice.move(number, "confirm", rating=5)
    assert told.json["state"] == "confirmed"
    history = alice.get(f"/tickets/{number}/events").json["items"]
    assert [each["action"] for each in history] == [
        "open", "triage", "assign", "accept", "resolve", "confirm",
    ]  # fmt: skip
    assert history[0]["from"] is None
    assert history[-1]["details"] == {"rating": 5}
    assert all(each["sentence"] for each in history)


def test_what_is_fired_in_tests_is_what_http_takes(people: People, db: Database) -> None:
    number = number_of(db, "in_progress")
    with db.writing() as session:
        given = fields(session, "request_suspension", person(session, "erin"))
    told = people.erin.move(number, "request_suspension", **given)
    assert told.status_code == 200, told.text
    told = people.sam.move(number, "suspend", review_on=given["review_on"])
    assert (told.json["state"], told.json["overdue"]) == ("suspended", False)
    day = moments.day(date.fromisoformat(given["review_on"]), now().date(), "en")
    assert f"review on {day}" in told.json["due_why"]


def test_refusals_are_told_apart(people: People, db: Database) -> None:
    number = number_of(db, "triaged")
    holds(people.carol.move(number, "no_such_step"), 404)
    holds(people.carol.move(number, "open"), 403)
    holds(people.carol.move("SIP-26-999999", "assign"), 404)
    holds(people.dave.move(number, "assign", department="enforcement"), 404)
    holds(people.alice.move(number, "assign", department="enforcement"), 403)
    holds(people.carol.move(number, "triage", category="06010"), 409)
    holds(people.carol.move(number, "assign"), 422, "department")
    holds(people.carol.move(number, "assign", department="nowhere"), 422, "department")
    several = {"department": 5, "note": ["x"], "colour": "red"}
    holds(people.carol.move(number, "assign", **several), 422, *several)
    holds(people.nobody.move(number, "assign"), 401)
    assert people.carol.get(f"/tickets/{number}").json["version"] == 2


def test_an_old_version_is_412(people: People, db: Database) -> None:
    number = number_of(db, "triaged")
    for tag in ('"1"', 'W/"1"', "2", '"x"', '""'):
        holds(people.carol.move(number, "comment", {"headers": {"If-Match": tag}}, note="看过"), 412)
    for tag in ('"2"', 'W/"2"', '"9", "2"', "*"):
        fresh = number_of(db, "triaged")
        moved = people.carol.move(fresh, "comment", {"headers": {"If-Match": tag}}, note="看过")
        assert moved.status_code == 200, (tag, moved.text)


def test_who_hands_it_on_no_longer_sees_it(people: People, db: Database) -> None:
    number = number_of(db, "assigned")
    told = people.erin.move(number, "send_back", reason="不是我们的", department="market")
    assert told.json == {"number": number, "state": "triaged"}
    holds(people.erin.get(f"/tickets/{number}"), 404)


def test_one_of_twenty_wins(people: People, db: Database) -> None:
    number = number_of(db, "resolved")
    carols = [Person(people.app, who) for who in ["carol", "carl"] * 10]
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(lambda each: each.move(number, "confirm"), carols))
    assert sorted(each.status_code for each in told) == [200] + [409] * 19
    assert all("clerk" in each.json["detail"] for each in told if each.status_code == 409)


def test_points_are_a_riders(people: People, db: Database) -> None:
    number_of(db, "rewarded")
    told = people.alice.get("/me/points").json
    assert told["balance"] == 10
    assert told["items"][0]["points"] == 10
    assert told["items"][0]["reason"]
    assert told["items"][0]["ticket"].startswith("SIP-")
    assert told["today"]["earned"] == 10
    holds(people.carol.get("/me/points"), 403)


def test_a_request_that_was_cut_off_does_nothing(people: People, db: Database) -> None:
    number = number_of(db, "resolved")
    for sent in (b"", b"{}"):
        answer = people.carol.post(
            f"/tickets/{number}/transitions/confirm", input_stream=io.BytesIO(sent), content_type="application/json",
            environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": "50"},
        )  # fmt: skip
        assert answer.status_code == 400, answer.text
    assert people.carol.get(f"/tickets/{number}").json["state"] == "resolved"


def test_a_server_that_cannot_read_the_body_is_no_error_of_ours(people: People) -> None:
    class Broken(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            raise RuntimeError("Invalid chunk size")

        def readinto(self, buffer: Any) -> int:
            raise RuntimeError("Invalid chunk size")

    for path, kind in (("/tokens", "application/json"), ("/uploads", "multipart/form-data; boundary=x")):
        answer = people.carol.post(
            path, content_type=kind, input_stream=io.BytesIO(),
            environ_overrides={"wsgi.input": Broken(), "wsgi.input_terminated": True},
        )  # fmt: skip
        assert answer.status_code == 400, answer.text
