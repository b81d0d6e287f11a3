"""What a report pays: to whom, how much, under which cap of which day, once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Account, Award, Event, Journal, Membership, Notification, Posting, Rule, Ticket, Unit, User
from models.clock import now
from queues.jobs.reports import settle_report
from tests.cast import LOUFENG, RUBBISH, a_report, a_ticket, person, step
from workflow import ledger, points, telling
from workflow.actors import SYSTEM
from workflow.alone import be_alone
from workflow.engine import fire, permitted
from workflow.errors import Problem
from workflow.report.joining import join
from workflow.report.opening import NewReport, open_report
from workflow.say import say

USUAL = {
    "submitted": "triage", "triaged": "assign", "assigned": "accept", "in_progress": "resolve", "resolved": "confirm",
}  # fmt: skip
pytestmark = pytest.mark.usefixtures("monday")


def cap(session: Session, span: str, most: int | None) -> None:
    """The city's cap of a day or a month; None for no cap at all."""
    rule = session.scalars(select(Rule).where(Rule.kind == "cap", Rule.code == span)).one()
    rule.active = most is not None
    rule.body = rule.body | {"points": most}
    session.flush()


def award(session: Session, ticket: Ticket, who: str = "alice") -> Award | None:
    query = select(Award).where(Award.ticket_id == ticket.id, Award.user_id == person(session, who).id)
    return session.scalars(query).one_or_none()


def standing(session: Session, ticket: Ticket, who: str = "alice") -> tuple[int, str] | None:
    """How many points, and whether pending, paid or released."""
    row = award(session, ticket, who)
    return (row.points, row.state) if row else None


def to_the_end(session: Session, ticket: Ticket) -> Ticket:
    """From wherever it is on the usual way to rewarded or closed, as the job settles it."""
    for state, name in USUAL.items():
        if ticket.state == state:
            step(session, ticket, name)
    settle_report(session, str(ticket.id))
    return ticket


def balance(session: Session, who: str = "alice") -> int:
    return points.summary(session, person(session, who)).balance


def told(session: Session, ticket: Ticket, who: str) -> str:
    """What the last event of a ticket tells somebody."""
    event = session.scalars(select(Event).where(Event.subject_id == ticket.id).order_by(Event.seq.desc())).first()
    assert event is not None
    telling.deliver(session, event.id)
    query = select(Notification).where(Notification.cause == f"event:{event.id}")
    rows = session.scalars(query.where(Notification.user_id == person(session, who).id)).all()
    return "".join(telling.sentences(session, rows, "en"))


def closed(ticket: Ticket, why: str) -> str:
    return say("told.close", "en", number=ticket.number, why=say(f"unpaid.{why}", "en"))


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
    cap(session, "day", 15)
    first, second = a_ticket(session, "triaged"), a_ticket(session, "triaged")
    assert [standing(session, each) for each in (first, second)] == [(10, "pending"), (5, "pending")]
    step(session, first, ends)
    assert standing(session, first) == (10, "released")
    assert standing(session, a_ticket(session, "triaged")) == (10, "pending")


def test_an_appeal_sets_aside_what_is_then_left(session: Session) -> None:
    cap(session, "day", 15)
    ticket = a_ticket(session, "rejected")
    assert standing(session, ticket) == (10, "released")
    a_ticket(session, "triaged")
    step(session, ticket, "reopen")
    assert standing(session, ticket) == (10, "released")
    step(session, ticket, "triage")
    assert standing(session, ticket) == (5, "pending")


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
    cap(session, "month", 25)
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
    cap(session, "day", 10)
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
    cap(session, "month", 15)
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
    cap(session, "month", 15)
    monday.move_to(datetime(2026, 12, 31, 2, tzinfo=UTC))
    old = a_report(session)
    monday.move_to(datetime(2027, 1, 1, 2, tzinfo=UTC))
    assert standing(session, a_ticket(session, "triaged")) == (10, "pending")
    step(session, old, "triage")
    assert standing(session, old) == (10, "pending")


def rule(session: Session, code: str) -> Rule:
    return session.scalars(select(Rule).where(Rule.kind == "reward", Rule.code == code)).one()


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


def test_a_reward_is_no_cap_whatever_it_is_called(session: Session) -> None:
    body = {"pays": 5, "points": 2}
    for kind, code in (("reward", "day"), ("cap", "report")):
        session.add(Rule(kind=kind, code=code, title_zh="某", title_en="Some", position=99, body=body))
    session.flush()
    assert standing(session, a_ticket(session, "triaged")) == (10, "pending")
    assert points.summary(session, person(session, "alice")).today == points.Cap(10, 45)


def test_what_waits_is_listed_with_whose_it_is(session: Session) -> None:
    cap(session, "day", 25)
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


def test_who_was_never_paid_has_nothing(session: Session) -> None:
    a_ticket(session, "rewarded")
    summary = points.summary(session, person(session, "bob"))
    assert summary == points.Summary(0, 0, 0, points.Cap(0, 45), points.Cap(0, 1350), [])


def test_what_is_only_set_aside_keeps_nobody_waiting_for_the_city(session: Session) -> None:
    """The city's account, which every payment waits for, is not so much as made."""
    a_ticket(session, "triaged")
    assert set(session.scalars(select(Account.kind))) == {"rider", "debt"}


def test_who_has_nothing_left_under_the_cap_keeps_nobody_else_from_being_paid(session: Session) -> None:
    cap(session, "day", 10)
    a_ticket(session, "triaged")
    ticket = a_report(session)
    join(session, person(session, "bob"), ticket.public_id)
    to_the_end(session, ticket)
    assert (ticket.state, standing(session, ticket), balance(session, "bob")) == ("rewarded", (0, "pending"), 1)
    assert points.paid(session, ticket) == {person(session, "bob").id}


def test_what_has_no_matter_yet_has_no_price(session: Session) -> None:
    ticket = a_report(session, category=None, description="路边有一堆东西")
    points.reserve(session, ticket)
    assert standing(session, ticket) is None


def test_why_it_is_unpaid_is_the_cap_only_where_the_cap_took_something(session: Session) -> None:
    cap(session, "day", 15)
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
    cap(session, "day", 15)
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


def test_without_caps_everything_is_paid(session: Session) -> None:
    cap(session, "day", None)
    cap(session, "month", None)
    for _ in range(7):
        to_the_end(session, a_report(session))
    summary = points.summary(session, person(session, "alice"))
    assert (summary.balance, summary.today) == (70, points.Cap(70, None))


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
