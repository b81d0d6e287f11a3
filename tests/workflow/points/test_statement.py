"""What a person has, entry by entry, and what waits."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Account, Journal, Posting
from models.clock import now
from stage.cast import a_report, a_ticket, person
from tests.workflow.points.paying import balance, standing, to_the_end
from tests.workflow.situations import cap
from workflow import ledger, points
from workflow.report.joining import join

pytestmark = pytest.mark.usefixtures("monday")


def test_what_waits_is_listed_with_whose_it_is(session: Session) -> None:
    cap(session, 25)
    first, second, last, none = (a_ticket(session, "triaged") for _ in range(4))
    assert standing(session, none) == (0, "pending")
    to_the_end(session, first)
    join(session, person(session, "bob"), second.public_id)
    bobs = a_ticket(session, "triaged", "bob")
    points.reserve(session, second)
    alice, bob = person(session, "alice"), person(session, "bob")
    waiting = points.awaited(session, alice, most=10)
    assert [(each.points, each.rule.code, each.ticket, each.own) for each in waiting] == [
        (5, "report", last, True), (10, "report", second, True),
    ]  # fmt: skip
    assert [each.ticket for each in points.awaited(session, alice, most=1)] == [last]
    waiting = points.awaited(session, bob, most=9)
    assert {(each.points, each.rule.code, each.ticket.id, each.own) for each in waiting} == {
        (1, "join", second.id, False), (10, "report", bobs.id, True),
    }  # fmt: skip
    assert points.summary(session, alice).pending == 15


def test_entries_are_the_newest_first_and_go_on_before_one(session: Session) -> None:
    tickets = [to_the_end(session, a_report(session)) for _ in range(4)]
    other = a_report(session, "bob")
    join(session, person(session, "alice"), other.public_id)
    to_the_end(session, other)
    alice = person(session, "alice")
    found = points.entries(session, alice, most=9)
    assert [each.ticket for each in found] == [None, *tickets[::-1]]
    assert [(each.points, each.kind, each.reason) for each in found[:2]] == [(1, "award", None), (10, "award", None)]
    assert {each.at for each in found} == {now()}
    assert points.entries(session, alice, most=2, before=found[1].id) == found[2:4]
    assert points.summary(session, alice, most=3).items == found[:3]
    assert points.entries(session, person(session, "bob"), most=9)[0].ticket is other


def test_what_was_paid_too_much_is_owed(session: Session) -> None:
    ticket = to_the_end(session, a_report(session))
    alice, journal = person(session, "alice"), session.scalars(select(Journal)).one()
    accounts = ledger.lock_accounts(session, alice.id)
    spent = [(accounts["rider", alice.id], -4), (accounts["issuance", None], 4)]
    ledger.post(session, "reversal", "spent", spent)
    ledger.reverse(session, journal, actor=person(session, "ada"), reason="照片是旧的")
    summary = points.summary(session, alice)
    assert (summary.balance, summary.owed, summary.today.earned) == (0, 4, 10)
    assert [(each.points, each.ticket, each.reason) for each in summary.items] == [
        (-6, ticket, "照片是旧的"), (-4, None, None), (10, ticket, None),
    ]  # fmt: skip


def test_who_was_never_paid_has_nothing(session: Session) -> None:
    a_ticket(session, "rewarded")
    summary = points.summary(session, person(session, "bob"))
    assert summary == points.Summary(0, 0, 0, points.Cap(0, 45), points.Cap(0, 1350), [])


def test_balances_are_their_postings(session: Session) -> None:
    for who in ("alice", "bob", "alice"):
        ticket = a_report(session, who)
        join(session, person(session, "bob" if who == "alice" else "alice"), ticket.public_id)
        to_the_end(session, ticket)
    for account in session.scalars(select(Account)):
        session.refresh(account)
        query = select(func.coalesce(func.sum(Posting.amount), 0), func.count()).where(Posting.account_id == account.id)
        assert (account.balance, account.seq) == tuple(session.execute(query).one())
    assert (balance(session), balance(session, "bob")) == (21, 12)
