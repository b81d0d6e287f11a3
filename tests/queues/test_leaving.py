"""Whoever leaves is gone from rows and files; and a database's file is written anew within the day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select

from models import Outbox, Photo, User
from models.clock import now
from models.database import Database, database
from models.outbox import later
from models.storage import Storage, open_storage
from queues.run import run
from stage.cast import a_report, person, photo
from tests.draining import drain
from workflow import personal
from workflow.pictures import full_key, thumb_key

MARK = "只有这里写过的一句话"


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("SECRET_KEY", "s" * 40)
    return open_storage((tmp_path / "var" / "files").as_uri())


@pytest.fixture
def in_a_file(our_sqlite: str) -> Iterator[Database]:
    """The process's database, on SQLite."""
    database.connect(our_sqlite)
    yield database
    database.engine.dispose()


def decided(db: Database, storage: Storage) -> int:
    """Alice, who sent pictures and words, has decided to leave. Her number."""
    with db.writing() as session:
        alice = person(session, "alice")
        a_report(session, description=MARK * 50, photos=[photo(session, alice), photo(session, alice)])
        for key in session.scalars(select(Photo.storage_key)):
            storage.put(full_key(key), b"full")
            storage.put(thumb_key(key), b"thumb")
        personal.ask(session, alice, actor=alice, let_go=True)
        return alice.id


def test_rows_go_first_and_then_the_files(db: Database, storage: Storage) -> None:
    decided(db, storage)
    assert drain().count("discard_picture") == 2
    assert list(storage.keys()) == []
    with time_machine.travel(now() + timedelta(hours=2)):
        assert drain() == ["erase_person"]
    with time_machine.travel(now() + timedelta(hours=4)):
        assert drain() == [], "a second look, and no third"


def test_a_run_that_comes_to_nothing_is_repeated_whole(
    db: Database, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = decided(db, storage)
    with db.reading() as session:
        row = session.scalars(select(Outbox.id).where(Outbox.topic == "erase_person")).one()
    # A wrong key is known when the telephone number is opened, in the middle of it.
    with db.writing() as session:
        session.get_one(User, number).phone_encrypted = b"\xff"
    monkeypatch.setenv("SECRET_KEY", "short")
    monkeypatch.setenv("WHISTLE_ENV", "production")
    run(row)
    with db.reading() as session:
        assert session.get_one(User, number).username == "alice"
        assert session.get_one(Outbox, row).runs == 1
    monkeypatch.setenv("SECRET_KEY", "s" * 40)
    monkeypatch.delenv("WHISTLE_ENV")
    assert "erase_person" in drain()
    with db.reading() as session:
        assert session.get_one(User, number).username is None


def test_nothing_is_left_in_the_databases_file(in_a_file: Database, tmp_path: Path, storage: Storage) -> None:
    decided(in_a_file, storage)
    raw = [path for path in tmp_path.glob("whistle.db*") if MARK.encode() in path.read_bytes()]
    assert raw, "what was written lies in the file or in the log before it"
    drain()
    with in_a_file.writing() as session:
        later(session, "scrub", "")
    assert "scrub" in drain()
    assert [path for path in tmp_path.glob("whistle.db*") if MARK.encode() in path.read_bytes()] == []


def test_where_nobody_left_nothing_is_written_anew(in_a_file: Database, tmp_path: Path, storage: Storage) -> None:
    with in_a_file.writing() as session:
        a_report(session, description=MARK)
        later(session, "scrub", "")
    drain()
    wal = tmp_path / "whistle.db-wal"
    assert wal.stat().st_size > 0
    with in_a_file.reading() as session:
        waits = session.scalars(select(Outbox).where(Outbox.topic == "scrub", Outbox.done_at.is_(None))).one()
        assert now() < waits.due <= now() + timedelta(days=1)
        assert waits.due.astimezone(ZoneInfo("Asia/Shanghai")).time() == time(3)
