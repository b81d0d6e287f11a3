"""What a report pays: set aside at triage, paid at the end, once."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Account, Award, Journal, Posting
from models.clock import now
from queues.jobs.reports import settle_report
from stage.cast import a_report, a_ticket, person, step
from tests.workflow.points.paying import balance, closed, rule, standing, to_the_end, told
from tests.workflow.situations import cap
from workflow import points
from workflow.actors import SYSTEM
from workflow.alone import be_alone
from workflow.engine import fire, permitted
from workflow.errors import Problem
from workflow.report.joining import join

pytestmark = pytest.mark.usefixtures("monday")


def test_it_is_set_aside_at_triage_and_paid_at_the_end(session: Session) -> None:
    ticket = a_report(session)
    assert standing(session, ticket) is None
    step(session, ticket, "triage")
    assert standing(session, ticket) == (10, "pending")
    before = points.summary(session, person(session, "alice"))
    assert (before.balance, before.pending, before.today.earned, before.month.earned) == (0, 10, 10, 10)
    assert to_the_end(session, ticket).state == "rewarded"
    assert standing(session, ticket) == (10, "paid")
    after = points.summary(session, person(session, "alice"))
    assert (after.balance, after.owed, after.pending) == (10, 0, 0)
    assert (after.today, after.month) == (points.Cap(10, 45), points.Cap(10, 1350))
    (entry,) = after.items
    assert (entry.points, entry.ticket, entry.kind) == (10, ticket, "award")
    assert entry.rule is not None
    assert entry.rule.title("zh") == "您上报的问题经核实已解决"
    assert entry.rule.title("en") == "The problem you reported was verified and solved"
    said = f"{ticket.number} “Exposed rubbish” was confirmed; 10 points are in your account."
    assert told(session, ticket, "alice") == said


def test_the_category_that_the_office_finds_is_what_pays(session: Session) -> None:
    ticket = a_report(session)
    fire(ticket, "triage", category="01001", actor=person(session, "carol"))
    assert standing(session, ticket) == (20, "pending")


def test_what_came_without_a_category_is_set_aside_as_soon_as_it_has_one(session: Session) -> None:
    ticket = a_report(session, category=None, description="路边有垃圾")
    step(session, ticket, "triage")
    assert standing(session, ticket) == (10, "pending")


def test_what_needs_nothing_pays_nothing(session: Session) -> None:
    ticket = a_report(session)
    step(session, ticket, "triage")
    assert ticket.category is not None
    ticket.category.points = 0
    other = to_the_end(session, a_report(session))
    assert (other.state, standing(session, other)) == ("closed", None)
    assert told(session, other, "alice") == closed(other, "no_points")


@pytest.mark.parametrize("ends", ["reject", "merge"])
def test_what_ends_otherwise_is_free_again(session: Session, ends: str) -> None:
    cap(session, 15)
    first, second = a_ticket(session, "triaged"), a_ticket(session, "triaged")
    assert [standing(session, each) for each in (first, second)] == [(10, "pending"), (5, "pending")]
    step(session, first, ends)
    assert standing(session, first) == (10, "released")
    assert standing(session, a_ticket(session, "triaged")) == (10, "pending")


def test_an_appeal_sets_aside_what_is_then_left(session: Session) -> None:
    cap(session, 15)
    ticket = a_ticket(session, "rejected")
    assert standing(session, ticket) == (10, "released")
    a_ticket(session, "triaged")
    step(session, ticket, "reopen")
    assert standing(session, ticket) == (10, "released")
    step(session, ticket, "triage")
    assert standing(session, ticket) == (5, "pending")


def test_what_is_only_set_aside_keeps_nobody_waiting_for_the_city(session: Session) -> None:
    """The city's account, which every payment waits for, is not so much as made."""
    a_ticket(session, "triaged")
    assert set(session.scalars(select(Account.kind))) == {"rider", "debt"}


def test_what_has_no_matter_yet_has_no_price(session: Session) -> None:
    ticket = a_report(session, category=None, description="路边有一堆东西")
    points.reserve(session, ticket)
    assert standing(session, ticket) is None


def test_why_it_is_unpaid_is_the_cap_only_where_the_cap_took_something(session: Session) -> None:
    cap(session, 15)
    full, cut, nothing = (a_ticket(session, "triaged") for _ in range(3))
    for each in (full, cut, nothing):
        points.release(session, each)
    assert [points.why_unpaid(session, each) for each in (full, cut, nothing)] == ["no_points", "capped", "capped"]


