"""One engine a process, and the two ways to use it: `reading()` and `writing()`.

    with database.writing() as session:
        fire(ticket, "triage", actor=clerk, category="06010")

On SQLite a writing session begins with BEGIN IMMEDIATE: the driver's default loses read-then-write updates
silently, and an explicit deferred BEGIN raises "locked" as soon as two of them meet (figures: docs/decisions.md).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    import psycopg

BUSY_TIMEOUT_MS = 8000
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
    writes = connection.get_execution_options().get("whistle_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _mind_poolers(connection: psycopg.Connection[Any], _record: Any) -> None:
    """Prepare no statements where a pooler such as PgBouncer answers under a process number of its own: the next
    transaction may be another server process's, which does not know them, or knows others by their names."""
    answering = connection.execute("SELECT pg_backend_pid()").fetchone()
    connection.rollback()
    if answering != (connection.info.backend_pid,):
        connection.prepare_threshold = None


class Database:
    """The database of this process. `connect` once, then `reading()` or `writing()`."""

    _engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            raise RuntimeError("the database is not connected: call database.connect(url) first")
        return self._engine

    def connect(self, url: str) -> Engine:
        """Make the engine for `url` (sqlite:///… or postgresql+psycopg://…); an earlier one is closed."""
        if self._engine is not None:
            self._engine.dispose()
        if make_url(url).get_backend_name() == "sqlite":
            self._engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, **POOL)
            event.listen(self._engine, "connect", _prepare_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)
        else:
            self._engine = create_engine(url, pool_pre_ping=True, connect_args=POSTGRES, **POOL)
            event.listen(self._engine, "connect", _mind_poolers)
        return self._engine

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that is rolled back at its end: nothing it holds is ever stored. A database that went away after
        all was read is nobody's error any more."""
        session = Session(self.engine, expire_on_commit=False, autoflush=False)
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
        """A session that commits once at its end, or not at all when anything raises."""
        writer = self.engine.execution_options(whistle_writes=True)
        with Session(writer, expire_on_commit=False, info={"writes": True}) as session:
            yield session
            session.commit()

    def scrub(self) -> bool:
        """Write a SQLite file anew, so that it holds nothing but its rows, and empty the log before it. Whoever writes
        waits; False where somebody reads the log all the while. Nothing to do on PostgreSQL, which has no such file."""
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
        if self._engine is not None:
            self._engine.dispose(close=False)


database = Database()
