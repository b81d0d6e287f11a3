"""Each audience's view of a ticket: the same fields, and no field of a department's that could name a rider."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Ticket, User
from models.clock import now
from models.database import Database
from stage.cast import a_ticket, person
from tests.web.conftest import People
from web.api.schemas.outgoing import TicketOut
from web.api.serializers import TELLERS, Page, department
from workflow.riders import rider_of_phone

SECRETS = ("Zebulon", "zebulon7", "Q~Z7")
"""The last as it is in no hash and no opaque id."""


def unreadable(_ticket: Ticket) -> Any:
    raise AssertionError("a department's serializer read who reported it")


def named(session: Session, ticket: Ticket) -> None:
    """Give the reporter a name that can be found again wherever it is told."""
    reporter = session.get_one(User, ticket.reporter_id)
    reporter.name, reporter.username, reporter.phone_tail = SECRETS
    session.flush()


@pytest.mark.parametrize("anonymous", [False, True])
def test_every_audience_tells_the_same_fields(sqlite_db: Database, anonymous: bool) -> None:
    with sqlite_db.writing() as session:
        ticket = a_ticket(session, "in_progress", anonymous=anonymous)
        named(session, ticket)
        for audience, tell in TELLERS.items():
            told = tell(ticket, Page(session, person(session, "ada"), "en", [ticket]))
            TicketOut.model_validate(told)
            text = json.dumps(told, ensure_ascii=False)
            seen = [secret for secret in SECRETS if secret in text]
            assert seen == ([] if anonymous or audience == "department" else ["Zebulon", "Q~Z7"]), audience


def test_a_departments_never_even_reads_the_reporter(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite_db.writing() as session:
        ticket = a_ticket(session, "in_progress")
        page = Page(session, person(session, "erin"), "en", [ticket])
        assert page.points, "summed up for the whole page before any ticket of it is told"
        for name in ("reporter", "reporter_id", "entered_by_id", "joins"):
            monkeypatch.setattr(Ticket, name, property(unreadable))
        assert department.ticket(ticket, page)["reporter"] is None


def test_nothing_that_a_department_is_told_names_a_rider(people: People, db: Database) -> None:
    with db.writing() as session:
        ticket = a_ticket(session, "resolved")
        named(session, ticket)
        number = ticket.number
    from workflow.engine import fire

    with db.writing() as session:
        ticket = session.scalars(select(Ticket).order_by(Ticket.id)).first()
        assert ticket is not None
        fire(ticket, "comment", actor=session.get_one(User, ticket.reporter_id), note="还没有解决")
    for path in (f"/tickets/{number}", "/tickets", f"/tickets/{number}/events", "/notifications"):
        for who in (people.erin, people.hana, people.frank):
            text = who.get(path).text
            assert not [secret for secret in SECRETS if secret in text], (path, who.username)
        assert who.get(path).status_code == 200
    assert "Zebulon" in people.carol.get(f"/tickets/{number}").text
    events = people.carol.get(f"/tickets/{number}/events").json["items"]
    assert {each["actor"]["name"] for each in events if each["actor"]["role"] == "rider"} == {"Zebulon"}
    events = people.erin.get(f"/tickets/{number}/events").json["items"]
    assert {each["actor"]["name"] for each in events if each["actor"]["role"] == "rider"} == {None}


@pytest.mark.parametrize(("state", "anonymous"), [("closed", True), ("rewarded", False)])
def test_a_department_does_not_learn_what_a_report_earned_and_why_not(
    people: People, db: Database, state: str, anonymous: bool
) -> None:
    with db.writing() as session:
        number = a_ticket(session, state, anonymous=anonymous).number
    events = people.erin.get(f"/tickets/{number}/events").json["items"]
    assert events[-1]["action"] in ("close", "reward")
    for told in (events, people.erin.get(f"/tickets/{number}").json):
        text = json.dumps(told, ensure_ascii=False)
        assert "anonymous" not in text.lower()
        assert '"why"' not in text
    assert {"points", "why"}.isdisjoint(events[-1]["details"])
    assert people.erin.get(f"/tickets/{number}").json["points"] == {"pending": 0, "paid": 0}
    told = people.carol.get(f"/tickets/{number}/events").json["items"][-1]["details"]
    assert told["why"] == "anonymous" if anonymous else told["points"] > 0


def test_who_was_entered_by_a_clerk_is_known_to_the_street_by_tail(people: People, db: Database) -> None:
    from web.context import keys

    sent = people.carol.report(on_behalf_of={"phone": "13800134711", "name": "Zebulon"})
    with people.app.app_context(), db.writing() as session:
        rider = rider_of_phone(session, keys().phones, "13800134711", None)
        assert rider.created_at <= now()
    assert people.carol.get(f"/tickets/{sent['number']}").json["reporter"] == {"name": "Zebulon", "phone_tail": "4711"}
    assert "13800134711" not in people.carol.get(f"/tickets/{sent['number']}").text
