"""Random people do random things, half of them wrong, while the clock moves: what must never be untrue, never is."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from models import Account, Award, Base, Event, EventWords, Journal, Posting, Rule, Ticket, User
from models.base import canonical
from queues.jobs.reports import apply_rules, confirm_silence, review_suspension, settle_report
from tests.cast import RUBBISH, a_report, person, photo
from tests.workflow.conftest import MONDAY
from tests.workflow.situations import CROWD, cap, gather, in_workdays
from workflow import ledger
from workflow.actors import SYSTEM, Actor
from workflow.engine import fire, permitted
from workflow.engine.history import hash_event, hash_words, replay
from workflow.engine.machines import machinery_of
from workflow.errors import Problem
from workflow.known import forget
from workflow.localtime import local_day
from workflow.report.joining import join

WORK = ["alice", "bob", "carol", "erin", "bert", "mona", "sam", None]
PEOPLE = [*WORK, "dave", "cleo", "hana", "frank", "ada", "gus", "mallory", *CROWD]
USUAL = {
    "submitted": "triage",
    "triaged": "assign",
    "assigned": "accept",
    "in_progress": "resolve",
    "resolved": "confirm",
}
TABLE = {  # from the design: where each leads from where
    "withdraw": {"submitted": "withdrawn"},
    "triage": {"submitted": "triaged"},
    "reject": {"submitted": "rejected", "triaged": "rejected"},
    "merge": {"submitted": "merged", "triaged": "merged", "assigned": "merged"},
    "unmerge": {"merged": "triaged"},
    "assign": {"triaged": "assigned", "assigned": "assigned"},
    "accept": {"assigned": "in_progress"},
    "send_back": {"assigned": "triaged", "in_progress": "triaged"},
    "suspend": {"in_progress": "suspended"},
    "resume": {"suspended": "in_progress"},
    "resolve": {"assigned": "resolved", "in_progress": "resolved"},
    "rework": {"resolved": "assigned"},
    "confirm": {"resolved": "confirmed"},
    "reward": {"confirmed": "rewarded"},
    "close": {"confirmed": "closed"},
    "reopen": {"rewarded": "triaged", "closed": "triaged", "rejected": "submitted"},
}
CLOCKS = {
    "submitted": {"triage"}, "triaged": {"dispatch", "arbitrate"}, "assigned": {"resolve"}, "in_progress": {"resolve"},
    "suspended": {"resolve"}, "resolved": {"confirm"},
}  # fmt: skip
STAYS = ("request_extension", "grant_extension", "refuse_extension", "request_suspension", "refuse_suspension", "urge")
SELDOM = ("comment", "withdraw", "reject", "merge", "urge")
STATES = ("assigned", "in_progress", "suspended")
DAY_CAP, MONTH_CAP = 25, 60
WRONG = [
    None, "", "  ", 3, -1, True, [], {}, ["x"], "x", "长" * 3000, "a\x00", "\ud800", "2026-13-01", "2020-01-01", 10**30,
    "enforcement", ["enforcement"], "SIP-26-000001", 0.5,
]  # fmt: skip
FIELDS = ["reason", "note", "until", "review_on", "category", "department", "into", "photos", "rating", "internal", "x"]

small, many = st.integers(0, 11), st.integers(0, 59)
person_of = st.sampled_from(WORK + PEOPLE)
spoil = st.one_of(st.none(), st.none(), st.tuples(st.sampled_from(FIELDS), st.sampled_from(WRONG)))
command = st.one_of(
    st.tuples(st.just("may"), small, many, spoil),
    st.tuples(st.just("may"), small, many, st.none()),
    st.tuples(st.just("may"), small, many, st.none()),
    st.tuples(st.just("may"), small, many, st.none()),
    st.tuples(st.just("on"), small, small),
    st.tuples(st.just("on"), small, small),
    st.tuples(st.just("any"), small, person_of, st.sampled_from([*TABLE, *STAYS, "comment", "open", "fly"]), spoil),
    st.tuples(st.just("wait"), st.sampled_from([1, 60, 200, 1440, 3 * 1440, 5 * 1440, 16 * 1440])),
    st.tuples(st.just("job"), small, st.sampled_from([settle_report, confirm_silence, review_suspension, apply_rules])),
    st.tuples(st.just("join"), small, person_of),
    st.tuples(st.just("reverse"), small),
)


class World:
    """Four reports, everybody, and what is asked of them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        cap(session, DAY_CAP)
        month = session.scalars(select(Rule).where(Rule.kind == "cap", Rule.code == "month")).one()
        month.body = month.body | {"points": MONTH_CAP}
        session.flush()
        self.people: dict[str | None, Actor] = {name: person(session, name) if name else SYSTEM for name in PEOPLE}
        self.tickets = [a_report(session, rider) for rider in ("alice", "alice", "rosa")]
        self.tickets.append(a_report(session, "bob", anonymous=True))

    def fields(self, name: str, actor: Actor, number: int) -> dict[str, Any]:
        """Right fields, as far as one can know."""
        session = self.session
        soon = {"until": in_workdays(session, number + 1), "review_on": in_workdays(session, number + 1)}
        known: dict[str, dict[str, Any]] = {
            "triage": {"category": ["01001", RUBBISH, "06010"][number % 3]},
            "merge": {"into": self.tickets[number % len(self.tickets)].number},
            "assign": {"department": ["enforcement", "enforcement", "municipal"][number % 3], "assisting": ["market"]},
            "grant_extension": {"until": soon["until"]},
            "request_extension": {"until": soon["until"], "reason": "缺料"},
            "request_suspension": {"review_on": soon["review_on"], "reason": "等"},
            "suspend": {"review_on": soon["review_on"]},
            "resolve": {"note": "清理完毕"},
            "close": {"why": "capped"},
            "comment": {"note": "看过了", "internal": number % 2 == 0 and actor is not SYSTEM},
            "confirm": {"rating": number % 5 + 1},
        }
        given = known.get(name, {})
        if name in ("resolve", "rework") and isinstance(actor, User):
            given["photos"] = [photo(session, actor)]
        if name in ("reject", "send_back", "refuse_extension", "refuse_suspension", "rework", "reopen"):
            given["reason"] = "因为"
        return given

    def do(self, clock: time_machine.Traveller, what: tuple[Any, ...]) -> None:
        """One command. Whatever is refused must leave everything as it was."""
        verb, *rest = what
        if verb == "wait":
            clock.shift(timedelta(minutes=rest[0]))
            return
        if verb == "reverse":
            self._refusable(self._reverse, rest[0])
            return
        ticket = self.tickets[rest[0] % len(self.tickets)]
        if verb == "job":
            self._refusable(rest[1], self.session, str(ticket.id))
            return
        if verb == "on":
            self._on(ticket, rest[1])
            return
        if verb == "may":
            self._may(ticket, rest[1], rest[2])
            return
        actor = self.people[rest[1]]
        if verb == "join":
            if isinstance(actor, User):
                self._refusable(join, self.session, actor, ticket.public_id)
            return
        name, wrong = rest[2], rest[3]
        given = self.fields(name, actor, 3) | ({wrong[0]: wrong[1]} if wrong else {})
        self._refusable(self._fire, ticket, name, given, actor)

    def _may(self, ticket: Ticket, number: int, wrong: tuple[str, Any] | None) -> None:
        """Anything that somebody may do now."""
        who = {each.name: self.people[name] for name in WORK for each in permitted(ticket, self.people[name])}
        names = [name for name in who if number % 5 == 0 or name not in SELDOM]
        if names:
            name = names[number % len(names)]
            given = self.fields(name, who[name], number) | ({wrong[0]: wrong[1]} if wrong else {})
            self._refusable(self._fire, ticket, name, given, who[name])

    def _on(self, ticket: Ticket, number: int) -> None:
        """The usual next step, by who usually takes it."""
        name = USUAL.get(ticket.state)
        if name is None:
            self._refusable(settle_report, self.session, str(ticket.id))
            return
        who = "sam" if name == "assign" and ticket.send_backs == 2 else "carol"
        if ticket.department is not None and name in ("accept", "resolve"):
            who = "mona" if ticket.department.code == "municipal" else "erin"
        actor = self.people[who]
        self._refusable(self._fire, ticket, name, self.fields(name, actor, number), actor)

    def _fire(self, ticket: Ticket, name: str, given: dict[str, Any], actor: Actor) -> None:
        before = (ticket.state, ticket.version)
        event = fire(ticket, name, given, actor=actor)
        leads = TABLE.get(name, {}).get(before[0])
        if name == "comment" or (name in STAYS and before[0] in STATES):
            leads = before[0]
        assert event.to_state == ticket.state == leads, (name, before, ticket.state)
        assert (event.from_state, event.seq) == (before[0], before[1] + 1)

    def _reverse(self, number: int) -> None:
        journals = self.session.scalars(select(Journal).where(Journal.kind == "award").order_by(Journal.id)).all()
        if journals:
            ada = person(self.session, "ada")
            ledger.reverse(self.session, journals[number % len(journals)], actor=ada, reason="查实不符")

    def _refusable(self, act: Any, *arguments: Any) -> None:
        before = everything(self.session)
        refused: Problem | None = None
        try:
            act(*arguments)
        except Problem as problem:
            refused = problem
        if refused is not None:
            assert all(refused.sentence(locale) for locale in ("zh", "en"))
            assert everything(self.session) == before
        self.holds()

    def holds(self) -> None:
        """What is true after every step."""
        session = self.session
        count = dict(session.execute(select(Event.subject_id, func.count()).group_by(Event.subject_id)).all())
        for ticket in self.tickets:
            assert ticket.version == count[ticket.id]
            assert ticket.clock in CLOCKS.get(ticket.state, {None}), (ticket.state, ticket.clock)
            assert (ticket.due_at is None) == (ticket.state == "suspended" or ticket.clock is None)
            assert (ticket.merged_into_id is not None) == (ticket.state == "merged")
            assert (ticket.ended_at is not None) == (ticket.state in ("rejected", "rewarded", "closed"))
            assert ticket.state not in STATES or ticket.department is not None
            assert ticket.send_backs <= 2
            assert ticket.appeals <= 1
            met = {ticket.id}
            while ticket.merged_into is not None:
                ticket = ticket.merged_into
                assert ticket.id not in met
                met.add(ticket.id)
        self._points()

    def _points(self) -> None:
        session = self.session
        states = {ticket.id: ticket.state for ticket in self.tickets}
        days: Counter[tuple[int, Any]] = Counter()
        months: Counter[tuple[int, Any]] = Counter()
        for award in session.scalars(select(Award)):
            if award.state != "released":
                days[award.user_id, award.day] += award.points
                months[award.user_id, (award.day.year, award.day.month)] += award.points
            if award.state == "pending" and award.points:
                assert states[award.ticket_id] in (
                    "triaged", "assigned", "in_progress", "suspended", "resolved", "confirmed",
                )  # fmt: skip
            assert 0 <= award.points <= award.wanted
            assert (award.state == "paid") == (award.journal_id is not None)
        assert max(days.values(), default=0) <= DAY_CAP
        assert max(months.values(), default=0) <= MONTH_CAP
        sums = dict(
            session.execute(select(Posting.account_id, func.sum(Posting.amount)).group_by(Posting.account_id)).all()
        )
        assert sum(sums.values()) == 0
        for account, balance in session.execute(select(Account.id, Account.balance)):
            assert balance == sums.get(account, 0)

    def proves_itself(self) -> None:
        """Every history leads to its state, every hash is that of what stands there, nobody was paid twice."""
        session = self.session
        session.expire_all()
        for ticket in self.tickets:
            query = select(Event).where(Event.subject_id == ticket.id).order_by(Event.seq)
            events, previous = session.scalars(query).all(), ""
            assert replay(machinery_of(session, ticket).lifecycle, events) == ticket.state
            for number, event in enumerate(events, start=1):
                assert (event.seq, event.previous_hash) == (number, previous)
                assert canonical(json.loads(event.details)) == event.details
                assert hash_event("report", event) == event.hash
                words = session.get(EventWords, event.id)
                assert (words is None) == (event.words_hash is None)
                if words is not None:
                    assert hash_words(words.salt, canonical(words.words)) == event.words_hash
                previous = event.hash
        paid = Counter(
            (each.ticket_id, each.rule_id, each.key.rpartition(":")[2])
            for each in session.scalars(select(Journal).where(Journal.kind == "award"))
        )
        assert set(paid.values()) <= {1}
        for journal in session.scalars(select(Journal)):
            assert sum(each.amount for each in journal.postings) == 0
            assert journal.hash == ledger.journal_hash(journal)
        for award in session.scalars(select(Award)):
            assert award.day == local_day(session, _sent(award, self.tickets))


