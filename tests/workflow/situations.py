"""The situations of `matrix.txt` as tickets, and its people; everything comes to be through what the product does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Membership, Rule, Ticket, Unit, User
from models.clock import now
from stage.cast import RUBBISH, STEPS, WHO, a_report, fields, person, photo
from workflow.actors import SYSTEM, Actor
from workflow.city_settings import calendar
from workflow.engine import fire
from workflow.localtime import local_day
from workflow.report.joining import join

MATRIX = Path(__file__).parent / "matrix.txt"

CROWD = {
    "joel": [("rider", "sip")],
    "omar": [("officer", "enforcement")],
    "dina": [("clerk", "loufeng")],
    "rosa": [("clerk", "loufeng")],
    "otto": [("officer", "enforcement"), ("rider", "sip")],
    "bert": [("officer", "enforcement"), ("clerk", "loufeng")],
}
COLUMNS = {
    "repo": "alice", "ride": "bob", "join": "joel", "clrk": "carol", "othr": "dave", "city": "cleo", "lead": "omar",
    "head": "hana", "asst": "frank", "forn": "mona", "supv": "sam", "admn": "ada", "gard": "gus", "outs": "mallory",
    "disa": "dina", "syst": None, "cRep": "rosa", "oRep": "otto", "rslv": "erin", "both": "bert",
}  # fmt: skip
REPORTERS = {"cRep": "rosa", "oRep": "otto", "both": "rosa"}  # of the ticket that a column is about; else Alice
WORKERS = {"rosa": "bert"}  # who accepts, asks and resolves what Rosa reported; else Erin

ASSIGNED = ["triage", "assign"]
BOUNCED = ["triage", "assign", "send_back", "assign", "send_back"]
PATHS = STEPS | {
    "triaged: sent back twice": BOUNCED,
    "assigned: sent back twice": [*BOUNCED, "assign by sam"],
    "assigned: more time is asked for": [*ASSIGNED, "request_extension"],
    "in_progress: more time is asked for": [*ASSIGNED, "accept", "request_extension"],
    "in_progress: more time is asked for again": [
        *ASSIGNED, "accept", "request_extension", "grant_extension", "request_extension later",
    ],
    "in_progress: a suspension is asked for": [*ASSIGNED, "accept", "request_suspension"],
    "confirmed: nobody is paid": STEPS["confirmed"],
    "rewarded: 16 days ago": STEPS["rewarded"],
    "closed: 16 days ago": STEPS["closed"],
    "rejected: 16 days ago": STEPS["rejected"],
    "rejected: appealed before": ["triage", "reject", "reopen", "reject"],
}  # fmt: skip


@dataclass(frozen=True)
class Situation:
    """One table of the matrix: what each person gets for each transition."""

    title: str
    cells: dict[str, dict[str, str]]

    @property
    def state(self) -> str:
        return self.title.split(":")[0]

    @property
    def days_later(self) -> int:
        return 16 if "16 days ago" in self.title else 0


def situations() -> Iterator[Situation]:
    """The tables of `matrix.txt`: cells[column][transition]."""
    title, columns, cells = "", [], {}
    for line in [*MATRIX.read_text(encoding="utf-8").splitlines(), "[end]"]:
        if line.startswith("#") or not line.strip():
            continue
        if line.startswith("["):
            if title:
                yield Situation(title, cells)
            title, columns, cells = line.strip("[]"), [], {}
        elif not columns:
            columns = line.split()
            cells = {column: {} for column in columns}
        else:
            transition, *row = line.split()
            assert len(row) == len(columns), f"{title}: {transition} has {len(row)} cells"
            for column, cell in zip(columns, row, strict=True):
                cells[column][transition] = cell


def gather(session: Session) -> None:
    """The people whom the cast lacks."""
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    for name, roles in CROWD.items():
        user = User(username=name, name=name.capitalize(), created_at=now())
        user.memberships = [Membership(role=role, unit=units[unit]) for role, unit in roles]
        session.add(user)
    session.flush()
    person(session, "dina").disabled_at = now()


def people(session: Session) -> dict[str, Actor]:
    """Who stands for each column."""
    return {column: person(session, name) if name else SYSTEM for column, name in COLUMNS.items()}


def cap(session: Session, points: int | None, span: str = "day") -> None:
    """Let the city pay at most so many points a day, or a month; None for as many as may be."""
    rule = session.scalars(select(Rule).where(Rule.kind == "cap", Rule.code == span)).one()
    rule.active = points is not None
    rule.body = rule.body | {"points": points}
    session.flush()


def a_ticket_in(session: Session, situation: Situation, reporter: str) -> Ticket:
    """A ticket of `reporter` in the situation, which Joel has joined."""
    if situation.state == "closed" or "nobody is paid" in situation.title:
        cap(session, 0)
    ticket = a_report(session, reporter)
    join(session, person(session, "joel"), ticket.public_id)
    for step in PATHS[situation.title]:
        _step(session, ticket, step, reporter)
    assert ticket.state == situation.state
    return ticket


def _step(session: Session, ticket: Ticket, step: str, reporter: str) -> None:
    name, *words = step.split()
    who = words[-1] if "by" in words else reporter if name == "withdraw" else WHO[name]
    if who == "erin":
        who = WORKERS.get(reporter, who)
    actor = person(session, who) if who else SYSTEM
    given = fields(session, name, actor if isinstance(actor, User) else None)
    if "later" in words:
        given["until"] = in_workdays(session, 8)
    fire(ticket, name, given, actor=actor)


def in_workdays(session: Session, count: int) -> str:
    """The day that lies so many workdays ahead."""
    return local_day(session, calendar(session).add_workdays(now(), count)).isoformat()


def right_fields(session: Session, people: dict[str, Actor]) -> dict[str, dict[str, Any]]:
    """What is right to fill in, by transition and, where photos are needed, by column too."""
    soon, other = in_workdays(session, 7), a_report(session, "bob").number
    reason = {"reason": "因为"}
    given: dict[str, dict[str, Any]] = {
        "triage": {"category": RUBBISH}, "reject": reason, "merge": {"into": other},
        "assign": {"department": "enforcement", "assisting": ["market"]}, "send_back": reason,
        "request_extension": {**reason, "until": soon}, "grant_extension": {"until": soon},
        "refuse_extension": reason, "request_suspension": {**reason, "review_on": soon},
        "suspend": {"review_on": soon}, "refuse_suspension": reason, "rework": reason, "reopen": reason,
        "close": {"why": "capped"}, "comment": {"note": "看过了"},
    }  # fmt: skip
    for column, actor in people.items():
        photos = [photo(session, actor)] if isinstance(actor, User) else []
        given[f"resolve {column}"] = {"note": "清理完毕", "photos": photos}
    return given
