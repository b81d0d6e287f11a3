"""A world of four reports in which anybody may try anything, and of which what must be true holds after every step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Journal, Rule, Ticket, User
from queues.jobs.reports import settle_report
from stage.cast import RUBBISH, a_report, person, photo
from tests.workflow.situations import CROWD, cap, in_workdays
from tests.workflow.truths import DAY_CAP, MONTH_CAP, WORKED_ON, everything, hold
from workflow import ledger
from workflow.actors import SYSTEM, Actor
from workflow.engine import fire, permitted
from workflow.errors import Problem
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
STAYS = ("request_extension", "grant_extension", "refuse_extension", "request_suspension", "refuse_suspension", "urge")
SELDOM = ("comment", "withdraw", "reject", "merge", "urge")


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
        if name == "comment" or (name in STAYS and before[0] in WORKED_ON):
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
        hold(self.session, self.tickets)
