"""Many at once, in real threads, on real databases: one wins, everybody else is told, nothing is done twice."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models import Account, Award, Event, Join, Journal, Membership, Posting, Ticket, Unit, User
from models.clock import now
from models.database import Database
from queues.jobs.reports import settle_report
from stage.cast import RUBBISH, STEPS, a_report, a_ticket, person, step
from tests.workflow.situations import cap
from workflow import ledger
from workflow.engine import fire
from workflow.errors import Busy, Problem, Refused
from workflow.report.joining import join

pytestmark = pytest.mark.timeout(120)
Act = Callable[[Session], Any]
PATIENCE = 5


def at_once(db: Database, acts: Sequence[Act]) -> list[Any]:
    """Let everybody act in a thread and a transaction of their own; what each got, or the problem they were told.

    Who is told that the database is busy tries again, as a client does; a deadlock would be no Problem, and fail.
    """
    start = threading.Barrier(len(acts))

    def act(mine: Act) -> Any:
        start.wait(30)
        for attempt in range(PATIENCE):
            try:
                with db.writing() as session:
                    return mine(session)
            except Busy:
                continue
            except OperationalError as error:
                if attempt == PATIENCE - 1 or "deadlock" in str(error):
                    raise
            except Problem as problem:
                return problem
        raise AssertionError("never got through")

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


def hire(session: Session, role: str, unit: str, count: int) -> list[str]:
    """So many colleagues."""
    where = session.scalars(select(Unit).where(Unit.code == unit)).one()
    names = [f"{role}{number}.{unit}" for number in range(count)]
    for name in names:
        user = User(username=name, name=name, created_at=now())
        user.memberships.append(Membership(role=role, unit=where))
        session.add(user)
    session.flush()
    return names


def firing(ticket_id: int, name: str, who: str, **given: Any) -> Act:
    return lambda session: fire(session.get_one(Ticket, ticket_id), name, given, actor=person(session, who)).id


def balances(session: Session) -> dict[str, int]:
    """What every rider has."""
    query = (
        select(User.username, Account.balance).join(Account, Account.user_id == User.id).where(Account.kind == "rider")
    )
    return {name: balance for name, balance in session.execute(query) if balance}


def even(session: Session) -> None:
    """Every balance is the sum of its postings, and all of them together are nothing."""
    sums = dict(
        session.execute(select(Posting.account_id, func.sum(Posting.amount)).group_by(Posting.account_id)).all()
    )
    for account in session.scalars(select(Account)):
        assert account.balance == sums.get(account.id, 0)
    assert sum(sums.values()) == 0


def test_of_twenty_who_confirm_one_does_and_nineteen_are_told(db: Database) -> None:
    with db.writing() as session:
        clerks = hire(session, "clerk", "loufeng", 20)
        ticket = a_ticket(session, "resolved")
        number, version = ticket.id, ticket.version
    found = at_once(db, [firing(number, "confirm", clerk) for clerk in clerks])
    refused = [each for each in found if isinstance(each, Refused)]
    assert (len(refused), len(found)) == (19, 20)
    assert {each.status for each in refused} == {409}
    assert all("娄葑街道受理员" in each.sentence("zh") and "核查通过" in each.sentence("zh") for each in refused)
    assert all("Loufeng Street" in each.sentence("en") and "Confirm" in each.sentence("en") for each in refused)
    found = at_once(db, [lambda session: settle_report(session, str(number))] * 10)
    assert found == [None] * 10
    with db.reading() as session:
        ticket = session.get_one(Ticket, number)
        actions = Counter(session.scalars(select(Event.action).where(Event.subject_id == number)))
        assert (ticket.state, actions["confirm"], actions["reward"]) == ("rewarded", 1, 1)
        assert ticket.version == version + 2 == sum(actions.values())
        assert session.scalar(select(func.count()).select_from(Journal)) == 1
        assert balances(session) == {"alice": 10}
        even(session)


def test_of_the_rider_and_the_clerk_one_is_first(db: Database) -> None:
    with db.writing() as session:
        numbers = [a_report(session).id for _ in range(6)]
    acts = [
        act
        for number in numbers
        for act in (firing(number, "withdraw", "alice"), firing(number, "triage", "carol", category=RUBBISH))
    ]
    found = at_once(db, acts)
    for number, pair in zip(numbers, zip(found[::2], found[1::2], strict=True), strict=True):
        assert sum(isinstance(each, Refused) for each in pair) == 1
        with db.reading() as session:
            ticket = session.get_one(Ticket, number)
            assert ticket.state == ("triaged" if isinstance(pair[0], Refused) else "withdrawn")
            assert ticket.version == 2


def follows_itself(session: Session) -> bool:
    """Whether any ticket follows, in the end, itself."""
    leads = dict(session.execute(select(Ticket.id, Ticket.merged_into_id)).all())
    for start in leads:
        met, at = set(), start
        while leads[at] is not None:
            if at in met:
                return True
            met.add(at)
            at = leads[at]
    return False


def merging(ticket: Ticket, into: Ticket) -> Act:
    return firing(ticket.id, "merge", "carol", into=into.number)


def test_tickets_merged_into_each_other_make_no_circle(db: Database) -> None:
    """Two that oppose each other, three in a ring, and two whose chains would close: one of each has to give way."""
    with db.writing() as session:
        cap(session, 10_000)
        acts, rings = [], []
        for _ in range(2):
            a, b, c, d, e, f, g, h, i = (a_ticket(session, "triaged", who) for who in ("alice", "bob", "dave") * 3)
            fire(g, "merge", into=h.number, actor=person(session, "carol"))
            fire(i, "merge", into=f.number, actor=person(session, "carol"))
            acts += [merging(a, b), merging(b, a)]
            acts += [merging(c, d), merging(d, e), merging(e, c)]
            acts += [merging(f, g), merging(h, i)]
            rings += [2, 3, 2]
    found = at_once(db, acts)
    for ring in rings:
        outcomes, found = found[:ring], found[ring:]
        problems = [each for each in outcomes if isinstance(each, Problem)]
        assert 1 <= len(problems) < ring
        assert {each.status for each in problems} == {409}
    with db.reading() as session:
        assert not follows_itself(session)
        merged = session.scalars(select(Ticket).where(Ticket.state == "merged")).all()
        assert all(each.merged_into_id for each in merged)


def joining(ticket: Ticket, who: str) -> Act:
    public = ticket.public_id

    def act(session: Session) -> None:
        join(session, person(session, who), public)

    return act


def test_who_joins_twice_at_once_has_joined_once(db: Database) -> None:
    with db.writing() as session:
        riders = hire(session, "rider", "sip", 6)
        one, two = a_ticket(session, "triaged"), a_ticket(session, "assigned")
        numbers = (one.id, two.id)
    acts = [joining(ticket, rider) for rider in riders for ticket in (one, two) for _ in range(2)]
    assert at_once(db, acts) == [None] * 24
    with db.reading() as session:
        for number in numbers:
            people = session.scalars(select(Join.user_id).where(Join.ticket_id == number)).all()
            assert len(people) == len(set(people)) == 6
            awards = session.scalars(select(Award).where(Award.ticket_id == number)).all()
            assert sorted(each.points for each in awards) == [1] * 6 + [10]
            assert {each.state for each in awards} == {"pending"}


def test_who_is_urged_on_and_joined_and_moved_at_once_loses_nothing(db: Database) -> None:
    """Different things at the same ticket: all happen, in some order, each with its event."""
    with db.writing() as session:
        ticket = a_ticket(session, "assigned")
        number, version = ticket.id, ticket.version
    acts: list[Act] = [firing(number, "urge", "carol") for _ in range(4)]
    acts += [firing(number, "comment", who, note="看过") for who in ("alice", "erin", "frank", "sam")]
    acts += [firing(number, "accept", "hana"), joining(ticket, "bob")]
    found = at_once(db, acts)
    assert not [each for each in found if isinstance(each, Problem)]
    with db.reading() as session:
        ticket = session.get_one(Ticket, number)
        assert (ticket.version, ticket.urges, ticket.state) == (version + 9, 4, "in_progress")
        events = session.scalars(select(Event).where(Event.subject_id == number).order_by(Event.seq)).all()
        assert [each.seq for each in events] == list(range(1, version + 10))
        assert all(later.previous_hash == earlier.hash for earlier, later in pairwise(events))


def test_a_cap_holds_against_thirty_two_at_once(db: Database) -> None:
    with db.writing() as session:
        numbers = [a_report(session).id for _ in range(32)]
    found = at_once(db, [firing(number, "triage", "carol", category=RUBBISH) for number in numbers])
    assert not [each for each in found if isinstance(each, Problem)]
    with db.reading() as session:
        points = session.scalars(select(Award.points).where(Award.state == "pending")).all()
        assert sorted(points, reverse=True) == [10, 10, 10, 10, 5] + [0] * 27


def test_people_who_are_paid_by_each_others_reports_wait_in_no_circle(db: Database) -> None:
    with db.writing() as session:
        cap(session, 10_000)
        riders = hire(session, "rider", "sip", 4)
        numbers = []
        for number in range(12):
            mine, others = riders[number % 4], [each for each in riders if each != riders[number % 4]]
            ticket = a_report(session, mine)
            for other in others if number % 2 else reversed(others):
                join(session, person(session, other), ticket.public_id)
            for name in STEPS["confirmed"]:
                step(session, ticket, name)
            numbers.append(str(ticket.id))
    found = at_once(db, [lambda session, ref=ref: settle_report(session, ref) for ref in numbers])
    assert found == [None] * 12
    with db.reading() as session:
        assert balances(session) == dict.fromkeys(riders, 3 * 10 + 9)
        even(session)


def test_an_award_is_taken_back_once_by_many(db: Database) -> None:
    with db.writing() as session:
        a_ticket(session, "rewarded")
        journal = session.scalars(select(Journal.id)).one()

    def take_back(session: Session) -> int:
        return ledger.reverse(
            session, session.get_one(Journal, journal), actor=person(session, "ada"), reason="重复"
        ).id

    found = at_once(db, [take_back] * 8)
    assert len({each for each in found if not isinstance(each, Problem)}) == 1
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Journal)) == 2
        assert balances(session) == {}
        even(session)
