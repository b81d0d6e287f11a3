"""The people of tests, drills and attacks, by name, and tickets in any state, made only through what the product does.

Alice and Bob ride; Carol is the clerk of Loufeng, Dave of Weiting; Erin is an officer of enforcement (Hana its head),
Frank of market; Sam supervises the city, Ada administers it; Gus guards a gate; Mallory belongs nowhere.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models import Membership, Photo, Ticket, Unit, User
from models.clock import now
from workflow.actors import SYSTEM
from workflow.city_settings import calendar
from workflow.engine import fire
from workflow.localtime import local_day
from workflow.report.opening import NewReport, open_report

PEOPLE: dict[str, tuple[str, str] | tuple[None, None]] = {
    "alice": ("rider", "sip"),
    "bob": ("rider", "sip"),
    "carol": ("clerk", "loufeng"),
    "carl": ("clerk", "loufeng"),
    "dave": ("clerk", "weiting"),
    "cleo": ("clerk", "sip"),
    "erin": ("officer", "enforcement"),
    "hana": ("head", "enforcement"),
    "frank": ("officer", "market"),
    "mona": ("officer", "municipal"),
    "sam": ("supervisor", "sip"),
    "ada": ("admin", "sip"),
    "gus": ("guard", "sip"),
    "mallory": (None, None),
}
PASSWORD = "correct horse battery"  # noqa: S105  of people who live in tests alone
LOUFENG = (31.305, 120.655)
RUBBISH = "06010"


def hire(session: Session, password_hash: str | None = None) -> None:
    """Put the cast into an empty city."""
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    for username, (role, unit) in PEOPLE.items():
        user = User(username=username, name=username.capitalize(), password_hash=password_hash, created_at=now())
        if role is not None and unit is not None:
            user.memberships.append(Membership(role=role, unit=units[unit]))
        session.add(user)
    session.flush()


def person(session: Session, name: str) -> User:
    """One of the cast, with their memberships."""
    query = select(User).where(User.username == name)
    return session.scalars(query.options(selectinload(User.memberships).selectinload(Membership.unit))).one()


def photo(session: Session, owner: User, *, sha256: str = "0" * 64, name: str | None = None) -> str:
    """An upload of the owner's, as a row alone: for tests that never look at the picture."""
    if name is None:
        name = f"photo{len(session.scalars(select(Photo.id)).all()) + 1}"
    row = Photo(
        public_id=name, uploader_id=owner.id, storage_key=name.replace("photo", "key"), width=4, height=3,
        sha256=sha256, dhash="0" * 16, created_at=now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.public_id


def a_report(session: Session, rider: str = "alice", **about: Any) -> Ticket:
    """A fresh report, lying in Loufeng unless told otherwise, and routed as the job would."""
    values: dict[str, Any] = {"category": RUBBISH, "latitude": LOUFENG[0], "longitude": LOUFENG[1]} | about
    ticket = open_report(session, person(session, rider), NewReport(**values))
    ticket.unit = session.scalars(select(Unit).where(Unit.code == "loufeng")).one()
    ticket.routed_at = now()
    session.flush()
    return ticket


STEPS = {
    "submitted": [],
    "withdrawn": ["withdraw"],
    "triaged": ["triage"],
    "rejected": ["triage", "reject"],
    "merged": ["triage", "merge"],
    "assigned": ["triage", "assign"],
    "in_progress": ["triage", "assign", "accept"],
    "suspended": ["triage", "assign", "accept", "request_suspension", "suspend"],
    "resolved": ["triage", "assign", "accept", "resolve"],
    "confirmed": ["triage", "assign", "accept", "resolve", "confirm"],
    "rewarded": ["triage", "assign", "accept", "resolve", "confirm", "reward"],
    "closed": ["triage", "assign", "accept", "resolve", "confirm", "close"],
}
WHO = {
    "withdraw": "alice", "triage": "carol", "reject": "carol", "merge": "carol", "unmerge": "carol", "assign": "carol",
    "accept": "erin", "send_back": "erin", "request_extension": "erin", "grant_extension": "carol",
    "refuse_extension": "carol", "request_suspension": "erin", "suspend": "sam", "refuse_suspension": "sam",
    "resume": "erin", "resolve": "erin", "rework": "carol", "confirm": "carol", "reward": None, "close": None,
    "reopen": "carol", "urge": "carol", "comment": "carol",
}  # fmt: skip


def fields(session: Session, name: str, actor: User | None = None) -> dict[str, Any]:
    """Right fields for a transition."""
    soon = local_day(session, calendar(session).add_workdays(now(), 4)).isoformat()
    if name == "resolve":
        assert actor is not None
        return {"note": "清理完毕", "photos": [photo(session, actor)]}
    if name == "merge":
        return {"into": a_report(session, "bob").number}
    right: dict[str, dict[str, Any]] = {
        "triage": {"category": RUBBISH},
        "reject": {"reason": "不属于受理范围"},
        "assign": {"department": "enforcement", "assisting": ["market"]},
        "send_back": {"reason": "不是我们的"},
        "request_extension": {"reason": "材料未到", "until": soon},
        "grant_extension": {"until": soon},
        "refuse_extension": {"reason": "不必"},
        "request_suspension": {"reason": "等施工", "review_on": soon},
        "suspend": {"review_on": soon},
        "refuse_suspension": {"reason": "不必"},
        "rework": {"reason": "还在"},
        "reopen": {"reason": "又来了"},
        "close": {"why": "anonymous"},
        "comment": {"note": "看过了"},
    }
    return right.get(name, {})


def step(session: Session, ticket: Ticket, name: str, who: str | None = None) -> None:
    """Fire one transition with right fields, as who usually does it."""
    name_of = who or WHO[name]
    actor = person(session, name_of) if name_of else None
    fire(ticket, name, actor=actor or SYSTEM, **fields(session, name, actor))


def a_ticket(session: Session, state: str = "submitted", rider: str = "alice", **about: Any) -> Ticket:
    """A ticket that came to `state` by the usual way. What is closed was reported without a name: nobody is paid."""
    if state == "closed":
        about.setdefault("anonymous", True)
    ticket = a_report(session, rider, **about)
    for name in STEPS[state]:
        step(session, ticket, name)
    assert ticket.state == state
    return ticket
