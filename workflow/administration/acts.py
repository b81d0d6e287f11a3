"""The record of administration: written with each act, listed, and asked before one overwrites another's.

    with database.writing() as session:
        record(session, admin, "user.disable", "user", person.id)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from models import Act, ActWords, User
from models.clock import now
from workflow.access import require
from workflow.actors import Actor
from workflow.errors import Refused
from workflow.numbers import LARGEST_ID
from workflow.say import LOCALES, say

ACTS = (
    "award.review", "calendar.import", "calendar.restore", "category.change", "category.restore", "city.change",
    "city.restore", "digest.set_aside",
    "outbox.resend", "points.reverse", "rule.change", "rule.restore", "storage.adopt",
    "ticket.look", "unit.change", "unit.restore",
    "user.add_role", "user.create", "user.disable", "user.enable", "user.erase", "user.export", "user.invite",
    "user.name", "user.password", "user.remove_role", "user.reset",
)  # fmt: skip
ROWS = 50


@dataclass(frozen=True)
class ActFilter:
    """Which acts are wanted; None asks for any."""

    action: str | None = None
    subject_kind: str | None = None
    subject: str | None = None
    actor_id: int | None = None
    command_line: bool = False
    """Only what no person did, but whoever sat at the command line."""


@dataclass(frozen=True)
class Acts:
    """A page of acts, newest first, and the names of the people whom they are about by id."""

    rows: list[Act]
    names: dict[str, str]
    following: int | None
    """The `before` of the next page."""


def record(
    session: Session,
    actor: Actor,
    action: str,
    subject_kind: str,
    subject: object,
    *,
    words: dict[str, str] | None = None,
    **details: Any,
) -> Act:
    """Write an act down, in its own transaction. The system as actor is whoever sits at the command line. `words` are
    what people wrote and what names them, which can be erased; `details` stand for ever."""
    if action not in ACTS:
        raise LookupError(f"{action} is no act that could be read later")
    row = Act(
        at=now(), actor_id=actor.id, action=action, subject_kind=subject_kind, subject=str(subject), details=details
    )
    session.add(row)
    session.flush()
    if words:
        session.add(ActWords(act_id=row.id, words=words))
    return row


def index(session: Session, actor: Actor, wanted: ActFilter, before: int | None = None) -> Acts:
    """The acts that `wanted` asks for, from the newest or from below the id `before`. Two queries. Raises Forbidden."""
    require(actor, "act.list")
    query = _wanted(wanted).order_by(Act.id.desc()).options(joinedload(Act.actor), joinedload(Act.said))
    if before is not None:
        query = query.where(Act.id < min(before, LARGEST_ID))
    found = session.scalars(query.limit(ROWS + 1)).all()
    rows = list(found[:ROWS])
    return Acts(rows, names(session, rows), rows[-1].id if len(found) > ROWS else None)


def actors(session: Session, actor: Actor) -> list[User]:
    """Everybody who has done something, by name. Raises Forbidden."""
    require(actor, "act.list")
    acted = select(Act.actor_id).distinct()
    return list(session.scalars(select(User).where(User.id.in_(acted)).order_by(User.name, User.id)))


def names(session: Session, rows: Iterable[Act]) -> dict[str, str]:
    """The names of the people whom acts are about, by id as text."""
    ids = {int(row.subject) for row in rows if row.subject_kind == "user"}
    if not ids:
        return {}
    people = session.execute(select(User.id, User.name, User.username).where(User.id.in_(ids)))
    return {str(number): f"{name} ({username})" if username else name for number, name, username in people}


def latest(session: Session, subject_kind: str, subject: object) -> int:
    """The id of the newest act about a thing; 0 where there is none. A form carries it as what was seen."""
    query = select(func.max(Act.id)).where(Act.subject_kind == subject_kind, Act.subject == str(subject))
    return session.scalar(query) or 0


def latest_of(session: Session, subject_kind: str) -> int:
    """The id of the newest act about any thing of a kind; 0 where there is none."""
    return session.scalar(select(func.max(Act.id)).where(Act.subject_kind == subject_kind)) or 0


def hold_seen(session: Session, subject_kind: str, subject: object, seen: int | None) -> None:
    """Raise Refused, saying who did what meanwhile, where there is a newer act about the thing than the one `seen`."""
    if seen is None:
        return
    wanted = _wanted(ActFilter(subject_kind=subject_kind, subject=str(subject)))
    row = session.scalars(wanted.where(Act.id > seen).order_by(Act.id.desc()).options(joinedload(Act.actor))).first()
    if row is not None:
        raise Refused("act.meanwhile", who=who(row), what=_both(f"act.{row.action}"))


def who(row: Act) -> dict[str, str]:
    """Who did it, in both languages."""
    return {locale: row.actor.name if row.actor else say("act.command_line", locale) for locale in LOCALES}


def _both(key: str) -> dict[str, str]:
    return {locale: say(key, locale) for locale in LOCALES}


def _wanted(wanted: ActFilter) -> Select[Act]:
    query = select(Act)
    for column in ("action", "subject_kind", "subject", "actor_id"):
        value = getattr(wanted, column)
        if value is not None:
            query = query.where(getattr(Act, column) == value)
    if wanted.command_line:
        query = query.where(Act.actor_id.is_(None))
    return query
