"""A city with the tests' people in it, on a database of its own, for trials that call the product in this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import ROOT
from models import Account, Membership, Posting, Rule, Unit, User, migrations
from models.clock import now
from models.database import Database, database
from queues.blame import is_busy
from stage import cast
from stage.stage import Stage
from workflow.audit import Tally, audit, snapshot
from workflow.bootstrap import load_city
from workflow.errors import Problem

Act = Callable[[Session], Any]
PATIENCE = 20
PAUSE_SECONDS = 0.05


@contextmanager
def town(stage: Stage) -> Iterator[Database]:
    """This process's database, connected to a new one with Suzhou's park and the cast of the tests."""
    database.connect(stage.new_database())
    migrations.migrate(database)
    with database.writing() as session:
        load_city(session, ROOT / "cities" / "sip", demo=False)
        cast.hire(session)
    try:
        yield database
    finally:
        database.engine.dispose()


def hire_riders(session: Session, count: int) -> list[str]:
    """So many more riders, by name."""
    city = session.scalars(select(Unit).where(Unit.code == "sip")).one()
    names = [f"rider{number}" for number in range(count)]
    for name in names:
        user = User(username=name, name=name, created_at=now())
        user.memberships.append(Membership(role="rider", unit=city))
        session.add(user)
    session.flush()
    return names


def set_cap(session: Session, name: str, points: int) -> None:
    """Let the city pay at most so many points a `day` or `month`."""
    rule = session.scalars(select(Rule).where(Rule.kind == "cap", Rule.code == name)).one()
    rule.body = rule.body | {"points": points}
    session.flush()


@dataclass
class Outcome:
    """What many got: each act's answer or the problem it was told, how often somebody was told to try again, and what
    nobody should ever see."""

    answers: list[Any] = field(default_factory=list)
    again: int = 0
    deadlocks: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


def at_once(db: Database, writers: int, acts: Sequence[Act]) -> Outcome:
    """Let so many writers do the acts, each in a transaction of its own; who is told that the database is busy tries
    again, as a client does."""
    outcome, lock = Outcome(), threading.Lock()

    def do(act: Act) -> Any:
        for _ in range(PATIENCE):
            try:
                with db.writing() as session:
                    return act(session)
            except Exception as error:
                if is_busy(error):
                    with lock:
                        outcome.again += 1
                        outcome.deadlocks += [str(error)] if "deadlock" in str(error).lower() else []
                elif isinstance(error, Problem):
                    return error
                else:
                    outcome.troubles.append(repr(error))
                    return error
            time.sleep(PAUSE_SECONDS)
        outcome.troubles.append("never got through")
        return None

    with ThreadPoolExecutor(writers) as pool:
        outcome.answers = list(pool.map(do, acts))
    return outcome


def purses(session: Session) -> dict[str, int]:
    """What each rider has less what they owe, by name."""
    query = select(User.username, func.sum(Account.balance)).join(Account, Account.user_id == User.id)
    return {str(name): int(total) for name, total in session.execute(query.group_by(User.username))}


def hold_even(stage: Stage, session: Session) -> None:
    """Figures that every ledger keeps: what each account holds is the sum of its postings, all of it together nothing,
    nobody below zero, nobody who owes with points in the purse."""
    totals = select(Posting.account_id, func.sum(Posting.amount)).group_by(Posting.account_id)
    sums = {account: int(total) for account, total in session.execute(totals)}
    accounts = list(session.scalars(select(Account)))
    owing = {each.user_id for each in accounts if each.kind == "debt" and each.balance}
    below = [each for each in accounts if each.kind == "rider" and each.balance < 0]
    both = [each for each in accounts if each.kind == "rider" and each.balance > 0 and each.user_id in owing]
    stage.figure("postings", session.scalar(select(func.count()).select_from(Posting)) or 0)
    stage.figure("sum of all postings", sum(sums.values()), exactly=0)
    differing = [each for each in accounts if each.balance != sums.get(each.id, 0)]
    stage.figure("accounts that are not their postings", len(differing), exactly=0)
    stage.figure("accounts below zero", len(below), exactly=0)
    stage.figure("who owes and has points", len(both), exactly=0)


def hold_audit(stage: Stage, db: Database) -> None:
    """The audit has nothing to say."""
    with snapshot(db) as connection:
        said = [finding.sentence("en") for finding in audit(connection, Tally())]
    stage.figure("findings of the audit", len(said), exactly=0)
    for line in said[:10]:
        stage.say(line)
