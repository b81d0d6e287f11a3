"""What whoever leaves had under way: points lapse, reports go on or are withdrawn, and nobody is paid."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Account,
    Award,
    Journal,
    Notification,
    User,
)
from stage.cast import a_report, a_ticket, person, photo, step
from tests.workflow.personal.leaving import findings, leave
from tests.workflow.situations import cap
from workflow import ledger, personal, points
from workflow.actors import SYSTEM
from workflow.engine import fire
from workflow.errors import Invalid
from workflow.report.joining import join


def test_points_lapse_and_the_ledger_says_so(session: Session) -> None:
    cap(session, 1000)
    a_ticket(session, "rewarded")
    pending = a_ticket(session, "in_progress")
    alice = person(session, "alice")
    found = personal.standing(session, alice)
    assert (found.balance > 0, found.pending > 0, found.running, found.waiting) == (True, True, 1, 0)
    with pytest.raises(Invalid) as refused:
        personal.ask(session, alice, actor=alice, let_go=False)
    assert list(refused.value.errors) == ["let_go"]
    assert alice.erasure_asked_at is None
    leave(session)
    lapsed = session.scalars(select(Journal).where(Journal.kind == "lapse")).one()
    assert {each.amount for each in lapsed.postings} == {found.balance, -found.balance}
    assert session.scalars(select(Account.balance).where(Account.user_id == alice.id)).all() == [0, 0]
    assert session.scalars(select(Award.state).where(Award.ticket_id == pending.id)).all() == ["released"]
    assert findings(session) == []


def test_what_is_owed_lapses_too(session: Session) -> None:
    cap(session, 1000)
    a_ticket(session, "rewarded")
    alice = person(session, "alice")
    accounts = ledger.lock_accounts(session, alice.id)
    balance = accounts["rider", alice.id].balance
    # What a shop would do: the points are spent before the award is taken back.
    spent = [(accounts["rider", alice.id], -balance), (accounts["issuance", None], balance)]
    ledger.post(session, "award", "award:spent", spent)
    ledger.reverse(session, session.scalars(select(Journal)).first(), actor=person(session, "ada"), reason="照片不实")
    assert personal.standing(session, alice).owed == balance
    leave(session)
    assert session.scalars(select(Account.balance).where(Account.user_id == alice.id)).all() == [0, 0]


def test_reports_under_way_go_on_and_pay_nobody(session: Session) -> None:
    ticket = a_ticket(session, "in_progress", description="话")
    leave(session)
    for name in ("resolve", "confirm"):
        step(session, ticket, name)
    points.reserve(session, ticket, paying=True)
    assert not points.payable(session, ticket)
    assert points.why_unpaid(session, ticket) == "left"
    fire(ticket, "close", actor=SYSTEM, why="left")
    assert session.scalars(select(Notification).where(Notification.user_id == ticket.reporter_id)).all() == []
    assert ticket.description is None
    assert findings(session) == []


def test_what_no_office_has_taken_up_is_withdrawn_unless_somebody_joined(session: Session) -> None:
    alone, joined = a_report(session), a_report(session)
    join(session, person(session, "bob"), joined.public_id)
    assert personal.standing(session, person(session, "alice")).waiting == 1
    leave(session)
    assert (alone.state, joined.state) == ("withdrawn", "submitted")
    assert joined.description is None
    assert findings(session) == []


def test_a_joiner_leaves_anothers_report_as_it_is(session: Session) -> None:
    cap(session, 1000)
    theirs = a_report(session, "bob", description="鲍勃写的话")
    join(session, person(session, "alice"), theirs.public_id, [photo(session, person(session, "alice"))])
    leave(session)
    for name in ("triage", "assign", "accept", "resolve", "confirm", "reward"):
        step(session, theirs, name)
    assert theirs.description == "鲍勃写的话"
    alice = session.scalars(select(User).where(User.erased_at.is_not(None))).one()
    assert session.scalars(select(Award).where(Award.user_id == alice.id)).all() == []
    assert findings(session) == []
