"""Who may fire what: asked by `fire` before it moves anything, and by whoever shows buttons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session, object_session

from models.clock import now
from models.people import Membership, User
from workflow.actors import SYSTEM, Actor
from workflow.engine.definition import Title, Transition
from workflow.engine.fields import options, required
from workflow.engine.machines import Machinery, machinery_of
from workflow.engine.move import Move
from workflow.engine.vocabulary import SYSTEM_ROLE, Vocabulary
from workflow.errors import Problem


@dataclass(frozen=True)
class Need:
    """A field that a person fills in for a transition."""

    field: str
    type: str
    required: bool
    title: Title
    options: list[tuple[str, Title]] | None


@dataclass(frozen=True)
class Permitted:
    """A transition that the person may fire now, with what it needs."""

    name: str
    title: Title
    needs: list[Need]


def role_in(
    vocabulary: Vocabulary, transition: Transition, subject: Any, actor: Actor
) -> tuple[str, Membership | None] | None:
    """As what the actor may fire the transition: the role and its membership, or None."""
    for who in transition.who:
        role, _, relation = who.partition(" ")
        if role == SYSTEM_ROLE:
            if actor is SYSTEM:
                return SYSTEM_ROLE, None
        elif not isinstance(actor, User) or actor.disabled_at is not None:
            continue
        elif relation:
            for membership in actor.memberships:
                if membership.role == role and vocabulary.relations[relation](subject, membership):
                    return role, membership
        else:
            person = vocabulary.people[role]
            if person.test(subject, actor):
                return person.role, None
    return None


def permitted(subject: Any, actor: Actor) -> list[Permitted]:
    """The transitions that the actor may fire now, in the definition's order, with what each needs."""
    session = object_session(subject)
    if session is None:
        raise RuntimeError("permitted() needs a subject that belongs to a session")
    machinery = machinery_of(session, subject)
    found: list[Permitted] = []
    chosen: dict[str, list[tuple[str, Title]] | None] = {}
    for name, transition in machinery.lifecycle.transitions.items():
        if not _may(session, machinery, subject, actor, name, transition):
            continue
        needs: list[Need] = []
        for field, need in transition.fields.items():
            key = need.options if isinstance(need.options, str) else ""
            if not key or key not in chosen:
                chosen[key] = options(session, machinery.vocabulary, need, subject)
            mandatory = required(machinery.vocabulary, need, subject)
            needs.append(Need(field, need.type, mandatory, need.title, chosen[key]))
        found.append(Permitted(name, transition.title, needs))
    return found


def _may(session: Session, machinery: Machinery, subject: Any, actor: Actor, name: str, transition: Transition) -> bool:
    if subject.state not in transition.targets:
        return False
    role = role_in(machinery.vocabulary, transition, subject, actor)
    if role is None:
        return False
    move = Move(session, subject, machinery.vocabulary, machinery.lifecycle, name, actor, *role, now())
    try:
        for guard in transition.guards:
            machinery.vocabulary.guards[guard](move)
    except Problem:
        return False
    return True
