"""A real database a test, on SQLite and on PostgreSQL: a copy of one that the migrations made and the city filled."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import Engine, make_url
from xdist.scheduler import LoadFileScheduling

from models import migrations
from models.database import Database, database
from stage import cast
from workflow.bootstrap import load_city
from workflow.passwords import hash_password

ROOT = Path(__file__).resolve().parent.parent
SIP = ROOT / "cities" / "sip"
BROWSER = "tests/browser/"

# Thousands of short tests on one process: looking for garbage after every few hundred objects is a tenth of its time.
gc.freeze()
gc.set_threshold(100_000, 50, 50)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Behind `&` of a script: what the tests start would not hear the Ctrl-C that they send it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis_settings.register_profile("whistle", derandomize=True, deadline=None, print_blob=True)
hypothesis_settings.load_profile("whistle")


first_engines: dict[str, Engine] = {}


def create_engine_like_the_first(url: str, **how: Any) -> Engine:
    """An engine that knows the SQL which the first one of its kind has compiled: each test has one of its own."""
    engine = create_engine(url, **how)
    first = first_engines.get(engine.dialect.name)
    if first is not None:
        engine.dialect = first.dialect
        engine.update_execution_options(compiled_cache=first._compiled_cache)
        return engine

    @event.listens_for(engine, "engine_connect", once=True)
    def remember(connection: Connection) -> None:
        first_engines.setdefault(connection.dialect.name, engine)

    return engine


vars(import_module("models.database"))["create_engine"] = create_engine_like_the_first


class ByFile(LoadFileScheduling):
    """A file's tests run in one process, and all of the browser's: they share a browser and the houses before it."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return BROWSER if file.startswith(BROWSER) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


def fill(url: str) -> None:
    """Migrate the database at `url`, load the city, hire the cast, and let go of it."""
    database.connect(url)
    migrations.migrate(database)
    with database.writing() as session:
        load_city(session, SIP, demo=False)
        cast.hire(session, hash_password(cast.PASSWORD))
    database.engine.dispose()


class PostgresServer:
    """The server that TEST_POSTGRES_URL names: makes databases, and copies of them."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self._admin: Engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        self._own: list[str] = []

    def create(self, template: str = "template0") -> str:
        """A new database's URL."""
        name = f"whistle_{uuid.uuid4().hex[:16]}"
        with self._admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE {name} TEMPLATE {template}'))
        self._own.append(name)
        return self.url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Away with it, whoever is connected."""
        name = make_url(url).database
        with self._admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

    def close(self) -> None:
        """Leave nothing behind."""
        for name in self._own:
            with self._admin.connect() as connection:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        self._admin.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    url = os.environ.get("TEST_POSTGRES_URL")
    if not url:
        if os.environ.get("CI") == "true":
            pytest.fail("TEST_POSTGRES_URL is not set: run bin/test")
        pytest.skip("TEST_POSTGRES_URL is not set: run bin/test")
    server = PostgresServer(url)
    yield server
    server.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "template.db"
    fill(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    url = postgres.create()
    fill(url)
    return url


@contextmanager
def a_city(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """The URL of a database with the city and the cast in it, of the kind that the fixture's parameter says; gone
    afterwards."""
    if request.param == "sqlite":
        copy = folder / "whistle.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), copy)
        yield f"sqlite:///{copy}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create(str(make_url(request.getfixturevalue("postgres_template")).database))
    yield url
    server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def city_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of this test's own."""
    with a_city(request, tmp_path) as url:
        yield url


@pytest.fixture
def db(city_url: str) -> Iterator[Database]:
    """The process's database, connected to this test's own copy."""
    database.connect(city_url)
    yield database
    database.engine.dispose()
