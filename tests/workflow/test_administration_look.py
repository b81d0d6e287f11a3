"""The audited look at an anonymous reporter, and the reasons why a ticket went where it went."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Act, Notification, User
from stage import cast
from stage.cast import a_report, a_ticket, person, step
from workflow.administration import routing
from workflow.administration.look import look
from workflow.errors import Forbidden, Invalid, NotFound, Refused
from workflow.routing import route
from workflow.telling import sentences

WHY = "派出所来函核实，文号 12"


def told(session: Session) -> dict[str, str]:
    rows = session.scalars(select(Notification).where(Notification.key.contains("look"))).all()
    names = {row.id: row.username or "" for row in session.scalars(select(User))}
    return {names[row.user_id]: text for row, text in zip(rows, sentences(session, rows, "en"), strict=True)}


@pytest.mark.parametrize("who", [name for name in cast.PEOPLE if name != "ada"])
def test_nobody_else_looks(session: Session, who: str) -> None:
    number = a_ticket(session, "assigned", anonymous=True).number
    with pytest.raises(Forbidden):
        look(session, person(session, who), number, WHY)
    assert session.scalars(select(Act)).all() == []


def test_a_look_is_recorded_and_told(session: Session) -> None:
    number = a_report(session, anonymous=True).number
    seen = look(session, person(session, "ada"), number, f"  {WHY} ")
    assert (seen.name, seen.username, seen.phone_tail) == ("Alice", "alice", None)
    row = session.scalars(select(Act)).one()
    assert (row.action, row.subject, row.words) == ("ticket.look", number, {"reason": WHY})
    assert told(session).keys() == {"alice", "sam"}
    assert "Ada looked" in told(session)["sam"]
    assert "Ada" not in told(session)["alice"]
    look(session, person(session, "ada"), number, WHY)
    assert len(session.scalars(select(Act)).all()) == 2


@pytest.mark.parametrize("reason", ["", "  x ", "x" * 301, "tab\x00tab", "。。。。。", "1234567", "核实 12345……"])
def test_a_look_needs_a_reason(session: Session, reason: str) -> None:
    number = a_report(session, anonymous=True).number
    with pytest.raises(Invalid, match="reason"):
        look(session, person(session, "ada"), number, reason)
    assert told(session) == {}


def test_there_is_nothing_to_look_at_in_a_report_with_a_name(session: Session) -> None:
    with pytest.raises(Refused):
        look(session, person(session, "ada"), a_report(session).number, WHY)
    with pytest.raises(NotFound):
        look(session, person(session, "ada"), "SIP-26-999999", WHY)


def test_administrators_do_not_look_at_what_they_reported_or_where_they_ride(session: Session) -> None:
    """The reporter's own view is theirs as any rider's."""
    with pytest.raises(Forbidden):
        look(session, person(session, "ada"), a_report(session, "ada", anonymous=True).number, WHY)


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_rule_says_itself(session: Session, locale: str) -> None:
    rules = routing.rules(session, person(session, "ada"), locale)
    assert {kind: len(rows) for kind, rows in rules.items()} == {"routing": 6, "duplicates": 1, "reward": 2, "cap": 2}
    assert all(each.sentences and each.title and each.source for rows in rules.values() for each in rows)
    assert "do: assign" in rules["routing"][1].source
    with pytest.raises(Forbidden):
        routing.rules(session, person(session, "sam"), locale)


def test_a_ticket_says_why_it_is_where_it_is(session: Session) -> None:
    ticket = a_report(session, category=None, description="门口一堆垃圾没人清")
    ada = person(session, "ada")
    assert routing.why(session, ada, ticket.number, "en")[1] == ["It has not been routed yet; look again in a moment."]
    ticket.routed_at = None
    route(session, ticket)
    step(session, ticket, "triage")
    step(session, ticket, "assign")
    step(session, ticket, "send_back")
    said = routing.why(session, ada, ticket.number, "en")[1]
    assert said[0].startswith("The place lies in")
    assert "suggest" in said[1]
    assert said[-3:] == ["Carol accepted it.", f"Carol assigned it to {name(session)}.", "Erin sent it back."]


def test_a_rule_that_acted_is_named(session: Session) -> None:
    alice = person(session, "alice")
    ticket = a_report(session, category="01003", photos=[cast.photo(session, alice)])
    ticket.routed_at = None
    route(session, ticket)
    said = " ".join(routing.why(session, person(session, "ada"), ticket.number, "zh")[1])
    assert "按规则「井盖缺失或损坏，有照片，立即受理」，系统直接受理。" in said
    with pytest.raises(NotFound):
        routing.why(session, person(session, "ada"), "nonsense", "zh")


def name(session: Session) -> str:
    (membership,) = person(session, "erin").memberships
    return membership.unit.name_en
