"""What a session does when its database goes away under it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from models import City
from models.database import Database
from tests.conftest import PostgresServer


@pytest.fixture
def elsewhere(postgres: PostgresServer, postgres_template: str) -> Database:
    database = Database()
    database.connect(postgres_template)
    return database


def _end_connections(database: Database, number: int) -> None:
    with database.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:number)"), {"number": number})


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
