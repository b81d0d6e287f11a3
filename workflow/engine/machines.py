"""One state machine a definition version, made once a process and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session
from transitions import EventData, Machine

from models.clock import now
from models.lifecycle import NEW, Definition
from models.lifecycle import Lifecycle as Row
from workflow.engine.definition import Lifecycle, read
from workflow.engine.fields import read_move
from workflow.engine.move import Move
from workflow.engine.vocabulary import Step, Vocabulary
from workflow.known import known
from workflow.say import catalogue


class Version(NamedTuple):
    """A stored definition, as everybody in this process knows it."""

    id: int
    kind: str
    version: int
    text: str
    sha256: str


@dataclass(frozen=True)
class Machinery:
    """A definition version with the code behind it."""

    lifecycle: Lifecycle
    vocabulary: Vocabulary
    machine: Machine


_vocabularies: dict[str, Vocabulary] = {}
_made: dict[tuple[str, str], Machinery] = {}


def register(vocabulary: Vocabulary) -> Vocabulary:
    """Make a kind of lifecycle known to the engine."""
    _vocabularies[vocabulary.kind] = vocabulary
    return vocabulary


def vocabulary_for(kind: str) -> Vocabulary | None:
    """The vocabulary of a kind, or None for an unknown one."""
    return _vocabularies.get(kind)


def vocabularies() -> list[Vocabulary]:
    """All lifecycles that run on the engine."""
    return list(_vocabularies.values())


def build(text: str, vocabulary: Vocabulary, name: str = "definition") -> Machinery:
    """Check a definition and make its machine. Raises DefinitionError.

    The library asks `conditions` in their order (guards, then the fields, then checks), moves, and calls `after`.
    """
    lifecycle, source = read(text, name)
    vocabulary.check_names(lifecycle, source, lambda key: key in catalogue("zh") and key in catalogue("en"))
    states = [NEW, *lifecycle.states]
    machine = Machine(model=None, states=states, initial=NEW, auto_transitions=False, send_event=True)
    for action, transition in lifecycle.transitions.items():
        guards = [vocabulary.guards[each] for each in transition.guards]
        checks = [vocabulary.checks[each] for each in transition.checks]
        conditions: list[Any] = [_asking(step) for step in (*guards, read_move, *checks)]
        effects = [vocabulary.effects[each] for each in transition.effects]
        after: list[Any] = [_doing(step) for step in (_assign_state, *effects, _enter)]
        for start, end in transition.targets.items():
            machine.add_transition(action, start, end, conditions=conditions, after=after)
    return Machinery(lifecycle, vocabulary, machine)


def _asking(step: Step) -> Callable[[EventData], bool]:
    """A guard raises what is wrong; the library would only fall silent at False."""

    def condition(event: EventData) -> bool:
        step(event.kwargs["move"])
        return True

    return condition


def _doing(step: Step) -> Callable[[EventData], None]:
    def callback(event: EventData) -> None:
        step(event.kwargs["move"])

    return callback


def _assign_state(move: Move) -> None:
    """The row takes the state that the machine has reached."""
    move.subject.state = move.to_state


def _enter(move: Move) -> None:
    """After the effects, since they may have changed what a clock counts."""
    if move.vocabulary.entered and move.from_state != move.to_state:
        move.vocabulary.entered(move)


def store(session: Session, text: str, vocabulary: Vocabulary, name: str = "definition") -> Definition:
    """Keep a definition as the newest version of its kind; the newest text again is the same version."""
    build(text, vocabulary, name)
    digest = hashlib.sha256(text.encode()).hexdigest()
    query = select(Definition).where(Definition.kind == vocabulary.kind).order_by(Definition.version.desc())
    newest = session.scalars(query).first()
    if newest is not None and newest.sha256 == digest:
        return newest
    version = newest.version + 1 if newest else 1
    row = Definition(kind=vocabulary.kind, version=version, text=text, sha256=digest, created_at=now())
    session.add(row)
    session.flush()
    return row


def definitions(session: Session) -> dict[int, Version]:
    """Every stored version by its id."""
    return known(session, "definitions", _read_definitions, plain=True)


def _read_definitions(session: Session) -> dict[int, Version]:
    columns = Definition.id, Definition.kind, Definition.version, Definition.text, Definition.sha256
    return {row.id: Version(*row) for row in session.execute(select(*columns))}


def current(session: Session, kind: str) -> Version:
    """The version that is opened with from now on. Raises LookupError before any was stored."""
    mine = [each for each in definitions(session).values() if each.kind == kind]
    if not mine:
        raise LookupError(f"no definition of {kind} is stored: load the city first")
    return max(mine, key=lambda each: each.version)


def machinery_of(session: Session, subject: Row) -> Machinery:
    """The machinery of the version that the subject was opened with."""
    return machinery(session, subject.kind, subject.definition_id)


def machinery(session: Session, kind: str, definition_id: int) -> Machinery:
    """The machinery of a stored version, made at its first use in this process and looked up once a session."""
    found: dict[int, Machinery] = session.info.setdefault("machineries", {})
    if definition_id not in found:
        row = definitions(session)[definition_id]
        if (kind, row.sha256) not in _made:
            _made[kind, row.sha256] = build(row.text, _vocabularies[kind], f"{kind} version {row.version}")
        found[definition_id] = _made[kind, row.sha256]
    return found[definition_id]
