"""Awards, reversals, debts, merges, joins and reopenings by chance, held against a pure model of who is owed what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from drills.owed import JOINABLE, MERGEABLE, PEOPLE, POINTS, RUNNING, Known, Owed
from models import Account, Award, Join, Journal, Rule, Ticket, User
from models.database import database
from queues.jobs.reports import settle_report
from stage import cast
from stage.stage import Stage
from stage.town import hire_riders, set_cap, town
from workflow import ledger
from workflow.engine import fire
from workflow.known import forget
from workflow.report.joining import join

DAY_CAP = 35
MOST_TICKETS = 8
picks = st.integers(0, 59)


@dataclass
class Count:
    """How much was tried."""

    runs: int = 0
    steps: int = 0
    paid: int = 0
    reversed: int = 0
    owing: int = 0
    capped: int = 0
    merged: int = 0


count = Count()


class Whistle(RuleBasedStateMachine):
    """The product in one transaction of which nothing stays, and the model beside it."""

    def __init__(self) -> None:
        super().__init__()
        count.runs += 1
        writer = database.engine.execution_options(whistle_writes=True)
        self.session = Session(writer, expire_on_commit=False, info={"writes": True})
        self.model = Owed(DAY_CAP)
        paying = self.session.scalars(select(Rule).where(Rule.kind == "reward"))
        self.codes = {each.id: each.code for each in paying}
        self.names = {each.id: str(each.username) for each in self.session.scalars(select(User))}
        self.photos = self.spent = 0

    def teardown(self) -> None:
        count.merged += self.model.merges
        self.session.rollback()
        self.session.close()
        forget(self.session)

    def _ticket(self, known: Known) -> Ticket:
        return self.session.get_one(Ticket, known.id)

    def _fire(self, known: Known, name: str, **fields: Any) -> None:
        if name == "resolve":
            erin = cast.person(self.session, "erin")
            self.photos += 1
            photo = cast.photo(self.session, erin, name=f"after{self.photos}")
            fire(self._ticket(known), name, note="清理完毕", photos=[photo], actor=erin)
        elif fields:
            fire(self._ticket(known), name, actor=cast.person(self.session, cast.WHO[name] or ""), **fields)
        else:
            cast.step(self.session, self._ticket(known), name)

    # What people do

    @precondition(lambda self: len(self.model.living()) < MOST_TICKETS)
    @rule(
        who=st.sampled_from(PEOPLE),
        anonymous=st.sampled_from((False, False, False, True)),
        category=st.sampled_from((None, *POINTS)),
    )
    def report(self, who: str, anonymous: bool, category: str | None) -> None:
        words = None if category else "路边垃圾成堆。"
        ticket = cast.a_report(self.session, who, anonymous=anonymous, category=category, description=words)
        self.model.report(ticket.id, who, anonymous, category)

    @precondition(lambda self: self.model.in_state("submitted"))
    @rule(pick=picks, category=st.sampled_from(sorted(POINTS)))
    def triage(self, pick: int, category: str) -> None:
        known = self.model.pick(pick, "submitted")
        self._fire(known, "triage", category=category)
        self.model.triage(known, category)

    @precondition(lambda self: self.model.in_state(*JOINABLE))
    @rule(pick=picks, who=st.sampled_from(PEOPLE))
    def meet(self, pick: int, who: str) -> None:
        known = self.model.pick(pick, *JOINABLE)
        if who != known.reporter:
            join(self.session, cast.person(self.session, who), self._ticket(known).public_id)
            self.model.join(known, who)

    @precondition(lambda self: self.model.in_state("submitted", "triaged"))
    @rule(pick=picks)
    def reject(self, pick: int) -> None:
        known = self.model.pick(pick, "submitted", "triaged")
        self._fire(known, "reject")
        self.model.end(known, "rejected")

    @precondition(lambda self: len(self.model.in_state(*RUNNING, "merged")) > 1 and self.model.in_state(*MERGEABLE))
    @rule(pick=picks, other=picks)
    def merge(self, pick: int, other: int) -> None:
        known, into = self.model.pick(pick, *MERGEABLE), self.model.pick(other, *RUNNING, "merged")
        last = self.model.last(into)
        if last is not known and last.state in RUNNING:
            self._fire(known, "merge", into=self._ticket(into).number)
            self.model.merge(known, last)

    @precondition(lambda self: self.model.unmergeable())
    @rule(pick=picks)
    def unmerge(self, pick: int) -> None:
        candidates = self.model.unmergeable()
        known = candidates[pick % len(candidates)]
        self._fire(known, "unmerge")
        self.model.unmerge(known)

    @precondition(lambda self: self.model.in_state("triaged", "resolved"))
    @rule(pick=picks)
    def work(self, pick: int) -> None:
        """To the end, or as far as it takes to be there."""
        known = self.model.pick(pick, "triaged", "resolved")
        names = ("assign", "accept", "resolve", "confirm") if known.state == "triaged" else ("confirm",)
        for name in names:
            self._fire(known, name)
        known.state = "confirmed"

    @precondition(lambda self: self.model.in_state("triaged"))
    @rule(pick=picks, rework=st.booleans())
    def half(self, pick: int, rework: bool) -> None:
        known = self.model.pick(pick, "triaged")
        names = ("assign", "accept", "resolve") + (("rework", "resolve") if rework else ())
        for name in names:
            self._fire(known, name)
        known.state = "resolved"

    @precondition(lambda self: self.model.in_state("confirmed"))
    @rule(pick=picks, times=st.integers(1, 2))
    def settle(self, pick: int, times: int) -> None:
        known = self.model.pick(pick, "confirmed")
        for _ in range(times):
            settle_report(self.session, str(known.id))
        self.model.settle(known)

    @precondition(lambda self: self.model.reopenable())
    @rule(pick=picks)
    def reopen(self, pick: int) -> None:
        candidates = self.model.reopenable()
        known = candidates[pick % len(candidates)]
        self._fire(known, "reopen")
        self.model.reopen(known)

    @precondition(lambda self: self.model.reversible())
    @rule(pick=picks)
    def reverse(self, pick: int) -> None:
        candidates = self.model.reversible()
        known, (code, who) = candidates[pick % len(candidates)]
        numbers = {value: key for key, value in self.codes.items()}
        people = {value: key for key, value in self.names.items()}
        key = f"award:{known.id}:{numbers[code]}:{people[who]}"
        journal = self.session.scalars(select(Journal).where(Journal.key == key)).one()
        ledger.reverse(self.session, journal, actor=cast.person(self.session, "ada"), reason="照片与事实不符")
        self.model.reverse(known, code, who)
        count.reversed += 1

    @precondition(lambda self: any(self.model.held(who) for who in PEOPLE))
    @rule(pick=picks, all_of_it=st.booleans())
    def spend(self, pick: int, all_of_it: bool) -> None:
        """Points leave the purse: only so can what is taken back become a debt."""
        rich = [who for who in PEOPLE if self.model.held(who)]
        who = rich[pick % len(rich)]
        points = self.model.held(who) if all_of_it else 1
        person = cast.person(self.session, who).id
        accounts = ledger.lock_accounts(self.session, person)
        self.spent += 1
        moves = [(accounts["rider", person], -points), (accounts["issuance", None], points)]
        ledger.post(self.session, "award", f"spent:{self.spent}", moves)
        self.model.spend(who, points)

    # What must be the same on both sides

    @invariant()
    def same(self) -> None:
        count.steps += 1
        self.session.flush()
        states = dict(self.session.execute(select(Ticket.id, Ticket.state)).all())
        _alike("states", set(states.items()), {(each.id, each.state) for each in self.model.tickets.values()})
        joins = self.session.execute(select(Join.ticket_id, Join.user_id))
        _alike("joins", {(ticket, self.names[who]) for ticket, who in joins}, self.model.all_joined())
        columns = Award.ticket_id, Award.rule_id, Award.user_id, Award.points, Award.state
        awards = {
            (ticket, self.codes[code], self.names[who]): (points, state)
            for ticket, code, who, points, state in self.session.execute(select(*columns))
        }
        _alike("awards", set(awards.items()), set(self.model.all_awards().items()))
        accounts = select(Account.user_id, Account.kind, Account.balance).where(Account.user_id.is_not(None))
        purses = self.session.execute(accounts)
        held = {(self.names[who or 0], kind): balance for who, kind, balance in purses if balance}
        _alike("balances", set(held.items()), set(self.model.all_balances().items()))
        issued = self.session.scalar(select(Account.balance).where(Account.kind == "issuance")) or 0
        assert issued == -sum(held.values())
        count.owing += any(kind == "debt" for _, kind in held)
        count.paid = max(count.paid, sum(state == "paid" for _, state in awards.values()))
        count.capped += any(points == 0 for points, _ in awards.values())


def _alike(what: str, product: set[Any], model: set[Any]) -> None:
    if product != model:
        differ = f"{what}: only the product has {product - model}, only the model has {model - product}"
        raise AssertionError(differ)


def run(stage: Stage) -> None:
    runs, steps = stage.size((60, 50), (1000, 50))
    divergence = ""
    with town(stage) as db:
        with db.writing() as session:
            set_cap(session, "day", DAY_CAP)
            hire_riders(session, len(PEOPLE))
        vars(count).update(vars(Count()))
        how = hypothesis.settings(
            max_examples=runs,
            stateful_step_count=steps,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        try:
            run_state_machine_as_test(hypothesis.seed(stage.seed)(Whistle), settings=how, _min_steps=steps)
        except AssertionError as error:
            divergence = "\n".join([str(error), *getattr(error, "__notes__", [])])
    stage.figure("runs", count.runs, least=runs)
    stage.figure("steps", count.steps, least=runs * steps)
    stage.figure("merges", count.merged, least=1)
    stage.figure("reversals", count.reversed, least=1)
    stage.figure("steps in which somebody owed", count.owing, least=1)
    stage.figure("steps in which a cap left nothing", count.capped, least=1)
    stage.figure("divergences", int(bool(divergence)), exactly=0)
    for line in divergence.splitlines()[:80]:
        stage.say(line)
