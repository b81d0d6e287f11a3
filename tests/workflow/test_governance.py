"""The rules between offices: who sees, speaks, urges and hands over, and that nobody decides on their own request."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Membership, Ticket, Unit, User
from models.clock import now
from models.people import ROLES
from stage.cast import a_ticket, fields, person, step
from tests.workflow.offices import permitted_names, refusal, steps, told
from tests.workflow.situations import in_workdays
from workflow import access
from workflow.actors import SYSTEM
from workflow.engine import fire, permitted
from workflow.errors import Forbidden, NotFound, Refused

pytestmark = pytest.mark.usefixtures("monday")


def test_nobody_grants_what_they_asked_for(session: Session) -> None:
    """Who wears two hats takes off one."""
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    erin = person(session, "erin")
    erin.memberships += [
        Membership(role="clerk", unit=units["loufeng"]), Membership(role="supervisor", unit=units["sip"]),
    ]  # fmt: skip
    session.flush()
    ticket = a_ticket(session, "in_progress")
    soon = in_workdays(session, 4)
    steps(session, ticket, ["request_extension", "request_suspension"])
    assert refusal(ticket, "grant_extension", erin, {"until": soon}) == "forbidden.own_request"
    assert refusal(ticket, "refuse_extension", erin, {"reason": "不"}) == "forbidden.own_request"
    assert refusal(ticket, "suspend", erin, {"review_on": soon}) == "forbidden.own_request"
    assert refusal(ticket, "refuse_suspension", erin, {"reason": "不"}) == "forbidden.own_request"
    assert not {"grant_extension", "suspend"} & {each.name for each in permitted(ticket, erin)}
    step(session, ticket, "resolve")
    assert refusal(ticket, "confirm", erin) == "forbidden.own_resolution"


def test_urging_counts_and_changes_nothing_else(session: Session) -> None:
    ticket = a_ticket(session, "assigned")
    due = ticket.due_at
    for actor in (person(session, "carol"), person(session, "sam"), SYSTEM):
        fire(ticket, "urge", note="快", actor=actor)
    assert (ticket.state, ticket.urges, ticket.due_at) == ("assigned", 3, due)
    assert told(session, "lead", ticket) == {"erin", "hana"}


def test_a_clerk_who_finds_it_elsewhere_hands_it_over(session: Session) -> None:
    ticket = a_ticket(session)
    fire(ticket, "triage", category="06010", unit="weiting-qingyuan", actor=person(session, "carol"))
    with pytest.raises(NotFound):
        access.get_ticket(session, person(session, "carol"), ticket.number)
    with pytest.raises(Forbidden):
        fire(ticket, "assign", department="market", actor=person(session, "carol"))
    fire(ticket, "assign", department="market", actor=person(session, "dave"))


def test_internal_words_are_the_staffs(session: Session) -> None:
    ticket = a_ticket(session, "assigned")
    for name in ("carol", "erin", "frank", "sam", "ada"):
        assert not fire(ticket, "comment", note="内部", internal=True, actor=person(session, name)).public
        assert fire(ticket, "comment", note="公开", actor=person(session, name)).public
    wrong = refusal(ticket, "comment", person(session, "alice"), {"note": "内部", "internal": True})
    assert wrong == "internal comment.internal_for_staff"


UNITS = ("sip", "loufeng", "loufeng-fengyi", "weiting", "enforcement", "market", "housing")


def test_what_is_granted_lies_within_sight_and_whoever_sees_may_speak(session: Session) -> None:
    """Every role in every kind of unit: nobody moves what they cannot see, and staff who see it may comment."""
    tickets = [a_ticket(session, state) for state in ("submitted", "assigned", "resolved", "closed")]
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    for role in ROLES:
        for code in UNITS:
            user = User(username=f"{role}.{code}", name=role, created_at=now())
            user.memberships.append(Membership(role=role, unit=units[code]))
            session.add(user)
            session.flush()
            for ticket in tickets:
                sees = access.sees(user, ticket)
                names = permitted_names(ticket, user)
                assert sees == ("comment" in names), (role, code, ticket.state)
                assert sees or not names, (role, code, ticket.state, names)
                listed = access.visible_tickets(session, user).where(Ticket.id == ticket.id)
                assert sees == (session.scalars(listed).first() is not None), (role, code, ticket.state)


def test_whoever_typed_it_in_sees_and_speaks_until_it_is_routed(session: Session) -> None:
    dave = person(session, "dave")
    ticket = a_ticket(session)
    ticket.entered_by_id, ticket.routed_at = dave.id, None
    session.flush()
    assert access.get_ticket(session, dave, ticket.number) is ticket
    assert permitted_names(ticket, dave) == {"comment"}
    ticket.routed_at = now()
    session.flush()
    assert permitted_names(ticket, dave) == set()


def test_every_refusal_is_a_conflict_or_not_theirs(session: Session) -> None:
    """The sentences of guards are 409 or 403, never a field's."""
    ticket = a_ticket(session, "triaged")
    with pytest.raises(Refused) as caught:
        fire(ticket, "triage", fields(session, "triage"), actor=person(session, "carl"))
    assert caught.value.status == 409
    assert "娄葑街道受理员" in caught.value.sentence("zh")
