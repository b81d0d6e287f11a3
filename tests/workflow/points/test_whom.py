"""Whom a report pays: by which rule of the city, and who is never paid."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Membership, Unit, User
from models.clock import now
from stage.cast import LOUFENG, RUBBISH, a_report, a_ticket, person, step
from tests.workflow.points.paying import balance, closed, rule, standing, to_the_end, told
from workflow import points
from workflow.engine import fire
from workflow.errors import Problem
from workflow.report.joining import join
from workflow.report.opening import NewReport, open_report

pytestmark = pytest.mark.usefixtures("monday")


@pytest.mark.parametrize(("without", "alices", "bobs"), [("report", 0, 1), ("join", 10, 0)])
def test_a_rule_that_the_city_does_not_have_pays_nobody(
    session: Session, without: str, alices: int, bobs: int
) -> None:
    rule(session, without).active = False
    session.flush()
    ticket = a_report(session)
    join(session, person(session, "bob"), ticket.public_id)
    to_the_end(session, ticket)
    assert (balance(session), balance(session, "bob")) == (alices, bobs)
    assert points.paid(session, ticket) == {person(session, "alice" if alices else "bob").id}


@pytest.mark.parametrize("spared", ["anonymous", "staff"])
def test_whom_a_rule_leaves_out_is_the_citys_to_say(session: Session, spared: str) -> None:
    own = rule(session, "report")
    assert sorted(own.body["excluded"]) == ["anonymous", "staff"]
    own.body = own.body | {"excluded": [spared]}
    session.flush()
    nameless = to_the_end(session, a_report(session, anonymous=True))
    dave = to_the_end(session, a_report(session, "dave"))
    assert standing(session, nameless) == (None if spared == "anonymous" else (10, "paid"))
    assert standing(session, dave, "dave") == (None if spared == "staff" else (10, "paid"))


def test_a_rule_that_leaves_out_nobody_pays_everybody(session: Session) -> None:
    own = rule(session, "report")
    own.body = {name: value for name, value in own.body.items() if name != "excluded"}
    session.flush()
    assert to_the_end(session, a_report(session, anonymous=True)).state == "rewarded"
    assert balance(session) == 10


def test_a_rule_may_pay_a_sum_of_its_own_and_nothing(session: Session) -> None:
    own = rule(session, "report")
    for pays, state in ((3, "rewarded"), (0, "closed")):
        own.body = own.body | {"pays": pays}
        session.flush()
        assert to_the_end(session, a_report(session)).state == state
    assert balance(session) == 3


def test_who_joined_by_a_report_without_a_name_is_not_credited(session: Session) -> None:
    ticket, bob = a_ticket(session, "triaged"), person(session, "bob")
    assert points.nameless(session, ticket) == set()
    own, named = a_report(session, "bob", anonymous=True), a_report(session, "carl")
    a_report(session, "bob", anonymous=True)
    for each in (own, named):
        fire(each, "merge", into=ticket.number, actor=person(session, "cleo"))
    session.expire(ticket)
    assert points.nameless(session, ticket) == {(own.id, bob.id)}
    to_the_end(session, ticket)
    assert (balance(session), balance(session, "bob")) == (10, 0)


def test_joiners_are_credited(session: Session) -> None:
    ticket = a_report(session)
    join(session, person(session, "bob"), ticket.public_id)
    step(session, ticket, "triage")
    assert standing(session, ticket, "bob") == (1, "pending")
    for _ in range(2):
        join(session, person(session, "bob"), ticket.public_id)
    with pytest.raises(Problem) as caught:
        join(session, person(session, "alice"), ticket.public_id)
    assert caught.value.key == "join.own"
    to_the_end(session, ticket)
    assert (balance(session), balance(session, "bob")) == (10, 1)
    assert "points are in" in told(session, ticket, "bob")


def test_who_joins_late_is_credited_too(session: Session) -> None:
    ticket = a_ticket(session, "in_progress")
    join(session, person(session, "bob"), ticket.public_id)
    to_the_end(session, ticket)
    assert balance(session, "bob") == 1


def test_staff_are_thanked_and_never_paid(session: Session) -> None:
    """Neither as reporters nor as joiners, and not although they ride as well."""
    dave = person(session, "dave")
    root = session.scalars(select(Unit).where(Unit.code == "sip")).one()
    dave.memberships.append(Membership(role="rider", unit=root))
    session.flush()
    ticket = to_the_end(session, a_report(session, "dave"))
    assert (ticket.state, standing(session, ticket, "dave")) == ("closed", None)
    assert told(session, ticket, "dave") == closed(ticket, "staff")
    other = a_report(session)
    join(session, dave, other.public_id)
    to_the_end(session, other)
    assert (balance(session), balance(session, "dave")) == (10, 0)
    assert "points are in" not in told(session, other, "dave")


def test_who_gives_no_name_is_not_paid(session: Session) -> None:
    ticket = to_the_end(session, a_report(session, anonymous=True))
    assert (ticket.state, standing(session, ticket)) == ("closed", None)
    assert told(session, ticket, "alice") == closed(ticket, "anonymous")


def test_who_telephoned_is_paid_and_not_who_typed_it_in(session: Session) -> None:
    caller = User(name="王师傅", created_at=now())
    caller.memberships.append(Membership(role="rider", unit=person(session, "alice").memberships[0].unit))
    session.add(caller)
    session.flush()
    new = NewReport(category=RUBBISH, latitude=LOUFENG[0], longitude=LOUFENG[1])
    ticket = open_report(session, person(session, "dave"), new, reporter=caller)
    ticket.unit = session.scalars(select(Unit).where(Unit.code == "loufeng")).one()
    to_the_end(session, ticket)
    assert ticket.state == "rewarded"
    assert points.summary(session, caller).balance == 10
    assert balance(session, "dave") == 0


def test_where_only_a_joiner_is_paid_the_reporter_is_told_why(session: Session) -> None:
    ticket = a_report(session, anonymous=True)
    join(session, person(session, "bob"), ticket.public_id)
    to_the_end(session, ticket)
    assert (ticket.state, balance(session), balance(session, "bob")) == ("rewarded", 0, 1)
    assert told(session, ticket, "alice") == closed(ticket, "anonymous")
    assert "points are in" in told(session, ticket, "bob")
