"""A database that many tests share, since each takes back what it did."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from models.database import Database


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The city and the cast, in a database in which nothing is ever committed."""
    own = Database()
    if request.param == "sqlite":
        copy = tmp_path_factory.mktemp("shared") / "shared.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), copy)
        own.connect(f"sqlite:///{copy}")
    else:
        template = make_url(request.getfixturevalue("postgres_template")).database
        own.connect(request.getfixturevalue("postgres").create(str(template)))
    yield own
    own.engine.dispose()


@pytest.fixture
def session(shared: Database) -> Iterator[Session]:
    """A writing session for one test; what it wrote is gone afterwards."""
    with shared.writing() as session:
        yield session
        session.rollback()
