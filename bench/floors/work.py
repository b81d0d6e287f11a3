"""The one thing that jobs are measured by: a row inserted; and when each began."""

from __future__ import annotations

import time

from sqlalchemy.orm import Session

from bench.floors.rows import row_of
from models.database import database

BEGAN: list[float] = []


def insert_row() -> None:
    """The floor's job: an INSERT and a commit of its own."""
    with database.writing() as session:
        insert_into(session)


def insert_into(session: Session, _ref: str = "") -> None:
    """The product's job: the same INSERT, in the transaction that its row is done in."""
    BEGAN.append(time.perf_counter())
    session.add(row_of(31.3, 120.6, "路边垃圾成堆。"))
    session.flush()


def seconds_a_job() -> float:
    """From begin to begin, over all of them."""
    return (BEGAN[-1] - BEGAN[0]) / (len(BEGAN) - 1)
