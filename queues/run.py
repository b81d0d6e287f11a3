"""Runs one row of the outbox: what its job writes and `done_at` commit together, or neither does.

Runs are counted so that a job which can never succeed ends as a dead letter, even one that kills its worker and so
never reports, and so that nothing but runs can bring it there:

- A first attempt costs one transaction. If it raises, the run is noted in a second one.
- From the second attempt on (the first is then known to have been lost or to have failed) the run is noted before it
  begins, and the note taken back when it succeeds.
- Ten noted runs, and the row is dead. A Redis that loses its queue makes attempts, not runs.
- A database that is busy or away is not the job's fault, and its run is not counted; but only for a hundred attempts,
  since a job that locks itself out looks the same.
- An errand (`queues.jobs`) is always noted first, in a transaction that also holds the row (`queues.holding`): nobody
  else begins it, and no transaction is open while it is on its way. One that fails is tried again after a minute, then
  twice as long each time, so that ten runs last a night.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic, sleep

import structlog
from sqlalchemy import or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models.clock import now
from models.database import database
from models.outbox import Outbox
from queues import limits
from queues.blame import is_busy, told
from queues.holding import clock, held, held_until, span
from queues.jobs import GivenUp, Job, Postponed, find
from queues.periodic import again
from workflow import telling
from workflow.alone import write
from workflow.errors import Busy

log = structlog.get_logger("queues.run")

MOST_RUNS = 10
PATIENT_ATTEMPTS = 100
NOTE_WAITS_SECONDS = (0.0, 0.5, 1.0, 2.0, 4.0)
BUSY_PAUSE_SECONDS = 0.5
"""Without it a worker puts off its whole queue while the database restarts: 157 jobs in three seconds."""
FIRST_WAIT_SECONDS = 60
"""Before an errand that failed is tried again; it doubles: ten runs take eight and a half hours."""
BLAMELESS_WAIT_SECONDS = 5
SILENT = "the last run ended its worker without a word (killed, out of memory, or a crash in native code)"


def run(row_id: int) -> None:
    """What RQ calls. Raises nothing but what is meant to end the process; never twice for a row that is done."""
    noted = False
    try:
        with database.writing() as session:
            row = _take(session, row_id)
            if row is None:
                return
            if _is_early(row):
                log.warning("early", topic=row.topic, row=row.id)
                return
            job = find(row.topic)
            if row.attempts <= 1 and job.errand is None:
                _perform(session, row)
                return
            _note_begin(session, row, job)
        noted = True
        if job.errand is None or row.dead_at is not None:
            _end(row_id)
            return
        with held(row.id, job.timeout):
            with _watched(job):
                job.errand(row.id, row.ref)
            _end_patiently(row_id)
    except BaseException as error:
        _settle(row_id, error, noted)
        if not isinstance(error, Exception):
            raise
    finally:
        limits.let_live()


def _end(row_id: int) -> None:
    with database.writing() as session:
        row = _take(session, row_id, wait=True)
        if row is not None:
            _perform(session, row)
            row.runs -= 1


def _end_patiently(row_id: int) -> None:
    """What has left the house is written down as soon as the database can: begun anew it would leave once more."""
    *waits, last = NOTE_WAITS_SECONDS
    for wait in waits:
        sleep(wait)
        try:
            return _end(row_id)
        except Exception as error:
            if not is_busy(error):
                raise
            log.warning("not written down", row=row_id, error=told(error).partition("\n")[0])
    sleep(last)
    return _end(row_id)


def _is_early(row: Outbox) -> bool:
    """Whether a timer was handed out by a relay whose clock is fast: run now, it would look, find nothing due, and be
    done for ever. What was asked for at once is not held back by a worker whose own clock is slow."""
    return row.created_at < row.due > now()


def _take(session: Session, row_id: int, *, wait: bool = False) -> Outbox | None:
    """The row, locked; None when it is done, dead, gone or, unless we `wait`, in the hands of another worker."""
    waiting = select(Outbox).where(Outbox.id == row_id, Outbox.done_at.is_(None), Outbox.dead_at.is_(None))
    if not wait:
        waiting = waiting.where(or_(Outbox.held_until.is_(None), Outbox.held_until <= clock(session)))
    return session.scalar(waiting.with_for_update(skip_locked=not wait))


@contextmanager
def _watched(job: Job) -> Iterator[None]:
    limits.end_process_after(job.timeout + limits.GRACE_SECONDS)
    with limits.limited(job.timeout):
        yield


def _perform(session: Session, row: Outbox) -> None:
    job, started, transaction = find(row.topic), monotonic(), session.get_transaction()
    with _watched(job):
        job.verb(session, row.ref)
        session.flush()
    if session.get_transaction() is not transaction:
        raise RuntimeError("a job neither commits nor rolls back: its row is marked done in the same transaction")
    if _is_early(row):
        raise Busy  # the clock was put back meanwhile, and the job may have looked at either
    row.done_at = now()
    again(session, row)
    write(session, row)
    log.info("ran", topic=row.topic, row=row.id, attempt=row.attempts, ms=round((monotonic() - started) * 1000))


def _note_begin(session: Session, row: Outbox, job: Job) -> None:
    if row.runs >= MOST_RUNS:
        earlier = f"\nbefore that:\n{row.last_error}" if row.last_error else ""
        _bury(session, row, SILENT + earlier)
        return
    row.runs += 1
    if job.errand is not None:
        row.held_until, row.lease = held_until(session, job.timeout), now() + span(job.timeout)


def _settle(row_id: int, error: BaseException, noted: bool) -> None:
    """Note a run that ended badly, or take the note of its begin back where it was nobody's fault."""
    blameless = is_busy(error) or not isinstance(error, Exception)
    if blameless:
        log.warning("put off", row=row_id, error=told(error).partition("\n")[0])
    else:
        log.warning("failed", row=row_id, error=_why(error))
    if blameless and not noted:
        sleep(BUSY_PAUSE_SECONDS)
        return
    for wait in NOTE_WAITS_SECONDS:
        sleep(wait)
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
    on_its_way, row.held_until = row.held_until is not None, None
    if on_its_way:
        row.lease = now() + timedelta(seconds=BLAMELESS_WAIT_SECONDS)
    if blameless and row.attempts < PATIENT_ATTEMPTS:
        row.runs -= 1
        return
    row.runs += 0 if noted else 1
    row.last_error = _why(error)
    if isinstance(error, GivenUp) and error.noting is not None:
        error.noting(session)
    if isinstance(error, GivenUp) or row.runs >= MOST_RUNS:
        _bury(session, row, row.last_error)
    elif on_its_way:
        row.lease = None
        row.due = now() + timedelta(seconds=FIRST_WAIT_SECONDS << (row.runs - 1))


def _why(error: BaseException) -> str:
    return error.reason if isinstance(error, Postponed | GivenUp) else told(error)


def _bury(session: Session, row: Outbox, error: str) -> None:
    row.last_error, row.dead_at = error, now()
    again(session, row)
    telling.alarm(session, row)
    log.error("dead", topic=row.topic, row=row.id, runs=row.runs, error=error)
