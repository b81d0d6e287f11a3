"""History that proves itself: each event carries the hash of its content and of the event before it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import canonical
from models.lifecycle import NEW, History
from models.lifecycle import Lifecycle as Row
from workflow.engine.definition import Lifecycle
from workflow.engine.move import Move

FORMAT = 1  # of what is hashed; a new one is added beside it, never in its place


def hash_words(salt: str, words: dict[str, Any]) -> str:
    """The salted hash of what people wrote, which stays when the words are erased."""
    return hashlib.sha256(f"{salt}{canonical(words)}".encode()).hexdigest()


def hash_event(kind: str, event: History) -> str:
    """The hash of an event's content and of the one before it."""
    content = [
        FORMAT, kind, event.subject_id, event.seq, _iso(event.at), event.actor_id, event.actor_role,
        event.actor_unit_id, event.action, event.from_state, event.to_state, event.details, event.public,
        event.words_hash, event.previous_hash,
    ]  # fmt: skip
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def last_hash(session: Session, subject: Row) -> str:
    """The hash of the subject's last event; empty before the first."""
    model = type(subject).history
    if not subject.version:
        return ""
    query = select(model.hash).where(model.subject_id == subject.id, model.seq == subject.version)
    return session.scalars(query).one()


def record(move: Move, *, public: bool) -> History:
    """Write the event of a move, and what was written with it, beside each other."""
    session, subject = move.session, move.subject
    model, words_model = type(subject).history, type(subject).words
    fields = move.transition.fields
    written = {name: value for name, value in move.details.items() if fields[name].type in ("text", "longtext")}
    kept = {name: value for name, value in move.details.items() if name not in written}
    salt = secrets.token_hex(16)
    event: History = model()
    event.subject_id = subject.id
    event.seq = subject.version + 1
    event.at = move.at
    event.actor_id = move.actor.id
    event.actor_role = move.role
    event.actor_unit_id = move.membership.unit_id if move.membership else None
    event.action = move.name
    event.from_state, event.to_state = move.from_state, move.to_state
    event.details = canonical(kept | move.facts)
    event.public = public
    event.words_hash = hash_words(salt, written) if written else None
    event.previous_hash = last_hash(session, subject)
    event.hash = hash_event(subject.kind, event)
    session.add(event)
    session.flush()
    if written:
        words = words_model()
        words.event_id, words.salt, words.words = event.id, salt, written
        session.add(words)
    return event


def replay(lifecycle: Lifecycle, events: Iterable[History]) -> str:
    """The state that a history leads to. Raises ValueError where an event does not follow from the one before."""
    state = NEW
    for event in events:
        transition = lifecycle.transitions.get(event.action)
        if event.from_state != state:
            raise ValueError(f"event {event.seq} starts from {event.from_state}, but the ticket was {state}")
        if transition is None or transition.targets.get(state) != event.to_state:
            raise ValueError(f"event {event.seq}: {event.action} does not lead from {state} to {event.to_state}")
        state = event.to_state
    return state
