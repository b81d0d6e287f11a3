"""What the router found is shown to the street, and to nobody else."""

from __future__ import annotations

from models import Ticket, Unit
from models.database import Database
from stage.cast import LOUFENG, person, photo, step
from tests.draining import drain
from tests.web.conftest import People
from workflow.report.opening import NewReport, open_report


def send(db: Database, rider: str, sha256: str) -> str:
    with db.writing() as session:
        sender = person(session, rider)
        upload = photo(session, sender, sha256=sha256)
        about = {"description": "路边一堆垃圾没人管", "latitude": LOUFENG[0], "longitude": LOUFENG[1]}
        number = open_report(session, sender, NewReport(photos=[upload], **about)).number
    drain()
    return number


def test_the_clerk_sees_guess_duplicates_and_the_same_picture(people: People, db: Database) -> None:
    first, again = send(db, "alice", "a" * 64), send(db, "bob", "a" * 64)
    found = people.carol.get(f"/tickets/{again}").json["suggestions"]
    assert (found["category"], found["department"]) == ("06010", "enforcement")
    assert "垃圾" in found["words"]
    assert [each["number"] for each in found["duplicates"]] == [first]
    assert found["same_picture"] == [first]


def test_neither_the_rider_nor_a_department_sees_them(people: People, db: Database) -> None:
    number = send(db, "alice", "a" * 64)
    with db.writing() as session:
        ticket = session.get_one(Ticket, 1)
        for name in ("triage", "assign"):
            step(session, ticket, name)
    assert people.alice.get(f"/tickets/{number}").json["suggestions"] is None
    assert people.erin.get(f"/tickets/{number}").json["suggestions"] is None


def test_numbers_of_another_street_are_left_out(people: People, db: Database) -> None:
    first = send(db, "alice", "a" * 64)
    with db.writing() as session:
        step(session, session.get_one(Ticket, 1), "triage", "cleo")
    move = people.cleo.post(f"/tickets/{first}/transitions/reject", json={"reason": "x"})
    assert move.status_code == 200
    again = send(db, "bob", "a" * 64)
    assert people.carol.get(f"/tickets/{again}").json["suggestions"]["same_picture"] == [first]
    with db.writing() as session:
        session.get_one(Ticket, 1).unit = session.query(Unit).filter_by(code="weiting").one()
    assert people.carol.get(f"/tickets/{again}").json["suggestions"]["same_picture"] == []
