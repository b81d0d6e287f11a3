"""`fire`: the only thing that moves a ticket."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any, cast

from sqlalchemy import Select, bindparam, inspect, select
from sqlalchemy.orm import Session, object_session

from models.clock import now
from models.lifecycle import NEW, History
from models.outbox import later
from models.people import ROLES
from models.units import Unit
from workflow import moments
from workflow.actors import Actor
from workflow.alone import is_alone, write
from workflow.engine.history import record
from workflow.engine.machines import Machinery, machinery_of
from workflow.engine.move import Move
from workflow.engine.permission import role_in
from workflow.errors import Busy, Forbidden, NotFound, Refused, Stale
from workflow.localtime import zone
from workflow.say import LOCALES, say


class _Adapter:
    """What the machine moves instead of the row: it would bind its methods to a row and keep it alive."""

    def __init__(self, state: str) -> None:
        self.state = state


def lock(session: Session, model: type[Any], ids: Iterable[int]) -> dict[int, Any]:
    """Lock rows in ascending id and read them again. On SQLite the session's BEGIN IMMEDIATE is the lock, before which
    it has read nothing: so nothing can be old.

    Rows that refer to a locked one may still be written (FOR NO KEY UPDATE): a foreign key's check asks for its locks
    in an order of its own, and two of them would wait for each other. A session that is `alone`, as the demo's past is
    loaded, needs no lock and has read nothing that could be old.
    """
    _hold_writing(session)
    wanted = sorted(set(ids))
    if is_alone(session) or session.get_bind().dialect.name == "sqlite":
        return {row.id: row for each in wanted if (row := session.get(model, each)) is not None}
    session.flush()
    for each in wanted:
        row = session.identity_map.get(session.identity_key(model, each))
        if row is not None:
            _forget(session, row)
    return {row.id: row for row in session.scalars(_locking(cast(Any, model)), {"ids": wanted})}


@cache
def _locking(model: Any) -> Select[Any]:
    wanted = select(model).where(model.id.in_(bindparam("ids", expanding=True)))
    return wanted.order_by(model.id).with_for_update(key_share=True)


def _hold_writing(session: Session) -> None:
    if not session.info.get("writes"):
        raise RuntimeError("only a writing session may lock or move anything")


def _forget(session: Session, row: Any) -> None:
    """Whatever was read of a row before its lock may be old, and so may the rows that belong to it."""
    for relation in inspect(type(row)).relationships:
        belonging = row.__dict__.get(relation.key)
        for each in belonging if isinstance(belonging, list) else ():
            session.expire(each)
    session.expire(row)


def fire(
    subject: Any,
    name: str,
    fields: Mapping[str, Any] | None = None,
    /,
    *,
    actor: Actor,
    if_version: Collection[int] | None = None,
    facts: Mapping[str, Any] | None = None,
    **more: Any,
) -> History:
    """Move `subject` by the transition `name`, in the caller's transaction; the caller commits.

    `fields` and `more` are the transition's fields: what comes from outside belongs in `fields`, whose names may be
    anything. `if_version` holds the versions that the caller may have seen; `facts` what the system knows beside.
    Looks up, asks the guards, moves, lets the effects follow and writes the event, which it returns. Raises NotFound
    (no such transition), Forbidden (not this person's to do), Stale, Refused (not from this state, or not now),
    Invalid (fields) and, very seldom, Busy (try again).
    """
    session = object_session(subject)
    if session is None:
        raise RuntimeError("fire() needs a subject that belongs to a session")
    machinery = machinery_of(session, subject)
    transition = machinery.lifecycle.transitions.get(name)
    if transition is None:
        raise NotFound()
    vocabulary = machinery.vocabulary
    given = {**(fields or {}), **more}
    touched = _touched(session, machinery, name, subject, given)
    if subject.state == NEW and touched == {subject.id}:
        _hold_writing(session)  # nobody else can see it yet
    else:
        lock(session, type(subject), touched)
        if vocabulary.reads:
            vocabulary.reads(session, subject)
        if not _touched(session, machinery, name, subject, given) <= touched:
            raise Busy()  # what it would touch has changed between looking and locking
    role = role_in(vocabulary, transition, subject, actor)
    if role is None:
        raise Forbidden()
    if if_version is not None and subject.version not in if_version:
        raise Stale()
    if subject.state not in transition.targets:
        raise _refusal(session, machinery, subject, name)
    move = Move(session, subject, vocabulary, machinery.lifecycle, name, actor, *role, now(), given)
    move.facts.update(facts or {})
    machinery.machine.events[name].trigger(_Adapter(subject.state), move=move)
    subject.version += 1
    subject.updated_at = move.at
    event = record(move, public=not transition.private and not move.details.get("internal", False))
    if transition.tell:
        if vocabulary.tells:
            vocabulary.tells(move, event)
        later(session, f"tell_{subject.kind}", event.id)
    write(session, subject)
    return event


def _touched(session: Session, machinery: Machinery, name: str, subject: Any, given: Mapping[str, Any]) -> set[int]:
    """The rows that a move may change: the subject's, those that its fields name, and whatever these are bound to."""
    vocabulary, fields = machinery.vocabulary, machinery.lifecycle.transitions[name].fields
    named = [given.get(field) for field, need in fields.items() if need.type == "ticket"]
    found = [vocabulary.find(session, number) for number in named if isinstance(number, str)]
    return {bound for each in (subject.id, *found) if each is not None for bound in vocabulary.bound(session, each)}


def _refusal(session: Session, machinery: Machinery, subject: Any, name: str) -> Refused:
    """Says how it stands and who did what last, so that whoever came second understands; never a person's name."""
    if subject.state == NEW:
        return Refused()
    history, transitions = type(subject).history, machinery.lifecycle.transitions
    query = select(history).where(history.subject_id == subject.id, history.seq == subject.version)
    last = session.scalars(query).one()
    unit = session.get(Unit, last.actor_unit_id) if last.actor_unit_id else None
    return Refused(
        "refused.state",
        action=transitions[name].title.model_dump(),
        state=machinery.lifecycle.states[subject.state].title.model_dump(),
        who={locale: actor_words(last.actor_role, unit, locale) for locale in LOCALES},
        at={each: moments.within(moments.near(last.at, now(), zone(session), each), each) for each in LOCALES},
        last=transitions[last.action].title.model_dump() if last.action in transitions else last.action,
    )


def actor_words(role: str, unit: Unit | None, locale: str) -> str:
    """Who acted, as everybody may know it: the unit and the role."""
    words = say(f"role.{role}", locale) if role in (*ROLES, "system") else role
    return f"{unit.name(locale)}{' ' if locale == 'en' else ''}{words}" if unit and role != "rider" else words
