"""Reopened, reworked and merged again and again: at most one award a ticket, rule and person; balances as due."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Account, Award, Event, Journal, Posting, Ticket, User
from models.database import Database
from queues.jobs.reports import settle_report
from stage import cast
from stage.stage import Stage
from stage.town import hire_riders, hold_audit, hold_even, purses, set_cap, town
from workflow.engine import fire
from workflow.report.joining import join

PEOPLE = 12
PAIRS = 10
REPORT, JOIN = 10, 1
NO_CAP = 1_000_000


@dataclass
class Pair:
    """Two tickets that lead each other's lives: `led` is taken into `lead` and out of it again."""

    lead: int
    led: int
    reporters: tuple[str, str]
    joiners: tuple[str, str]
    due: dict[tuple[int, str], int] = field(default_factory=dict)
    """What each ticket has to pay whom, once for all."""


class Loops:
    """The three ways around, each from a rewarded pair to a rewarded pair."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._photos = itertools.count()

    def open(self, reporters: tuple[str, str], joiners: tuple[str, str]) -> Pair:
        """A pair that was joined, worked off and paid."""
        with self._db.writing() as session:
            tickets = [cast.a_report(session, reporter) for reporter in reporters]
            for ticket, joiner in zip(tickets, joiners, strict=True):
                join(session, cast.person(session, joiner), ticket.public_id)
                cast.step(session, ticket, "triage")
        pair = Pair(tickets[0].id, tickets[1].id, reporters, joiners)
        for number, reporter, joiner in zip((pair.lead, pair.led), reporters, joiners, strict=True):
            self._finish(number)
            pair.due |= {(number, reporter): REPORT, (number, joiner): JOIN}
        return pair

    def reopen(self, pair: Pair) -> None:
        """What was paid turns out not to be solved."""
        self._fire(pair.lead, "reopen")
        self._finish(pair.lead)

    def rework(self, pair: Pair) -> None:
        """What is said to be done is not, three times."""
        self._fire(pair.led, "reopen", "assign", "accept", "resolve", *("rework", "accept", "resolve") * 3)
        self._fire(pair.led, "confirm")
        self._settle(pair.led)

    def merge(self, pair: Pair) -> None:
        """One is taken into the other, out of it, into it again; the other is paid; then it stands for itself."""
        self._fire(pair.lead, "reopen")
        self._fire(pair.led, "reopen")
        for _ in range(2):
            self._merge(pair)
            self._fire(pair.led, "unmerge")
        self._merge(pair)
        self._finish(pair.lead)
        for person in (pair.reporters[1], pair.joiners[1]):
            if person != pair.reporters[0]:
                pair.due[pair.lead, person] = JOIN
        self._fire(pair.led, "unmerge")
        self._finish(pair.led)

    def _merge(self, pair: Pair) -> None:
        with self._db.writing() as session:
            into = session.get_one(Ticket, pair.lead).number
            fire(session.get_one(Ticket, pair.led), "merge", into=into, actor=cast.person(session, "carol"))

    def _finish(self, number: int) -> None:
        self._fire(number, "assign", "accept", "resolve", "confirm")
        self._settle(number)

    def _settle(self, number: int) -> None:
        for _ in range(2):
            with self._db.writing() as session:
                settle_report(session, str(number))

    def _fire(self, number: int, *names: str) -> None:
        with self._db.writing() as session:
            for name in names:
                ticket = session.get_one(Ticket, number)
                if name == "resolve":
                    erin = cast.person(session, "erin")
                    photo = cast.photo(session, erin, name=f"after{next(self._photos)}")
                    fire(ticket, name, note="清理完毕", photos=[photo], actor=erin)
                else:
                    cast.step(session, ticket, name)


def run(stage: Stage) -> None:
    count = stage.size(200, 1000)
    with town(stage) as db:
        with db.writing() as session:
            names = hire_riders(session, PEOPLE)
            for cap in ("day", "month"):
                set_cap(session, cap, NO_CAP)
        loops = Loops(db)
        pairs = []
        for _ in range(PAIRS):
            one, two, three, four = stage.random.sample(names, 4)
            pairs.append(loops.open((one, two), (three, stage.random.choice((one, four)))))
        ways = (loops.reopen, loops.rework, loops.merge)
        gone: Counter[str] = Counter()
        for number in range(count):
            way = ways[number % len(ways)]
            way(stage.random.choice(pairs))
            gone[way.__name__] += 1
        with db.reading() as session:
            for name, times in gone.items():
                stage.figure(f"loops of {name}", times, least=count // len(ways))
            stage.figure("events", session.scalar(select(func.count(Event.id))) or 0)
            _hold(stage, session, names, pairs)
            hold_even(stage, session)
        hold_audit(stage, db)


def _hold(stage: Stage, session: Session, names: list[str], pairs: list[Pair]) -> None:
    owed: Counter[str] = Counter()
    due: dict[tuple[int, str], int] = {}
    for pair in pairs:
        due |= pair.due
    for (_, person), points in due.items():
        owed[person] += points
    held = purses(session)
    stage.figure("balances that are not as due", sum(held.get(name, 0) != owed[name] for name in names), exactly=0)
    by = (Journal.ticket_id, Journal.rule_id, Account.user_id)
    paid = select(*by).join(Posting, Posting.journal_id == Journal.id).join(Account, Account.id == Posting.account_id)
    paid = paid.where(Journal.kind == "award", Account.kind == "rider").group_by(*by)
    twice = session.execute(paid.having(func.count() > 1)).all()
    stage.figure("paid twice for a ticket, rule and person", len(twice), exactly=0)
    awards = select(Award.ticket_id, User.username, Award.points).join(User, User.id == Award.user_id)
    stored = {(ticket, str(name)): points for ticket, name, points in session.execute(
        awards.where(Award.state == "paid")
    )}  # fmt: skip
    journals = session.scalar(select(func.count(Journal.id)).where(Journal.kind == "award")) or 0
    stage.figure("awards paid", journals, exactly=len(due))
    stage.figure("awards that differ from what was due", len(stored.items() ^ due.items()), exactly=0)
    unsettled = select(func.count(Ticket.id)).where(Ticket.state != "rewarded")
    stage.figure("tickets that are not rewarded in the end", session.scalar(unsettled) or 0, exactly=0)
