"""One engine a process, and the two ways to use it: `reading()` and `writing()`.

    with database.writing() as session:
        fire(ticket, "triage", actor=clerk, category="06010")

On SQLite a writing session begins with BEGIN IMMEDIATE: the driver's default loses read-then-write updates
silently, and an explicit deferred BEGIN raises "locked" as soon as two of them meet (figures: docs/decisions.md).
"""

from __future__ import annotations

import select
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    import psycopg

BUSY_TIMEOUT_MS = 8000
ASKED_EVERY_SECONDS = 0.001
"""How often the one thread of a process whose turn it is asks SQLite whether it may write now."""
RESTED_SECONDS = 60.0
"""A connection to PostgreSQL that nobody used for so long may have been dropped on the way without a word."""
READS = frozenset({"BEGIN", "EXPLAIN", "PRAGMA", "SELECT", "SHOW", "WITH"})
"""With what the statements of a session begin that stores nothing."""
POOL: dict[str, Any] = {"pool_size": 20, "max_overflow": -1}
"""Twenty connections are kept, more are opened for threads that need them at once: WEB_THREADS at most."""
POSTGRES = {
    "connect_timeout": 5,
    "options": f"-c timezone=UTC -c lock_timeout={BUSY_TIMEOUT_MS}",
    "tcp_user_timeout": 10_000,  # a server that vanished without a word is noticed in ten seconds
}


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's own BEGIN below is the only one
    cursor = connection.cursor()
    pragmas = ["journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_TIMEOUT_MS}", "foreign_keys=ON"]
    pragmas.append("secure_delete=ON")  # what is deleted is overwritten: whoever leaves is gone from the file as well
    pragmas.append("recursive_triggers=ON")  # or INSERT OR REPLACE would delete what is append-only
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if not connection.get_execution_options().get("whistle_writes", False):
        connection.exec_driver_sql("BEGIN")
        return
    # SQLite's own waiting sleeps for longer and longer, so that whoever waits longest is asked least.
    raw: Any = connection.connection.driver_connection
    (patience_ms,) = raw.execute("PRAGMA busy_timeout").fetchone()
    raw.execute("PRAGMA busy_timeout=0")
    try:
        # Counted, and not by a clock, which may be put back or stand still.
        for _ in range(int(patience_ms / 1000 / ASKED_EVERY_SECONDS)):
            if _begun(raw):
                return
            time.sleep(ASKED_EVERY_SECONDS)
        raise _busy()
    finally:
        raw.execute(f"PRAGMA busy_timeout={patience_ms}")


def _begun(raw: sqlite3.Connection) -> bool:
    try:
        raw.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return False
        raise OperationalError("BEGIN IMMEDIATE", None, error) from error
    return True


def _busy() -> OperationalError:
    """What the driver raises where SQLite itself has waited."""
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_BUSY, "SQLITE_BUSY"
    told = OperationalError("BEGIN IMMEDIATE", None, error)
    told.__cause__ = error
    return told


def _mind_poolers(connection: psycopg.Connection[Any], _record: Any) -> None:
    """Prepare no statements where a pooler such as PgBouncer answers under a process number of its own: the next
    transaction may be another server process's, which does not know them, or knows others by their names."""
    answering = connection.execute("SELECT pg_backend_pid()").fetchone()
    connection.rollback()
    if answering != (connection.info.backend_pid,):
        connection.prepare_threshold = None


def _hold_alive(connection: psycopg.Connection[Any], record: Any, _proxy: Any) -> None:
    """Before a connection is used again: one on which the server said something unasked, it has closed. Only one that
    rested is asked, since a question costs as much as a statement."""
    moment = time.monotonic()
    try:
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        if poll.poll(0):
            raise DisconnectionError
        if moment - record.info.get("used", moment) > RESTED_SECONDS:
            connection.execute("SELECT 1")
            connection.rollback()
    except connection.Error as error:
        raise DisconnectionError from error


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _sqlite(url: str) -> tuple[Engine, Engine]:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, **POOL)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine, engine.execution_options()


def _postgresql(url: str) -> tuple[Engine, Engine]:
    engine = create_engine(url, connect_args=POSTGRES, **POOL)
    event.listen(engine, "connect", _mind_poolers)
    event.listen(engine, "checkout", _hold_alive)
    event.listen(engine, "checkin", _note_use)
    # READ COMMITTED shows each statement what is committed, in a transaction or not; its BEGIN and ROLLBACK would be
    # two more round trips.
    return engine, engine.execution_options(isolation_level="AUTOCOMMIT")


def _hold_reading(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    """Whichever way it came: on PostgreSQL it would be committed at once."""
    if statement.lstrip("( \n")[:8].split(maxsplit=1)[0].upper() not in READS:
        raise RuntimeError("a reading session stores nothing")


@dataclass(frozen=True)
class _Engines:
    """One pool, used in three ways."""

    plain: Engine
    reader: Engine
    writer: Engine


class Database:
    """The database of this process. `connect` once, then `reading()` or `writing()`."""

    _engines: _Engines | None = None

    def __init__(self) -> None:
        self._turn = Lock()

    @property
    def engine(self) -> Engine:
        return self._connected().plain

    def _connected(self) -> _Engines:
        if self._engines is None:
            raise RuntimeError("the database is not connected: call database.connect(url) first")
        return self._engines

    def connect(self, url: str) -> Engine:
        """Make the engine for `url` (sqlite:///… or postgresql+psycopg://…); an earlier one is closed."""
        if self._engines is not None:
            self.engine.dispose()
        engine, reader = _sqlite(url) if make_url(url).get_backend_name() == "sqlite" else _postgresql(url)
        event.listen(reader, "before_cursor_execute", _hold_reading)
        self._engines = _Engines(engine, reader, engine.execution_options(whistle_writes=True))
        return engine

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that stores nothing: RuntimeError where it is told to. On SQLite it sees one moment, on PostgreSQL
        each statement sees what is committed. A database that went away after all was read is nobody's error any more.
        """
        session = Session(self._connected().reader, expire_on_commit=False, autoflush=False)
        try:
            yield session
        finally:
            try:
                session.close()
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                session.invalidate()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that commits once at its end, or not at all when anything raises. Where one writes at a time, the
        threads of a process take turns, so that only one of them asks SQLite."""
        writer = self._connected().writer
        with self._in_turn(), Session(writer, expire_on_commit=False, info={"writes": True}) as session:
            yield session
            session.commit()

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if self.engine.dialect.name != "sqlite":
            yield
            return
        turn = self._turn
        if not turn.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            raise _busy()
        try:
            yield
        finally:
            turn.release()

    def scrub(self) -> bool:
        """Write a SQLite file anew, so that it holds nothing but its rows, and empty the log before it. Whoever writes
        waits, for eight seconds at most; False where somebody reads the log all the while. Nothing to do on PostgreSQL,
        which has no such file."""
        if self.engine.dialect.name != "sqlite":
            return True
        raw = self.engine.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute("VACUUM")
            (busy, _log, _moved) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy
        finally:
            raw.close()

    def dispose_after_fork(self) -> None:
        """Forget the parent's connections in a child without closing them under the parent's feet."""
        if self._engines is not None:
            self.engine.dispose(close=False)
            self._turn = Lock()


database = Database()
