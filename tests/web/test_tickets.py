"""Tickets over HTTP: who sees what of them, how lists are filtered and paged, and how they are moved."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from models import Ticket, Unit
from models.clock import now
from models.database import Database
from tests.cast import LOUFENG, a_report, a_ticket, fields, person, step
from tests.web.conftest import People, Person, picture, upload
from tests.web.test_problems import holds
from workflow import moments


def make(db: Database, state: str = "submitted", rider: str = "alice", **about: Any) -> str:
    with db.writing() as session:
        return a_ticket(session, state, rider, **about).number


def numbers(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["number"] for each in answer.json["items"]]


def test_a_ticket_tells_its_version_and_what_may_be_done(people: People, db: Database) -> None:
    number = make(db, "triaged")
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
    number = make(sqlite_db)
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


def test_refusals_are_told_apart(people: People, db: Database) -> None:
    number = make(db, "triaged")
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
    number = make(db, "triaged")
    for tag in ('"1"', 'W/"1"', "2", '"x"', '""'):
        holds(people.carol.move(number, "comment", {"headers": {"If-Match": tag}}, note="看过"), 412)
    for tag in ('"2"', 'W/"2"', '"9", "2"', "*"):
        fresh = make(db, "triaged")
        moved = people.carol.move(fresh, "comment", {"headers": {"If-Match": tag}}, note="看过")
        assert moved.status_code == 200, (tag, moved.text)


def test_who_hands_it_on_no_longer_sees_it(people: People, db: Database) -> None:
    number = make(db, "assigned")
    told = people.erin.move(number, "send_back", reason="不是我们的", department="market")
    assert told.json == {"number": number, "state": "triaged"}
    holds(people.erin.get(f"/tickets/{number}"), 404)


def test_one_of_twenty_wins(people: People, db: Database) -> None:
    number = make(db, "resolved")
    carols = [Person(people.app, who) for who in ["carol", "carl"] * 10]
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(lambda each: each.move(number, "confirm"), carols))
    assert sorted(each.status_code for each in told) == [200] + [409] * 19
    assert all("clerk" in each.json["detail"] for each in told if each.status_code == 409)


def test_lists_hold_what_one_may_see(people: People, db: Database) -> None:
    mine, other, assigned = make(db), make(db, rider="bob"), make(db, "assigned", "bob")
    assert numbers(people.alice.get("/tickets")) == [mine]
    assert numbers(people.bob.get("/tickets")) == [assigned, other]
    assert numbers(people.carol.get("/tickets")) == [assigned, other, mine]
    assert numbers(people.erin.get("/tickets")) == [assigned]
    assert numbers(people.frank.get("/tickets")) == [assigned]
    assert numbers(people.sam.get("/tickets")) == [assigned, other, mine]
    for nobody in (people.dave, people.mona, people.gus):
        assert numbers(nobody.get("/tickets")) == []
    holds(people.mallory.get("/tickets"), 403)


def test_filters(people: People, db: Database) -> None:
    with db.writing() as session:
        far = a_report(session, "alice", latitude=31.40, longitude=120.70, description="Broken LAMP_post 100% 路灯")
        far.unit = session.scalars(select(Unit).where(Unit.code == "weiting")).one()
        far.category = None
        far = far.number
    near, assigned = make(db, address="星湖街88号"), make(db, "in_progress", "bob")
    sam = people.sam

    def found(query: str) -> set[str]:
        return set(numbers(sam.get(f"/tickets?{query}")))

    everything = {far, near, assigned}
    assert found("") == everything
    assert found("state=submitted") == {far, near}
    assert found("unit=weiting") == {far}
    assert found("unit=sip") == everything
    assert found("department=enforcement") == {assigned}
    assert found("department=municipal") == set()
    assert found("category=06010") == {near, assigned}
    assert found("q=lamp_POST") == {far}
    assert found("q=lamp%25post") == set()
    assert found("q=100%25") == {far}
    assert found("q=路灯") == {far}
    assert found("q=湖街8") == {near}
    assert found(f"q={near[-6:]}") == {near}
    assert found(f"q={near.lower()}") == {near}
    assert found(f"near={LOUFENG[0]},{LOUFENG[1]},30") == {near, assigned}
    assert found("near=31.40,120.70,30") == {far}
    assert found("near=31.35,120.68,20000") == everything
    assert found("overdue=true") == set()
    assert found("overdue=false") == everything
    assert found("mine=true") == set()
    assert set(numbers(people.erin.get("/tickets?mine=true"))) == {assigned}
    assert set(numbers(people.alice.get("/tickets?mine=true"))) == {far, near}
    with time_machine.travel(now() + timedelta(days=20)):
        late = Person(people.app, "sam")
        assert set(numbers(late.get("/tickets?overdue=true"))) == everything
        assert set(numbers(late.get("/tickets?overdue=true&state=in_progress"))) == {assigned}


def test_filters_by_time(people: People, db: Database) -> None:
    made = {}
    for moment in ("2026-11-09T15:59:59+00:00", "2026-11-09T16:00:00+00:00", "2026-11-10T15:59:59+00:00"):
        with time_machine.travel(moment, tick=False):
            made[moment] = make(db)
    first, second, third = made.values()
    sam = people.sam

    def found(query: str) -> set[str]:
        return set(numbers(sam.get(f"/tickets?{query}")))

    # A day is the city's, which begins at 16:00 UTC.
    assert found("since=2026-11-10") == {second, third}
    assert found("until=2026-11-09") == {first}
    assert found("since=2026-11-10&until=2026-11-10") == {second, third}
    assert found("since=2026-11-09T16:00:00Z") == {second, third}
    assert found("since=2026-11-10T00:00:00%2B08:00") == {second, third}
    assert found("since=2026-11-10T00:00:00+08:00") == {second, third}
    assert found("until=2026-11-09T16:00:00Z") == {first, second}


@pytest.mark.parametrize("sort", ["due", "-created"])
def test_pages_hold_everything_once(people: People, db: Database, sort: str) -> None:
    with time_machine.travel("2026-11-10T02:00:00+00:00", tick=False):
        same = [make(db) for _ in range(3)]
    made = [*same, make(db, "suspended"), make(db, "triaged"), make(db, "rejected"), make(db)]
    query, seen, pages = f"/tickets?limit=3&sort={sort}", [], 0
    cursor = ""
    while True:
        answer = people.sam.get(query + cursor)
        seen += numbers(answer)
        pages += 1
        if answer.json["next_cursor"] is None:
            break
        cursor = f"&cursor={answer.json['next_cursor']}"
    assert sorted(seen) == sorted(made)
    assert pages == 3
    assert seen == numbers(people.sam.get(f"/tickets?sort={sort}"))
    if sort == "due":
        dues = [people.sam.get(f"/tickets/{number}").json["due_at"] for number in seen]
        known = [due for due in dues if due is not None]
        assert known == sorted(known)
        assert dues == known + [None] * (len(dues) - len(known))
    other = "-created" if sort == "due" else "due"
    holds(people.sam.get(f"/tickets?limit=3&sort={other}{cursor}"), 422, "cursor")


def test_a_cursor_is_ours_or_refused(crowd: People, sqlite_db: Database) -> None:
    for _ in range(2):
        make(sqlite_db)
    cursor = crowd.sam.get("/tickets?limit=1").json["next_cursor"]
    assert crowd.sam.get(f"/tickets?limit=1&cursor={cursor}").status_code == 200
    for broken in (cursor[:-1], cursor + "A", cursor[::-1], "A" * len(cursor), cursor.swapcase()):
        holds(crowd.sam.get(f"/tickets?limit=1&cursor={broken}"), 422, "cursor")
    holds(crowd.sam.get(f"/notifications?cursor={cursor}"), 422, "cursor")


def test_events_come_in_pages_too(crowd: People, sqlite_db: Database) -> None:
    number = make(sqlite_db, "in_progress")
    first = crowd.carol.get(f"/tickets/{number}/events?limit=3").json
    assert [each["action"] for each in first["items"]] == ["open", "triage", "assign"]
    rest = crowd.carol.get(f"/tickets/{number}/events?limit=3&cursor={first['next_cursor']}").json
    assert [each["action"] for each in rest["items"]] == ["accept"]
    assert rest["next_cursor"] is None


def test_an_internal_comment_stays_among_staff(people: People, db: Database) -> None:
    number = make(db, "assigned")
    upload_id = people.carol.ask("POST", "/uploads", **upload(picture())).json["items"][0]["id"]
    told = people.carol.move(number, "comment", note="内部的话", internal=True, photos=[upload_id])
    assert told.status_code == 200, told.text
    url = f"/tickets/{number}/photos/{upload_id}"
    assert people.erin.get(url).status_code == 200
    holds(people.alice.get(url), 404)
    assert upload_id not in people.alice.get(f"/tickets/{number}").text
    assert "内部的话" not in people.alice.get(f"/tickets/{number}/events").text
    assert "内部的话" in people.erin.get(f"/tickets/{number}/events").text


def test_photos_are_served_to_who_sees_the_ticket(people: People, db: Database) -> None:
    number = make(db, "assigned")
    sent = people.alice.ask("POST", f"/tickets/{number}/photos", **upload(picture(3000, 2000), kind="before"))
    assert sent.status_code == 201
    photo = sent.json["items"][0]
    assert (photo["kind"], photo["width"], photo["height"]) == ("before", 1600, 1067)
    for who in (people.alice, people.carol, people.erin, people.sam):
        full, thumb = who.get(photo["url"]), who.get(photo["url"] + "?size=thumb")
        assert full.content_type == thumb.content_type == "image/jpeg"
        assert 0 < len(thumb.data) < len(full.data)
        assert full.headers["X-Content-Type-Options"] == "nosniff"
        assert full.headers["Cache-Control"].startswith("private")
    for who in (people.bob, people.dave, people.mona):
        holds(who.get(photo["url"]), 404)
        holds(who.ask("POST", f"/tickets/{number}/photos", **upload(picture())), 404)
    holds(people.sam.ask("POST", f"/tickets/{number}/photos", **upload(picture())), 403)
    holds(people.alice.get(photo["url"] + "?size=huge"), 422, "size")
    holds(people.alice.ask("POST", f"/tickets/{number}/photos", **upload(picture(), kind="during")), 422, "kind")
    other = make(db)
    holds(people.alice.get(f"/tickets/{other}/photos/{photo['id']}"), 404)


def test_others_know_little_of_a_report_and_may_join_it(people: People, db: Database) -> None:
    number = people.alice.ask(
        "POST",
        "/reports",
        **upload(picture(), category="06010", latitude=str(LOUFENG[0]), longitude=str(LOUFENG[1])),
    ).json["number"]
    place = f"lat={LOUFENG[0]}&lng={LOUFENG[1]}"
    holds(people.bob.get(f"/nearby?{place}"), 422, "group")
    holds(people.bob.get(f"/nearby?{place}&group=nothing"), 422, "group")
    group = next(each["group"] for each in people.bob.get("/categories").json["items"] if each["code"] == "06010")
    query = f"/nearby?{place}&group={group}"
    (found,) = people.bob.get(query).json["items"]
    assert set(found) == {"id", "group", "state", "age_minutes", "distance_m"}
    assert number not in people.bob.get(query).text
    assert people.alice.get(query).json["items"] == []
    joined = people.bob.ask("POST", f"/nearby/{found['id']}/join", **upload(picture(colour="blue")))
    assert joined.status_code == 200, joined.text
    assert set(joined.json) == set(found)
    assert people.bob.post(f"/nearby/{found['id']}/join").status_code == 200
    holds(people.alice.post(f"/nearby/{found['id']}/join"), 409)
    holds(people.bob.post("/nearby/unknown/join"), 404)
    holds(people.carol.get(query), 403)
    holds(people.bob.get(f"/tickets/{number}"), 404)
    assert len(people.carol.get("/tickets").json["items"]) == 0
    with db.writing() as session:
        ticket = session.scalars(select(Ticket)).one()
        ticket.unit, ticket.routed_at = session.scalars(select(Unit).where(Unit.code == "loufeng")).one(), now()
        session.flush()
        step(session, ticket, "triage")
    (found,) = people.bob.get(query).json["items"]
    thumb = people.bob.get(found["thumb"])
    assert (thumb.status_code, thumb.content_type) == (200, "image/jpeg")
    assert len(people.carol.get(f"/tickets/{number}").json["photos"]) == 2
    with time_machine.travel(now() + timedelta(hours=73)):
        later = Person(people.app, "bob")
        assert later.get(query).json["items"] == []
        holds(later.get(found["thumb"]), 404)


def test_points_are_a_riders(people: People, db: Database) -> None:
    make(db, "rewarded")
    told = people.alice.get("/me/points").json
    assert told["balance"] == 10
    assert told["items"][0]["points"] == 10
    assert told["items"][0]["reason"]
    assert told["items"][0]["ticket"].startswith("SIP-")
    assert told["today"]["earned"] == 10
    holds(people.carol.get("/me/points"), 403)


def test_what_is_fired_in_tests_is_what_http_takes(people: People, db: Database) -> None:
    number = make(db, "in_progress")
    with db.writing() as session:
        given = fields(session, "request_suspension", person(session, "erin"))
    told = people.erin.move(number, "request_suspension", **given)
    assert told.status_code == 200, told.text
    told = people.sam.move(number, "suspend", review_on=given["review_on"])
    assert (told.json["state"], told.json["overdue"]) == ("suspended", False)
    day = moments.day(date.fromisoformat(given["review_on"]), now().date(), "en")
    assert f"review on {day}" in told.json["due_why"]


def test_a_request_that_was_cut_off_does_nothing(people: People, db: Database) -> None:
    number = make(db, "resolved")
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


def test_what_has_ended_takes_no_more_pictures(people: People, db: Database) -> None:
    number = make(db, "withdrawn")
    holds(people.alice.post(f"/tickets/{number}/photos", **upload(picture())), 409)


def test_a_reporters_picture_proves_no_work(people: People, db: Database) -> None:
    number = make(db, "in_progress")
    holds(people.alice.post(f"/tickets/{number}/photos", **upload(picture(), kind="after")), 422, "kind")
    before = people.erin.post(f"/tickets/{number}/photos", **upload(picture(), kind="before")).json["items"][0]["id"]
    holds(people.erin.move(number, "resolve", note="x", photos=[before]), 422, "photos")
    after = people.erin.post(f"/tickets/{number}/photos", **upload(picture(), kind="after")).json["items"][0]["id"]
    assert people.erin.move(number, "resolve", note="x", photos=[after]).status_code == 200
    assert people.carol.move(number, "rework", reason="x").status_code == 200
    holds(people.erin.move(number, "resolve", note="x", photos=[after]), 422, "photos")
