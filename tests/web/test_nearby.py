"""Reports nearby over HTTP: how little others know of them, and that they may join one."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from sqlalchemy import select

from models import Ticket, Unit
from models.clock import now
from models.database import Database
from stage.cast import LOUFENG, step
from stage.photos import picture, upload
from tests.web.conftest import People, Person
from tests.web.test_problems import holds


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
