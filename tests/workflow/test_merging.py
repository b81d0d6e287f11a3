"""Tickets that follow others: chains, never circles; their people go along, and come back."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Award, Membership, Ticket, Unit, User
from models.clock import now
from stage.cast import a_report, a_ticket, fields, person, step
from workflow.engine import fire
from workflow.errors import Invalid, Problem, Refused
from workflow.report.joining import join
from workflow.report.vocabulary import REPORT

pytestmark = pytest.mark.usefixtures("monday")


def merge(session: Session, ticket: Ticket, into: Ticket) -> None:
    fire(ticket, "merge", into=into.number, actor=person(session, "carol"))


def unmerge(session: Session, ticket: Ticket) -> None:
    fire(ticket, "unmerge", actor=person(session, "carol"))


def pending(session: Session, ticket: Ticket) -> dict[str, int]:
    """What is set aside for whom."""
    query = select(Award).where(Award.ticket_id == ticket.id, Award.state == "pending")
    names = {person(session, name).id: name for name in ("alice", "bob", "joel", "jane", "carl")}
    return {names[each.user_id]: each.points for each in session.scalars(query)}


@pytest.fixture(autouse=True)
def riders(session: Session) -> None:
    """Joel and Jane ride as well."""
    root = session.scalars(select(Unit).where(Unit.code == "sip")).one()
    for name in ("joel", "jane"):
        user = User(username=name, name=name, created_at=now())
        user.memberships.append(Membership(role="rider", unit=root))
        session.add(user)
    session.flush()


def joined(ticket: Ticket) -> set[str | None]:
    return {each.user.username for each in ticket.joins}


def test_its_people_join_the_other_ticket(session: Session) -> None:
    early, late = a_ticket(session, "assigned", "alice"), a_ticket(session, "assigned", "bob")
    join(session, person(session, "joel"), late.public_id)
    assert pending(session, late) == {"bob": 10, "joel": 1}
    merge(session, late, early)
    assert (late.state, late.merged_into, late.department, late.clock, late.due_at) == (
        "merged",
        early,
        None,
        None,
        None,
    )
    assert late.assisting == []
    assert joined(early) == {"bob", "joel"}
    assert pending(session, late) == {}
    assert pending(session, early) == {"alice": 10, "bob": 1, "joel": 1}
    unmerge(session, late)
    assert (late.state, late.merged_into, late.clock) == ("triaged", None, "dispatch")
    assert joined(early) == set()
    assert joined(late) == {"joel"}
    assert pending(session, early) == {"alice": 10}
    assert pending(session, late) == {"bob": 10, "joel": 1}


def test_what_is_merged_into_a_follower_follows_its_leader(session: Session) -> None:
    first, second, third = (a_ticket(session, "triaged", who) for who in ("alice", "bob", "joel"))
    merge(session, second, first)
    merge(session, third, second)
    assert third.merged_into is first
    assert joined(first) == {"bob", "joel"}
    assert joined(second) == set()


def test_a_chain_carries_everybody_to_its_end_and_back(session: Session) -> None:
    first, second, third = (a_ticket(session, "triaged", who) for who in ("alice", "bob", "joel"))
    merge(session, third, second)
    merge(session, second, first)
    assert (third.merged_into, second.merged_into) == (second, first)
    assert joined(first) == {"bob", "joel"}
    assert pending(session, first) == {"alice": 10, "bob": 1, "joel": 1}
    unmerge(session, third)
    assert joined(second) == set()
    assert joined(first) == {"bob"}
    assert pending(session, first) == {"alice": 10, "bob": 1}
    assert pending(session, third) == {"joel": 10}


def test_who_came_by_two_ways_stays_by_the_other(session: Session) -> None:
    target = a_ticket(session, "triaged", "alice")
    one, two = a_ticket(session, "triaged", "bob"), a_ticket(session, "triaged", "bob")
    merge(session, one, target)
    merge(session, two, target)
    unmerge(session, one)
    assert joined(target) == {"bob"}
    assert pending(session, target) == {"alice": 10, "bob": 1}
    assert pending(session, one) == {"bob": 10}
    unmerge(session, two)
    assert joined(target) == set()


def test_who_joined_by_themselves_stays(session: Session) -> None:
    target, other = a_ticket(session, "triaged", "alice"), a_ticket(session, "triaged", "bob")
    join(session, person(session, "bob"), target.public_id)
    merge(session, other, target)
    unmerge(session, other)
    assert joined(target) == {"bob"}


def test_two_reports_of_one_person_pay_once(session: Session) -> None:
    target, other = a_ticket(session, "triaged", "alice"), a_ticket(session, "triaged", "alice")
    merge(session, other, target)
    assert joined(target) == set()
    assert pending(session, target) == {"alice": 10}


def test_who_reported_without_a_name_is_not_paid_by_joining(session: Session) -> None:
    """And stays nameless along a chain; whoever joined the nameless report openly is credited."""
    first, second = a_ticket(session, "triaged", "alice"), a_ticket(session, "triaged", "bob")
    nameless = a_ticket(session, "triaged", "joel", anonymous=True)
    join(session, person(session, "jane"), nameless.public_id)
    merge(session, nameless, second)
    merge(session, second, first)
    assert joined(first) == {"bob", "joel", "jane"}
    assert pending(session, first) == {"alice": 10, "bob": 1, "jane": 1}


def test_nothing_is_set_aside_before_the_other_is_accepted(session: Session) -> None:
    target, other = a_ticket(session, "submitted", "alice"), a_ticket(session, "triaged", "bob")
    merge(session, other, target)
    assert pending(session, target) == {}
    fire(target, "triage", category="01001", actor=person(session, "carol"))
    assert pending(session, target) == {"alice": 20, "bob": 1}


def test_never_in_a_circle(session: Session) -> None:
    first, second, third = (a_ticket(session, "triaged", who) for who in ("alice", "bob", "joel"))
    merge(session, third, second)
    merge(session, second, first)
    for into in (first, second, third):
        with pytest.raises(Refused) as caught:
            merge(session, first, into)
        assert caught.value.key == ("merge.itself" if into is first else "merge.circle")
    unmerge(session, second)
    with pytest.raises(Refused):
        merge(session, second, third)
    merge(session, first, third)
    assert first.merged_into is second


@pytest.mark.parametrize(
    "number",
    [
        "SIP-26-000000",
        "SIP-25-{id}",
        "{id}",
        "x",
        "SIP-26-2147483648",
        "SIP-26-9999999999",
        "SIP-26-999999999999999",
        "sip 26 1",
    ],
)
def test_an_unknown_number_is_named(session: Session, number: str) -> None:
    ticket, other = a_ticket(session, "triaged"), a_ticket(session, "triaged", "bob")
    with pytest.raises(Invalid) as caught:
        fire(ticket, "merge", into=number.format(id=f"{other.id:06d}"), actor=person(session, "carol"))
    assert caught.value.errors["into"][0] == "merge.unknown"


def test_a_foreign_ticket_is_as_unknown_as_one_that_is_not(session: Session) -> None:
    ticket, other = a_ticket(session, "triaged"), a_report(session, "bob")
    other.unit = session.scalars(select(Unit).where(Unit.code == "weiting")).one()
    session.flush()
    with pytest.raises(Invalid) as caught:
        fire(ticket, "merge", into=other.number, actor=person(session, "carol"))
    assert caught.value.errors == {"into": ("merge.unknown", {})}
    fire(ticket, "merge", into=other.number, actor=person(session, "cleo"))


@pytest.mark.parametrize("state", ["withdrawn", "rejected", "rewarded", "closed"])
def test_what_has_ended_leads_nothing(session: Session, state: str) -> None:
    ticket, ended = a_ticket(session, "triaged", "bob"), a_ticket(session, state, "alice")
    with pytest.raises(Refused) as caught:
        merge(session, ticket, ended)
    assert (caught.value.key, caught.value.params) == ("merge.ended", {"number": ended.number})


def test_a_number_is_read_however_it_is_typed(session: Session) -> None:
    ticket, other = a_ticket(session, "triaged"), a_ticket(session, "triaged", "bob")
    fire(ticket, "merge", into=f" {other.number.lower()}\n", actor=person(session, "carol"))
    assert ticket.merged_into is other


def test_what_was_never_triaged_needs_a_category_to_come_back(session: Session) -> None:
    bare = {"category": None, "description": "路边有东西"}
    target, other = a_report(session, "alice", **bare), a_report(session, "bob", **bare)
    merge(session, other, target)
    with pytest.raises(Problem) as caught:
        unmerge(session, other)
    assert caught.value.key == "refused.no_category"
    fire(target, "triage", fields(session, "triage"), actor=person(session, "carol"))
    unmerge(session, other)
    assert other.category is target.category
    assert pending(session, other) == {"bob": 10}


def test_a_joiner_hears_and_is_credited_to_the_end(session: Session) -> None:
    target, other = a_ticket(session, "triaged", "alice"), a_ticket(session, "triaged", "bob")
    merge(session, other, target)
    for name in ("assign", "accept", "resolve", "confirm", "reward"):
        step(session, target, name)
    query = select(Award.user_id, Award.points).where(Award.state == "paid")
    assert dict(session.execute(query).all()) == {person(session, "alice").id: 10, person(session, "bob").id: 1}


def test_who_came_with_a_merged_ticket_and_joins_too_stays_when_it_leaves(session: Session) -> None:
    target, own = a_ticket(session, "triaged", "alice"), a_ticket(session, "triaged", "bob")
    merge(session, own, target)
    join(session, person(session, "bob"), target.public_id)
    unmerge(session, own)
    assert joined(target) == {"bob"}
    assert pending(session, target) == {"alice": 10, "bob": 1}
    assert pending(session, own) == {"bob": 10}


def test_who_came_without_a_name_and_joins_too_is_credited(session: Session) -> None:
    target, own = a_ticket(session, "triaged", "alice"), a_ticket(session, "triaged", "bob", anonymous=True)
    merge(session, own, target)
    assert pending(session, target) == {"alice": 10}
    join(session, person(session, "bob"), target.public_id)
    assert pending(session, target) == {"alice": 10, "bob": 1}


@pytest.mark.parametrize("nameless_first", [True, False])
def test_who_came_by_name_and_without_is_credited_for_as_long_as_they_came_by_name(
    session: Session, nameless_first: bool
) -> None:
    target = a_ticket(session, "triaged", "alice")
    nameless, named = a_ticket(session, "triaged", "bob", anonymous=True), a_ticket(session, "triaged", "bob")
    for each in (nameless, named) if nameless_first else (named, nameless):
        merge(session, each, target)
    assert pending(session, target) == {"alice": 10, "bob": 1}
    unmerge(session, named)
    assert joined(target) == {"bob"}
    assert pending(session, target) == {"alice": 10}
    assert pending(session, named) == {"bob": 10}


def test_what_a_ticket_follows_is_locked_along_with_it(session: Session) -> None:
    """And an end is found in a circle too, which never comes to be."""
    first, second, third = (a_ticket(session, "triaged") for _ in range(3))
    merge(session, third, second)
    merge(session, second, first)
    assert REPORT.bound(session, third.id) == [third.id, second.id, first.id]
    assert REPORT.bound(session, first.id) == [first.id]
    assert REPORT.bound(session, first.id + 99) == [first.id + 99]
    first.merged_into_id = third.id
    session.flush()
    assert REPORT.bound(session, third.id) == [third.id, second.id, first.id]
