"""`whistle demo reset`: the demo starts over; nothing but a demo does, and not under a running house."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, make_url, select

from config import Settings
from models import City, Photo, Session, Ticket, User
from models.clock import now
from models.database import database
from models.storage import open_storage
from queues.demo import load
from queues.preflight import hold_alone
from tests.commands.conftest import Process, Run, runner
from tests.conftest import PostgresServer
from workflow import bootstrap

FORGOTTEN = "0" * 40 + ".jpg"


@dataclass(frozen=True)
class Kept:
    """A demo with two days behind it, as it was loaded: its folder, and its database where that is a server's."""

    folder: Path
    database: str | None


@pytest.fixture(scope="module")
def kept() -> dict[str, Kept]:
    """What has been loaded for this module, by kind of database."""
    return {}


@pytest.fixture(params=["sqlite", "postgresql"])
def lived_in(
    request: pytest.FixtureRequest, environment: Path, monkeypatch: pytest.MonkeyPatch, kept: dict[str, Kept],
    tmp_path_factory: pytest.TempPathFactory,
) -> Settings:  # fmt: skip
    """A demo city with two days behind it, somebody signed in, a digest, and a file that is not the demo's: a copy of
    one that was lived through once."""
    server: PostgresServer | None = None if request.param == "sqlite" else request.getfixturevalue("postgres")
    if request.param not in kept:
        kept[request.param] = _live(tmp_path_factory.mktemp("kept") / "var", server.create() if server else None)
    source = kept[request.param]
    shutil.copytree(source.folder, environment)
    monkeypatch.setenv("DEMO", "people")
    if server:
        monkeypatch.setenv("DATABASE_URL", server.create(str(make_url(source.database or "").database)))
    return Settings.load()


def _live(folder: Path, url: str | None) -> Kept:
    settings = Settings.load(
        {"DATA_DIR": str(folder), "DEMO": "people", "SECRET_KEY": "s" * 40} | ({"DATABASE_URL": url} if url else {})
    )
    bootstrap.prepare(settings)
    with database.writing() as session:
        load(session, settings, until=now(), passed=lambda _share: None, days=2, reports=6)
        rider = session.scalars(select(User).where(User.username == "rider1")).one()
        session.add(Session(token_hash="0" * 64, user_id=rider.id, kind="cookie", created_at=now(), expires_at=now()))
    database.engine.dispose()
    open_storage(settings.storage_url).put(FORGOTTEN, b"another's")
    (settings.data_dir / "digests").mkdir()
    (settings.data_dir / "digests" / "2026-01-01.gz").write_bytes(b"")
    return Kept(folder, url)


def counts(settings: Settings) -> dict[str, int]:
    database.connect(settings.database_url)
    with database.reading() as session:
        found = {each.__tablename__: session.scalar(select(func.count()).select_from(each)) or 0
                 for each in (Ticket, Photo, Session, User)}  # fmt: skip
    database.engine.dispose()
    return found


def test_it_starts_over(lived_in: Settings, process: Process) -> None:
    before = counts(lived_in)
    assert before[Ticket.__tablename__] > 0
    assert before[Photo.__tablename__] > 0
    done = process("demo", "reset", "--yes")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("The demo city has been loaded again: run bin/serve to use it.\n")
    assert counts(lived_in) == dict.fromkeys(before, 0) | {User.__tablename__: before[User.__tablename__]}
    assert list(open_storage(lived_in.storage_url).keys()) == [FORGOTTEN]
    assert list((lived_in.data_dir / "digests").iterdir()) == []
    assert process("audit").returncode == 0


@pytest.mark.parametrize("lived_in", ["sqlite"], indirect=True)
def test_it_asks_before_it_deletes(lived_in: Settings, process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    run, before = runner(), counts(lived_in)
    refused = run("demo", "reset", given="n\n", status=1)
    assert "Are you sure?" in refused.output
    assert refused.output.endswith("Nothing was changed.\n")
    assert process("demo", "reset", given="").returncode == 130
    with hold_alone(lived_in.data_dir):
        assert "is running on" in run("demo", "reset", "--yes", status=1).output
    with monkeypatch.context() as forbidding:
        forbidding.setenv("DEMO", "0")
        forbidden = run("demo", "reset", "--yes", status=1)
    assert forbidden.output == "Demo data cannot be reset in production or with DEMO=0.\n"
    assert counts(lived_in) == before
    assert process("demo", "reset", given="y\n").returncode == 0
    assert counts(lived_in)[Ticket.__tablename__] == 0


def test_a_real_city_is_never_deleted(small: Run) -> None:
    said = small("demo", "reset", "--yes", status=1)
    assert "This is no demo database: nothing was deleted." in said.output


def test_it_does_not_empty_a_database_that_others_work_in(lived_in: Settings, process: Process) -> None:
    from models.database import Database

    before, other = counts(lived_in), Database()
    other.connect(lived_in.database_url)
    try:
        with other.reading() as session:
            session.scalar(select(func.count()).select_from(User))
        refused = process("demo", "reset", "--yes")
        assert refused.returncode == 1
        assert "Other programs are connected" in refused.stderr
    finally:
        other.engine.dispose()
    assert counts(lived_in) == before


@pytest.mark.parametrize("lived_in", ["sqlite"], indirect=True)
def test_a_process_that_knew_the_former_city_does_not_know_the_new_one(lived_in: Settings, process: Process) -> None:
    def revision() -> int:
        database.connect(lived_in.database_url)
        with database.reading() as session:
            found = session.scalars(select(City.revision)).one()
        database.engine.dispose()
        return found

    before = revision()
    assert process("demo", "reset", "--yes").returncode == 0
    assert revision() > before
