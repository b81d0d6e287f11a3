"""What tests of the rules between offices ask: a moment, a refusal's sentence, who is told, who may what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Ticket, User
from stage.cast import step
from workflow.engine import fire, permitted
from workflow.errors import Invalid, Problem
from workflow.report import REPORT


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Suzhou."""
    return datetime(2026, 11, day, hour - 8, minute, tzinfo=UTC)


def refusal(ticket: Ticket, name: str, actor: User | Any, given: dict[str, Any] | None = None) -> str:
    """The sentence's key with which somebody is refused, or the field's and its sentence's."""
    before = ticket.version
    with pytest.raises(Problem) as caught:
        fire(ticket, name, given, actor=actor)
    assert ticket.version == before
    assert all(caught.value.sentence(locale) for locale in ("zh", "en"))
    if isinstance(caught.value, Invalid):
        return " ".join(f"{field} {key}" for field, (key, _) in caught.value.errors.items())
    return caught.value.key


def told(session: Session, audience: str, ticket: Ticket) -> set[str]:
    """The names behind an audience."""
    ids = REPORT.audiences[audience](session, ticket)
    return set(session.scalars(select(User.username).where(User.id.in_(ids))))


def steps(session: Session, ticket: Ticket, names: Iterable[str]) -> None:
    for name in names:
        step(session, ticket, name)


def permitted_names(ticket: Ticket, actor: User) -> set[str]:
    return {each.name for each in permitted(ticket, actor)}
