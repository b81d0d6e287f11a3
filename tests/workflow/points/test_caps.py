"""The caps: how much of which day and month is used, and what they leave."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy.orm import Session

from models import Rule
from stage.cast import a_report, a_ticket, person, step
from tests.workflow.points.paying import award, balance, closed, standing, to_the_end, told
from tests.workflow.situations import cap
from workflow import points
from workflow.report.joining import join

pytestmark = pytest.mark.usefixtures("monday")


def test_the_cap_of_a_day_is_met_exactly(session: Session) -> None:
    tickets = [a_ticket(session, "triaged") for _ in range(6)]
    assert [standing(session, each) for each in tickets] == [
        (10, "pending"), (10, "pending"), (10, "pending"), (10, "pending"), (5, "pending"), (0, "pending"),
    ]  # fmt: skip
    for each in tickets:
        to_the_end(session, each)
    assert [each.state for each in tickets] == ["rewarded"] * 5 + ["closed"]
    assert balance(session) == 45
    assert told(session, tickets[-1], "alice") == closed(tickets[-1], "capped")
    assert points.summary(session, person(session, "alice")).today == points.Cap(45, 45)
    assert balance(session, "bob") == 0
    assert to_the_end(session, a_report(session, "bob")).state == "rewarded"


def test_the_cap_of_a_month_holds_across_days(session: Session, monday: time_machine.Traveller) -> None:
    cap(session, 25, "month")
    paid = []
    for day in (23, 24, 25, 26):
        monday.move_to(datetime(2026, 11, day, 2, tzinfo=UTC))
        paid.append(standing(session, a_ticket(session, "triaged")))
    assert paid == [(10, "pending"), (10, "pending"), (5, "pending"), (0, "pending")]
    monday.move_to(datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC))
    assert standing(session, a_ticket(session, "triaged")) == (0, "pending")
    monday.move_to(datetime(2026, 11, 30, 16, 0, tzinfo=UTC))  # midnight in Suzhou: December
    assert standing(session, a_ticket(session, "triaged")) == (10, "pending")


def test_the_day_is_the_local_one_in_which_it_was_sent(session: Session, monday: time_machine.Traveller) -> None:
    cap(session, 10)
    monday.move_to(datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC))
    before_midnight, also = a_report(session), a_report(session)
    monday.move_to(datetime(2026, 11, 23, 16, 0, tzinfo=UTC))
    after_midnight = a_report(session)
    monday.move_to(datetime(2026, 11, 25, 2, tzinfo=UTC))
    for each in (before_midnight, also, after_midnight):
        step(session, each, "triage")
    found = [award(session, each) for each in (before_midnight, also, after_midnight)]
    assert [(each.day.day, each.points) for each in found if each] == [(23, 10), (23, 0), (24, 10)]


def test_the_month_ends_with_the_year(session: Session, monday: time_machine.Traveller) -> None:
    cap(session, 15, "month")
    found = []
    for day in (datetime(2026, 12, 1, 2, tzinfo=UTC), datetime(2026, 12, 31, 2, tzinfo=UTC),
                datetime(2027, 1, 1, 2, tzinfo=UTC)):  # fmt: skip
        monday.move_to(day)
        found.append(standing(session, a_ticket(session, "triaged")))
    assert found == [(10, "pending"), (5, "pending"), (10, "pending")]
    assert points.summary(session, person(session, "alice")).month.earned == 10


def test_what_was_sent_in_the_old_month_asks_nothing_of_the_new_one(
    session: Session, monday: time_machine.Traveller
) -> None:
    cap(session, 15, "month")
    monday.move_to(datetime(2026, 12, 31, 2, tzinfo=UTC))
    old = a_report(session)
    monday.move_to(datetime(2027, 1, 1, 2, tzinfo=UTC))
    assert standing(session, a_ticket(session, "triaged")) == (10, "pending")
    step(session, old, "triage")
    assert standing(session, old) == (10, "pending")


def test_a_reward_is_no_cap_whatever_it_is_called(session: Session) -> None:
    body = {"pays": 5, "points": 2}
    for kind, code in (("reward", "day"), ("cap", "report")):
        session.add(Rule(kind=kind, code=code, title_zh="某", title_en="Some", position=99, body=body))
    session.flush()
    assert standing(session, a_ticket(session, "triaged")) == (10, "pending")
    assert points.summary(session, person(session, "alice")).today == points.Cap(10, 45)


def test_who_has_nothing_left_under_the_cap_keeps_nobody_else_from_being_paid(session: Session) -> None:
    cap(session, 10)
    a_ticket(session, "triaged")
    ticket = a_report(session)
    join(session, person(session, "bob"), ticket.public_id)
    to_the_end(session, ticket)
    assert (ticket.state, standing(session, ticket), balance(session, "bob")) == ("rewarded", (0, "pending"), 1)
    assert points.paid(session, ticket) == {person(session, "bob").id}


def test_without_caps_everything_is_paid(session: Session) -> None:
    cap(session, None)
    cap(session, None, "month")
    for _ in range(7):
        to_the_end(session, a_report(session))
    summary = points.summary(session, person(session, "alice"))
    assert (summary.balance, summary.today) == (70, points.Cap(70, None))
