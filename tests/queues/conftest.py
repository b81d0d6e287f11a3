"""A real Redis and a mail server of our own, and migrated databases with a table for what the tests' jobs do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.engine import make_url

from models.database import database
from stage.mail_server import MailServer
from stage.redis_server import RedisServer
from tests.conftest import PostgresServer
from tests.queues.house import House
from tests.queues.jobs import Effect
from tests.queues.letters import BASE


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def our_postgres(postgres: PostgresServer, postgres_template: str) -> str:
    return postgres.create(str(make_url(postgres_template).database))


@pytest.fixture
def our_sqlite(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copyfile(sqlite_template, tmp_path / "whistle.db")
    return f"sqlite:///{tmp_path}/whistle.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def our_url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue("our_postgres" if request.param == "postgresql" else "our_sqlite")


def _open(url: str, server: RedisServer) -> Iterator[House]:
    engine = database.connect(url)
    Effect.metadata.create_all(engine)
    with database.writing() as session:
        for table in ("outbox", "effects"):
            session.execute(text(f"DELETE FROM {table}"))
    server.start()
    server.client().flushall()
    with time_machine.travel(House.today(), tick=True) as traveller:
        house = House(url, server, traveller)
        yield house
        house.close()
    engine.dispose()


@pytest.fixture
def house(our_url: str, redis_server: RedisServer) -> Iterator[House]:
    """The queue's parts on an empty outbox of each kind and an empty Redis."""
    yield from _open(our_url, redis_server)


@pytest.fixture
def small_house(our_sqlite: str, redis_server: RedisServer) -> Iterator[House]:
    """The same on SQLite alone, for what the database has no part in."""
    yield from _open(our_sqlite, redis_server)


@pytest.fixture
def large_house(our_postgres: str, redis_server: RedisServer) -> Iterator[House]:
    """The same on PostgreSQL alone, for what SQLite with its one writer cannot do."""
    yield from _open(our_postgres, redis_server)


@pytest.fixture
def mail_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server, and settings that name it."""
    server = MailServer()
    server.start()
    monkeypatch.setenv("SMTP_URL", server.url)
    monkeypatch.setenv("BASE_URL", BASE)
    yield server
    server.stop()
