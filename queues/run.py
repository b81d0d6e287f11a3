"""Runs one row of the outbox: what its job writes and `done_at` commit together, or neither does.

Runs are counted so that a job which can never succeed ends as a dead letter, even one that kills its worker and so
never reports, and so that nothing but runs can bring it there:

- A first attempt costs one transaction. If it raises, the run is noted in a second one.
- From the second attempt on (the first is then known to have been lost or to have failed) the run is noted before it
  begins, and the note taken back when it succeeds.
- Ten noted runs, and the row is dead. A Redis that loses its queue makes attempts, not runs.
- A database that is busy or away is not the job's fault, and its run is not counted; but only for a hundred attempts,
  since a job that locks itself out looks the same.
"""

from __future__ import annotations

import time

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models.clock import now
from models.database import database
from models.outbox import Outbox
from queues import limits
from queues.blame import is_busy, told
from queues.jobs import find
from queues.periodic import again
from workflow import telling

log = structlog.get_logger("queues.run")

MOST_RUNS = 10
PATIENT_ATTEMPTS = 100
NOTE_WAITS_SECONDS = (0.0, 0.5, 1.0, 2.0, 4.0)
BUSY_PAUSE_SECONDS = 0.5
"""Without it a worker puts off its whole queue while the database restarts: 157 jobs in three seconds."""
SILENT = "the last run ended its worker without a word (killed, out of memory, or a crash in native code)"


def run(row_id: int) -> None:
    """What RQ calls. Raises nothing but what is meant to end the process; never twice for a row that is done."""
    noted = False
    try:
        with database.writing() as session:
            row = _take(session, row_id)
            if row is None:
                return
            if row.attempts <= 1:
                _perform(session, row)
                return
            _note_begin(session, row)
        noted = True
        with database.writing() as session:
            row = _take(session, row_id, wait=True)
            if row is not None:
                _perform(session, row)
                row.runs -= 1
    except BaseException as error:
        _settle(row_id, error, noted)
        if not isinstance(error, Exception):
            raise
    finally:
        limits.let_live()


def _take(session: Session, row_id: int, *, wait: bool = False) -> Outbox | None:
    """The row, locked; None when it is done, dead, gone or, unless we `wait`, in the hands of another worker."""
    waiting = select(Outbox).where(Outbox.id == row_id, Outbox.done_at.is_(None), Outbox.dead_at.is_(None))
    return session.scalar(waiting.with_for_update(skip_locked=not wait))


def _perform(session: Session, row: Outbox) -> None:
    job, started, transaction = find(row.topic), time.monotonic(), session.get_transaction()
    limits.end_process_after(job.timeout + limits.GRACE_SECONDS)
    with limits.limited(job.timeout):
        job.verb(session, row.ref)
        session.flush()
    if session.get_transaction() is not transaction:
        raise RuntimeError("a job neither commits nor rolls back: its row is marked done in the same transaction")
    row.done_at = now()
    again(session, row)
    log.info("ran", topic=row.topic, row=row.id, attempt=row.attempts, ms=round((time.monotonic() - started) * 1000))


def _note_begin(session: Session, row: Outbox) -> None:
    if row.runs >= MOST_RUNS:
        earlier = f"\nbefore that:\n{row.last_error}" if row.last_error else ""
        _bury(session, row, SILENT + earlier)
    else:
        row.runs += 1


def _settle(row_id: int, error: BaseException, noted: bool) -> None:
    """Note a run that ended badly, or take the note of its begin back where it was nobody's fault."""
    blameless = is_busy(error) or not isinstance(error, Exception)
    if blameless:
        log.warning("put off", row=row_id, error=told(error).partition("\n")[0])
    else:
        log.warning("failed", row=row_id, error=told(error))
    if blameless and not noted:
        time.sleep(BUSY_PAUSE_SECONDS)
        return
    for wait in NOTE_WAITS_SECONDS:
        time.sleep(wait)
        try:
            with database.writing() as session:
                _note_end(session, row_id, error, noted, blameless)
            return
        except SQLAlchemyError as trouble:
            log.warning("not noted", row=row_id, error=told(trouble))


def _note_end(session: Session, row_id: int, error: BaseException, noted: bool, blameless: bool) -> None:
    row = session.get(Outbox, row_id, with_for_update=True)
    if row is None or row.done_at or row.dead_at:
        return
    if blameless and row.attempts < PATIENT_ATTEMPTS:
        row.runs -= 1
        return
    row.runs += 0 if noted else 1
    row.last_error = told(error)
    if row.runs >= MOST_RUNS:
        _bury(session, row, row.last_error)


def _bury(session: Session, row: Outbox, error: str) -> None:
    row.last_error, row.dead_at = error, now()
    again(session, row)
    telling.alarm(session, row)
    log.error("dead", topic=row.topic, row=row.id, runs=row.runs, error=error)
