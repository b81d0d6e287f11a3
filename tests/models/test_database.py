"""A session whose database goes away under it, or in which somebody else writes; and that reading stores nothing."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import OperationalError

from models import City, Unit
from models.base import Base
from models.database import Database
from models.outbox import later
from tests.conftest import PostgresServer

MODULE = import_module("models.database")


@pytest.fixture
def elsewhere(postgres: PostgresServer, postgres_template: str) -> Database:
    database = Database()
    database.connect(postgres_template)
    return database


def _end_connections(database: Database, number: int) -> None:
    apart = Database()
    with apart.connect(database.engine.url.render_as_string(hide_password=False)).connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:number, 20000)"), {"number": number})
    apart.engine.dispose()


def test_a_database_that_goes_after_all_was_read_is_nobodys_error(elsewhere: Database) -> None:
    with elsewhere.reading() as session:
        mine = session.scalar(select(func.pg_backend_pid()))
        assert mine is not None
        _end_connections(elsewhere, mine)
    with elsewhere.reading() as session:
        assert session.scalar(select(func.count(City.id))) is not None
    elsewhere.engine.dispose()


def test_a_database_that_goes_before_all_was_read_is_told(elsewhere: Database) -> None:
    with elsewhere.reading() as session:
        mine = session.scalar(select(func.pg_backend_pid()))
        assert mine is not None
        _end_connections(elsewhere, mine)
        with pytest.raises(OperationalError):
            session.scalar(select(func.count(City.id)))
    elsewhere.engine.dispose()


def test_a_connection_that_the_server_closed_meanwhile_is_not_used_again(elsewhere: Database) -> None:
    with elsewhere.reading() as session:
        mine = session.scalar(select(func.pg_backend_pid()))
        assert mine is not None
    _end_connections(elsewhere, mine)
    with elsewhere.reading() as session:
        assert session.scalar(select(func.pg_backend_pid())) not in (None, mine)
    elsewhere.engine.dispose()


def test_a_connection_that_rested_is_asked_before_it_is_used(
    elsewhere: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MODULE, "RESTED_SECONDS", -1.0)
    with elsewhere.reading() as session:
        mine = session.scalar(select(func.pg_backend_pid()))
    with elsewhere.writing() as session:
        assert session.scalar(select(func.pg_backend_pid())) == mine, "it answers, and is used on"
    elsewhere.engine.dispose()


def test_a_reading_session_stores_nothing(db: Database) -> None:
    with db.reading() as session:
        city = session.scalars(select(City)).one()
        city.name_zh = "别处"
        with pytest.raises(RuntimeError, match="stores nothing"):
            session.flush()
        with pytest.raises(RuntimeError, match="stores nothing"):
            session.execute(update(Unit).values(active=False))
        with pytest.raises(RuntimeError, match="stores nothing"):
            session.execute(text("  UPDATE units SET active = :off"), {"off": False})
        for question in ("\n  SELECT 1", "WITH one AS (SELECT 1 AS it) SELECT it FROM one"):
            assert session.scalar(text(question)) == 1
        with pytest.raises(RuntimeError, match="stores nothing"):
            later(session, "digest", "")
    with db.reading() as session:
        assert session.scalars(select(City.name_zh)).one() != "别处"
        assert session.scalars(select(Unit.id).where(Unit.active)).first() is not None


@pytest.fixture
def file(tmp_path: Path) -> Database:
    database = Database()
    database.connect(f"sqlite:///{tmp_path / 'house.db'}")
    with database.engine.execution_options(whistle_writes=True).begin() as connection:
        Base.metadata.create_all(connection)
    return database


def _insert(database: Database, name: str) -> None:
    with database.writing() as session:
        session.execute(insert(Unit).values(code=name, kind="city", name_zh=name, name_en=name, path=f"{name}/"))


def test_who_comes_while_another_writes_waits_and_writes_then(file: Database) -> None:
    other = Database()
    other.connect(str(file.engine.url))
    waiting = [Thread(target=_insert, args=(each, name)) for each, name in ((file, "a"), (other, "b"), (other, "c"))]
    with file.writing() as session:
        session.execute(select(Unit.id))
        for thread in waiting:
            thread.start()
        with file.reading() as reader:
            assert reader.scalar(select(func.count(Unit.id))) == 0
    for thread in waiting:
        thread.join()
    with file.reading() as reader:
        assert set(reader.scalars(select(Unit.code))) == {"a", "b", "c"}


def test_who_waits_too_long_is_told_that_it_is_busy(file: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODULE, "BUSY_TIMEOUT_MS", 20)
    other = Database()
    other.connect(str(file.engine.url))
    with file.writing() as session:
        session.execute(select(Unit.id))
        with pytest.raises(OperationalError, match="locked"):
            _insert(other, "another process")
        with pytest.raises(OperationalError, match="locked"):
            _insert(file, "another thread")
    _insert(file, "later")
    with file.reading() as reader:
        assert list(reader.scalars(select(Unit.code))) == ["later"]
