"""A database that somebody else holds."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session

from models.database import database


@contextmanager
def somebody_holds(url: str) -> Iterator[None]:
    """Another program holds the outbox; on SQLite, the database."""
    engine = create_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE"))
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield
        connection.rollback()
    engine.dispose()


def wait_only_50_ms(engine: Engine) -> None:
    """Locks are waited for 8 s; a test has less time."""
    command = "SET lock_timeout = 50" if engine.dialect.name == "postgresql" else "PRAGMA busy_timeout = 50"

    def set_patience(connection, record) -> None:
        connection.cursor().execute(command)
        connection.commit()

    event.listen(engine, "connect", set_patience)
    engine.dispose()


def busy_from(url: str, first: int, last: int) -> Callable[[], AbstractContextManager[Session]]:
    """Opens a writing transaction; from the `first` time to the `last` somebody holds the database."""
    writing, times = database.writing, itertools.count(1)

    @contextmanager
    def opened() -> Iterator[Session]:
        held = somebody_holds(url) if first <= next(times) <= last else nullcontext()
        with held, writing() as session:
            yield session

    return opened
