"""Thirty-two writers pay a hundred people who report, join, are paid twice and taken back: each gets what is due."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models import Award, Join, Journal, Ticket, User
from models.clock import now
from models.database import Database
from queues.jobs.reports import settle_report
from stage import cast
from stage.stage import Stage
from stage.town import Act, at_once, hire_riders, hold_audit, hold_even, purses, set_cap, town
from workflow import ledger
from workflow.engine import fire
from workflow.report.joining import join

WRITERS = 32
PEOPLE = 100
DAYS = 4
DAY_CAP, MONTH_CAP = 25, 60
REPORT, JOIN = 10, 1
JOINERS = 3


def run(stage: Stage) -> None:
    count = stage.size(400, 2000)
    wanted: Counter[tuple[str, int]] = Counter()
    with town(stage) as db:
        with db.writing() as session:
            names = hire_riders(session, PEOPLE)
            set_cap(session, "day", DAY_CAP)
            set_cap(session, "month", MONTH_CAP)
        numbers = _reports(stage, db, names, count, wanted)
        outcome = at_once(db, WRITERS, [_triage(number) for number in numbers])
        troubles, again = outcome.troubles, outcome.again
        outcome = at_once(db, WRITERS, [_work(number) for number in numbers])
        troubles, again = troubles + outcome.troubles, again + outcome.again
        # Everything is settled twice, and a tenth of what is paid is taken back twice, while the rest is being paid.
        acts: list[Act] = [_settle(number) for number in numbers for _ in range(2)]
        stage.random.shuffle(acts)
        half = len(acts) // 2
        first = at_once(db, WRITERS, acts[:half])
        with db.reading() as session:
            paid = list(session.scalars(select(Journal.id).order_by(Journal.id)))
        taken = stage.random.sample(paid, len(paid) // 10)
        rest: list[Act] = [*acts[half:], *(_take_back(each) for each in taken for _ in range(2))]
        stage.random.shuffle(rest)
        second = at_once(db, WRITERS, rest)
        troubles += first.troubles + second.troubles
        again += first.again + second.again
        stage.figure("reports", count, least=count)
        stage.figure("told to try again", again)
        stage.figure("troubles", len(troubles), exactly=0)
        with db.reading() as session:
            _hold(stage, session, names, wanted, taken)
            hold_even(stage, session)
        hold_audit(stage, db)
    for line in troubles[:10]:
        stage.say(line)


def _reports(
    stage: Stage, db: Database, names: list[str], count: int, wanted: Counter[tuple[str, int]]
) -> list[int]:
    """Reports of the last month, each joined by a few; `wanted` counts what they would pay whom for which day."""
    first = (now().replace(day=1) - timedelta(days=1)).replace(day=5, hour=4)
    numbers = []
    with db.writing() as session:
        for _ in range(count):
            day = stage.random.randrange(DAYS)
            reporter, *others = stage.random.sample(names, 1 + JOINERS)
            ticket = cast.a_report(session, reporter)
            for other in others:
                join(session, cast.person(session, other), ticket.public_id)
                wanted[other, day] += JOIN
            wanted[reporter, day] += REPORT
            _sent_on(session, ticket, first + timedelta(days=day))
            numbers.append(ticket.id)
    return numbers


def _sent_on(session: Session, ticket: Ticket, moment: datetime) -> None:
    ticket.created_at = moment
    session.execute(update(Join).where(Join.ticket_id == ticket.id).values(created_at=moment))


def _triage(number: int) -> Act:
    def act(session: Session) -> None:
        fire(session.get_one(Ticket, number), "triage", category=cast.RUBBISH, actor=cast.person(session, "carol"))

    return act


def _work(number: int) -> Act:
    def act(session: Session) -> None:
        ticket, erin = session.get_one(Ticket, number), cast.person(session, "erin")
        cast.step(session, ticket, "assign")
        cast.step(session, ticket, "accept")
        fire(ticket, "resolve", note="清理完毕", photos=[cast.photo(session, erin, name=f"after{number}")], actor=erin)
        cast.step(session, ticket, "confirm")

    return act


def _settle(number: int) -> Act:
    return lambda session: settle_report(session, str(number))


def _take_back(journal: int) -> Act:
    def act(session: Session) -> int:
        ada = cast.person(session, "ada")
        return ledger.reverse(session, session.get_one(Journal, journal), actor=ada, reason="照片与事实不符").id

    return act


def _hold(
    stage: Stage, session: Session, names: list[str], wanted: Counter[tuple[str, int]], taken: list[int]
) -> None:
    """What each person has is what the caps left of what they wanted, less what was taken back."""
    whose = select(User.username, func.sum(Award.points)).join(User, User.id == Award.user_id)
    back = Counter(
        {str(name): int(total) for name, total in session.execute(
            whose.where(Award.journal_id.in_(taken)).group_by(User.username)
        )}
    )  # fmt: skip
    due = {
        name: min(MONTH_CAP, sum(min(DAY_CAP, wanted[name, day]) for day in range(DAYS))) - back[name]
        for name in names
    }
    held = purses(session)
    capped = sum(sum(wanted[name, day] for day in range(DAYS)) > due[name] + back[name] for name in names)
    stage.figure("people", len(names), exactly=PEOPLE)
    stage.figure("people whom a cap held back", capped, least=1)
    stage.figure("points paid and kept", sum(due.values()))
    stage.figure("balances that are not as due", sum(held.get(name, 0) != due[name] for name in names), exactly=0)
    days = select(Award.user_id).group_by(Award.user_id, Award.day).having(func.sum(Award.points) > DAY_CAP)
    stage.figure("days over their cap", len(session.scalars(days).all()), exactly=0)
    reversals = select(func.count(Journal.id)).where(Journal.kind == "reversal")
    stage.figure("awards taken back", session.scalar(reversals) or 0, exactly=len(taken))
    unsettled = select(func.count(Ticket.id)).where(Ticket.state.not_in(("rewarded", "closed")))
    stage.figure("reports not settled", session.scalar(unsettled) or 0, exactly=0)
