"""Somebody leaves, and what is found of them afterwards."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Base,
    User,
)
from stage.cast import person
from tests.workflow.personal.test_export import BOOK
from workflow import personal
from workflow.audit import Tally, audit

NUMBER = "+8613800138000"


def leave(session: Session, who: str = "alice", **how: Any) -> User:
    """Decided by the person, and done."""
    user = person(session, who)
    personal.ask(session, user, actor=user, let_go=True, **how)
    return done(session, user)


def done(session: Session, user: User) -> User:
    personal.erase(session, user.id, BOOK)
    session.expire_all()
    return session.get_one(User, user.id)


def findings(session: Session) -> list[str]:
    session.flush()
    return [each.sentence("en") for each in audit(session.connection(), Tally())]


def where(session: Session, *texts: str) -> set[str]:
    """The columns in which any of these texts lies, in whatever table."""
    found = set()
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)).mappings():
            for column, value in row.items():
                if any(text in str(value) for text in texts):
                    found.add(f"{table.name}.{column}")
    return found
