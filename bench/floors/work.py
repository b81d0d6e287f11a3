"""The one thing that jobs are measured by: a row inserted, which says when."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bench.floors.rows import row_of
from models.database import database


def insert_row() -> None:
    """The floor's job: an INSERT and a commit of its own."""
    with database.writing() as session:
        insert_into(session)


def insert_into(session: Session, _ref: str = "") -> None:
    """The product's job: the same INSERT, in the transaction that its row is done in."""
    session.add(row_of(31.3, 120.6, "路边垃圾成堆。"))
    session.flush()
