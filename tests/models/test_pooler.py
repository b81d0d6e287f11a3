"""Behind a pooler that gives each transaction any server process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from models.database import Database
from stage.pooler import Pooler
from tests.conftest import PostgresServer

SERVERS, CLIENTS, TRANSACTIONS = 3, 9, 30


@pytest.fixture
def direct(postgres: PostgresServer, postgres_template: str) -> Iterator[Database]:
    database = Database()
    database.connect(postgres_template)
    yield database
    database.engine.dispose()


@pytest.fixture
def pooled(postgres: PostgresServer, postgres_template: str, tmp_path: Path) -> Iterator[Database]:
    try:
        pooler = Pooler(tmp_path, postgres_template, SERVERS)
    except FileNotFoundError as error:
        pytest.skip(str(error))
    database = Database()
    database.connect(pooler.url)
    yield database
    database.engine.dispose()
    pooler.stop()


def test_statements_are_prepared_where_the_server_itself_answers(direct: Database) -> None:
    for _ in range(8):
        with direct.writing() as session:
            session.scalar(select(func.abs(-1)))
    with direct.writing() as session:
        assert session.scalar(text("SELECT count(*) FROM pg_prepared_statements")) == 1


def test_no_statement_meets_anothers_behind_a_pooler(pooled: Database) -> None:
    troubles, servers = Counter[str](), set[int]()

    def work(client: int) -> None:
        for _ in range(TRANSACTIONS):
            try:
                with pooled.writing() as session:
                    servers.add(session.scalar(select(func.pg_backend_pid())) or 0)
                    session.execute(text(f"SELECT {client}, pg_sleep(0.002)"))
            except DBAPIError as error:
                troubles[str(error.orig)] += 1

    with ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(work, range(CLIENTS)))
    assert not troubles
    assert 0 < len(servers) <= SERVERS
