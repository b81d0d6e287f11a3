"""docs/scrub.sql, as it stands there, on a PostgreSQL server of its own: nothing of who has left stays in its files."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from models.database import database
from stage.cast import person
from stage.postgres import Postgres
from stage.servers_files import SCRUB, ServersFiles, count_values, scrub
from stage.stage import stage
from stage.traces import Marks
from tests.conftest import fill
from tests.workflow.personal.leaving import leave
from workflow.personal.holdings import HOLDINGS, NOBODYS

MARK = "zq0123456789ab"
OTHERS_WORDS = {"journal_words", "act_words"}
"""What others wrote of a person goes from there (workflow/personal/naming.py)."""


def test_every_table_of_which_something_goes_is_written_anew() -> None:
    goes = {each.table for each in HOLDINGS if each.is_deleted or each.blanked} | OTHERS_WORDS
    named = set(re.findall(r"^VACUUM \(FULL, ANALYZE\) (\w+);$", SCRUB.read_text(), re.MULTILINE))
    assert goes <= named
    assert named - goes <= set(NOBODYS), "what is locked without need"


@pytest.fixture
def served(request: pytest.FixtureRequest) -> Iterator[tuple[Postgres, str]]:
    """A server, and the URL of the process's database on it."""
    request.getfixturevalue("postgres")  # where there is none, this is said as everywhere
    with stage("postgresql", long=False, seed=1, write=print) as it:
        url = it.new_database()
        fill(url)
        database.connect(url)
        yield it.postgres, url
        database.engine.dispose()


def test_nothing_is_left_in_tables_statistics_and_log_of_writes(served: tuple[Postgres, str]) -> None:
    server, url = served
    own = ServersFiles(server, database, Marks([MARK]))
    with database.writing() as session:
        person(session, "alice").name = MARK
    count_values(database)
    with database.writing() as session:
        leave(session)
    assert {place.split()[0] for place in own.in_data()} >= {"users", "pg_statistic"}
    assert list(own.in_wal())
    scrub(url)
    assert list(own.in_data()) == []
    assert list(own.in_wal()) == []
    assert list(own.in_log()) == []


def test_it_says_where_a_replica_holds_the_log_of_writes(served: tuple[Postgres, str]) -> None:
    _, url = served
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT pg_create_physical_replication_slot('whistle1', true)"))
        with pytest.raises(subprocess.CalledProcessError) as refused:
            scrub(url)
        assert "held by a replica" in refused.value.stderr
        connection.execute(text("SELECT pg_drop_replication_slot('whistle1')"))
    scrub(url)