def test_pending_and_paid_are_told_apart_on_one_ticket(session: Session) -> None:
    ticket = to_the_end(session, a_report(session))
    more = Award(ticket_id=ticket.id, rule_id=rule(session, "join").id, user_id=person(session, "alice").id)
    more.day, more.wanted, more.points = now().date(), 1, 1
    session.add(more)
    session.flush()
    assert points.of_tickets(session, [ticket])[ticket.id] == {"pending": 1, "paid": 10}


def test_a_session_that_is_alone_sets_aside_and_pays_the_same(session: Session) -> None:
    be_alone(session)
    cap(session, 15)
    tickets = [a_report(session, who) for who in ("alice", "dave", "alice", "bob")]
    join(session, person(session, "bob"), tickets[0].public_id)
    for each in tickets:
        to_the_end(session, each)
    assert [each.state for each in tickets] == ["rewarded", "closed", "rewarded", "rewarded"]
    assert [balance(session, who) for who in ("alice", "bob", "dave")] == [15, 11, 0]
    assert session.scalar(select(func.count()).select_from(Award)) == 4


def test_what_was_released_neither_counts_nor_pays(session: Session) -> None:
    ticket = a_ticket(session, "triaged")
    bob = person(session, "bob")
    join(session, bob, ticket.public_id)
    assert (points.payable(session, ticket), points.paid(session, ticket)) == (True, set())
    points.release(session, ticket)
    assert (points.payable(session, ticket), points.paid(session, ticket)) == (False, set())
    assert points.pay(session, ticket) == 0
    assert points.of_tickets(session, [ticket])[ticket.id] == {"pending": 0, "paid": 0}
    assert balance(session) == balance(session, "bob") == 0


def test_paying_says_what_the_reporter_has_of_it(session: Session) -> None:
    ticket = a_ticket(session, "confirmed")
    points.reserve(session, ticket, paying=True)
    assert [points.pay(session, ticket) for _ in range(2)] == [10, 10]
    assert points.paid(session, ticket) == {person(session, "alice").id}


def test_it_pays_once_however_often_it_is_reopened(session: Session) -> None:
    ticket = to_the_end(session, a_report(session))
    for _ in range(2):
        step(session, ticket, "reopen")
        assert balance(session) == 10
        step(session, ticket, "assign")
        if ticket.reopens == 1:
            join(session, person(session, "bob"), ticket.public_id)
        assert to_the_end(session, ticket).state == "rewarded"
    assert (balance(session), balance(session, "bob")) == (10, 1)
    assert session.scalar(select(func.count()).select_from(Journal)) == 2
    assert session.scalar(select(func.sum(Posting.amount))) == 0


def test_only_what_pays_is_rewarded_and_only_what_does_not_is_closed(session: Session) -> None:
    paid, unpaid = a_ticket(session, "confirmed"), a_ticket(session, "confirmed", anonymous=True)
    assert {each.name for each in permitted(paid, SYSTEM)} == {"reward"}
    assert {each.name for each in permitted(unpaid, SYSTEM)} == {"close"}
    with pytest.raises(Problem) as caught:
        fire(paid, "close", why="no_points", actor=SYSTEM)
    assert caught.value.key == "refused.somebody_paid"
    with pytest.raises(Problem) as caught:
        fire(unpaid, "reward", actor=SYSTEM)
    assert caught.value.key == "refused.nobody_paid"


def test_settling_again_is_nothing(session: Session) -> None:
    ticket = to_the_end(session, a_report(session))
    version = ticket.version
    settle_report(session, str(ticket.id))
    assert (ticket.version, balance(session)) == (version, 10)


def test_tickets_know_what_they_pay_in_one_query(session: Session) -> None:
    paid, waiting, bare = to_the_end(session, a_report(session)), a_ticket(session, "triaged"), a_report(session)
    join(session, person(session, "bob"), waiting.public_id)
    tickets = [paid, waiting, bare]
    assert list(points.of_tickets(session, tickets).values()) == [
        {"pending": 0, "paid": 10}, {"pending": 10, "paid": 0}, {"pending": 0, "paid": 0},
    ]  # fmt: skip
    assert points.of_tickets(session, [waiting]) == {waiting.id: {"pending": 10, "paid": 0}}
    of_bob = points.of_tickets(session, tickets, person(session, "bob").id)
    assert of_bob[waiting.id] == {"pending": 1, "paid": 0}
