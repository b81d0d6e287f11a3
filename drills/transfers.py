"""Opposing transfers between accounts by twelve writers: no deadlock reaches a person, sums stay zero."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import User
from stage.stage import Stage
from stage.town import Act, at_once, hire_riders, hold_even, purses, town
from workflow import ledger
from workflow.errors import Problem

WRITERS = 12
PEOPLE = 8
PURSE = 1000


def run(stage: Stage) -> None:
    count = stage.size(2000, 10_000)
    with town(stage) as db:
        with db.writing() as session:
            names = hire_riders(session, PEOPLE)
            people = [session.scalars(select(User.id).where(User.username == name)).one() for name in names]
            for person in people:
                accounts = ledger.lock_accounts(session, person)
                moves = [(accounts["issuance", None], -PURSE), (accounts["rider", person], PURSE)]
                ledger.post(session, "award", f"purse:{person}", moves)
        acts, plan = [], []
        for number in range(count // 2):
            one, other = stage.random.sample(people, 2)
            for giver, taker in ((one, other), (other, one)):
                points = stage.random.randint(1, 400)
                plan.append((giver, taker, points))
                acts.append(_transfer(f"transfer:{number}:{giver}", giver, taker, points, issuance=number % 2 == 0))
        outcome = at_once(db, WRITERS, acts)
        refused = [each for each in outcome.answers if isinstance(each, Problem)]
        due = dict.fromkeys(people, PURSE)
        for (giver, taker, points), answer in zip(plan, outcome.answers, strict=True):
            if answer is True:
                due[giver], due[taker] = due[giver] - points, due[taker] + points
        stage.figure("transfers", count, least=count)
        stage.figure("carried out", sum(each is True for each in outcome.answers), least=count / 2)
        stage.figure("refused for want of points", sum(each.key == "ledger.not_enough" for each in refused))
        stage.figure("refused otherwise", sum(each.key != "ledger.not_enough" for each in refused), exactly=0)
        stage.figure("deadlocks", len(outcome.deadlocks), exactly=0)
        stage.figure("told to try again", outcome.again)
        stage.figure("troubles", len(outcome.troubles), exactly=0)
        with db.reading() as session:
            hold_even(stage, session)
            held = purses(session)
        wrong = [name for name, person in zip(names, people, strict=True) if held[name] != due[person]]
        stage.figure("balances that are not as due", len(wrong), exactly=0)
    for line in [*outcome.deadlocks, *outcome.troubles][:10]:
        stage.say(line)


def _transfer(key: str, giver: int, taker: int, points: int, *, issuance: bool) -> Act:
    """Half of them lock the city's issuance as well, as payments do; the others meet at the riders' accounts alone."""

    def act(session: Session) -> bool:
        accounts = ledger.lock_accounts(session, giver, taker, issuance=issuance)
        moves = [(accounts["rider", giver], -points), (accounts["rider", taker], points)]
        ledger.post(session, "award", key, moves)
        return True

    return act
