"""A real Redis of our own and real databases: SQLite always, PostgreSQL where TEST_POSTGRES_URL names a server."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from models.base import Base
from models.database import database
from tests.queues.house import House
from tests.queues.jobs import Effect
from tests.queues.redis_server import RedisServer


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A database of our own on the server, dropped at the end."""
    server = os.environ.get("TEST_POSTGRES_URL")
    if not server:
        pytest.skip("TEST_POSTGRES_URL is not set")
    name = f"whistle_queues_{uuid.uuid4().hex[:12]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    database.engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{tmp_path}/test.db"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/test.db"


def _build(url: str, server: RedisServer) -> Iterator[House]:
    engine = database.connect(url)
    Base.metadata.create_all(engine, tables=[Base.metadata.tables["outbox"], Effect.__table__])
    server.start()
    server.client().flushall()
    with time_machine.travel(House.today(), tick=True) as traveller:
        yield House(url, server, traveller)
    with database.writing() as session:
        session.execute(text("DELETE FROM outbox"))
        session.execute(text("DELETE FROM effects"))
    engine.dispose()


@pytest.fixture
def house(database_url: str, redis_server: RedisServer) -> Iterator[House]:
    """The queue's parts on an empty database of each kind and an empty Redis."""
    yield from _build(database_url, redis_server)


@pytest.fixture
def small_house(sqlite_url: str, redis_server: RedisServer) -> Iterator[House]:
    """The same on SQLite alone, for what the database has no part in."""
    yield from _build(sqlite_url, redis_server)
