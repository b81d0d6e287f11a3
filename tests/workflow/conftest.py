"""A database that many tests share, since each takes back what it did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy.orm import Session

from models.database import Database
from tests.conftest import a_city

# Or what fails in them would not show its values.
pytest.register_assert_rewrite("tests.workflow.truths", "tests.workflow.world")

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)  # ten in the morning in Suzhou, in a week without holidays


@pytest.fixture
def monday() -> Iterator[time_machine.Traveller]:
    """The clock stands still on a Monday morning, until a test moves it."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The city and the cast, in a database in which nothing is ever committed."""
    own = Database()
    with a_city(request, tmp_path_factory.mktemp("shared")) as url:
        own.connect(url)
        yield own
        own.engine.dispose()


@pytest.fixture
def session(shared: Database) -> Iterator[Session]:
    """A writing session for one test; what it wrote is gone afterwards."""
    with shared.writing() as session:
        yield session
        session.rollback()