def _sent(award: Award, tickets: list[Ticket]) -> Any:
    """When the person of an award reported or joined what it is for."""
    ticket = next(each for each in tickets if each.id == award.ticket_id)
    if ticket.reporter_id == award.user_id:
        return ticket.created_at
    joined = [each.created_at for each in ticket.joins if each.user_id == award.user_id]
    own = [each.created_at for each in tickets if each.reporter_id == award.user_id]
    return (joined or own or [ticket.created_at])[0]


WATCHED = (
    "tickets", "events", "event_words", "assignments", "requests", "joins", "attachments", "awards", "journal",
    "postings", "accounts", "outbox", "notifications",
)  # fmt: skip


def everything(session: Session) -> list[list[Any]]:
    """All rows that anything here could touch."""
    session.flush()
    connection: Connection = session.connection()
    tables = [Base.metadata.tables[name] for name in WATCHED]
    return [list(map(tuple, connection.execute(select(table).order_by(table.c[0])))) for table in tables]


def live(session: Session, commands: list[tuple[Any, ...]]) -> None:
    """One world, from its beginning to its end, of which nothing stays."""
    point = session.begin_nested()
    try:
        with time_machine.travel(MONDAY, tick=False) as clock:
            world = World(session)
            for each in commands:
                world.do(clock, each)
            world.proves_itself()
    finally:
        point.rollback()
        session.expunge_all()
        forget(session)


lives = st.lists(command, min_size=40, max_size=80)
CALM = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
PHASES = [Phase.explicit, Phase.generate, Phase.shrink]


@pytest.fixture
def crowd(session: Session) -> Session:
    gather(session)
    return session


@pytest.mark.parametrize("shared", ["sqlite"], indirect=True)
@settings(max_examples=12, suppress_health_check=CALM, phases=PHASES)
@given(commands=lives)
def test_whatever_people_do(crowd: Session, commands: list[tuple[Any, ...]]) -> None:
    live(crowd, commands)


@pytest.mark.parametrize("shared", ["postgresql"], indirect=True)
@settings(max_examples=5, suppress_health_check=CALM, phases=PHASES)
@given(commands=lives)
def test_whatever_people_do_on_the_other_database(crowd: Session, commands: list[tuple[Any, ...]]) -> None:
    live(crowd, commands)
