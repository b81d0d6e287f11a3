"""An upload that nobody used goes with its files, a day after it could be used no longer; files without a row go after
a day."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select

from models import Answer, Outbox, Photo
from models.clock import now
from models.database import Database
from models.outbox import later
from models.storage import open_storage
from queues.run import run
from stage.cast import person, photo
from tests.draining import drain
from workflow import housekeeping
from workflow.pictures import full_key, thumb_key
from workflow.whose_files import be_called, is_ours, name_of


def test_files_go_after_their_rows(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("STORAGE_URL", (tmp_path / "files").as_uri())
    storage = open_storage((tmp_path / "files").as_uri())
    with db.writing() as session:
        photo(session, person(session, "alice"))
        key = session.scalars(select(Photo.storage_key)).one()
        storage.put(full_key(key), b"full")
        storage.put(thumb_key(key), b"thumb")
        later(session, "forget", "")
    assert "discard_picture" not in drain()
    assert storage.exists(full_key(key))
    with time_machine.travel(now() + timedelta(days=32)):
        with db.writing() as session:
            later(session, "forget", "")
        assert "discard_picture" in drain()
    assert list(storage.keys()) == []
    with db.reading() as session:
        assert session.scalars(select(Photo)).all() == []


@pytest.mark.parametrize(("answers", "uploads"), [(7, 0), (0, 7), (7, 7)])
def test_however_much_is_over_goes_within_the_day(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: int, uploads: int
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("STORAGE_URL", (tmp_path / "files").as_uri())
    monkeypatch.setattr(housekeeping, "BATCH", 3)
    with db.writing() as session:
        alice = person(session, "alice")
        for number in range(answers):
            about = {"request_hash": "0" * 64, "status": 201, "body": "{}", "created_at": now()}
            session.add(Answer(user_id=alice.id, key=f"k{number}", **about))
        for _ in range(uploads):
            photo(session, alice)
    ran = []
    with time_machine.travel(now() + timedelta(days=36), tick=False) as clock:
        with db.writing() as session:
            later(session, "forget", "")
        for _ in range(4):
            ran.append(drain().count("forget"))
            clock.shift(timedelta(seconds=11))
    assert ran == [1, 1, 1, 0]
    with db.reading() as session:
        assert [session.scalar(select(func.count()).select_from(each)) for each in (Answer, Photo)] == [0, 0]
        (next_time,) = session.scalars(select(Outbox.due).where(Outbox.topic == "forget", Outbox.done_at.is_(None)))
    assert next_time > now() + timedelta(days=36, hours=23)


def test_files_that_no_row_names_go_after_a_day(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("STORAGE_URL", (tmp_path / "files").as_uri())
    storage = open_storage((tmp_path / "files").as_uri())
    storage.put("others.jpg", b"there before us")

    def sweep(after: timedelta) -> list[str]:
        with time_machine.travel(now() + after):
            with db.writing() as session:
                later(session, "sweep_pictures", "")
            drain()
        return sorted(storage.keys())

    # An empty database in front of a full storage is a mistake, and no reason to empty it.
    assert sweep(timedelta(hours=25)) == ["others.jpg"]
    with db.writing() as session:
        photo(session, person(session, "alice"))
        key = session.scalars(select(Photo.storage_key)).one()
    for name in (full_key(key), thumb_key(key), full_key("killed"), thumb_key("killed"), full_key("half")):
        storage.put(name, b"picture")
    half = tmp_path / "files" / ".incoming" / "half"
    half.write_bytes(b"pic")
    assert len(sweep(timedelta(hours=23))) == 6
    assert half.exists(), "somebody may be writing it"
    os.utime(half, (time.time() - 86400,) * 2)
    assert sweep(timedelta(hours=25)) == sorted(["others.jpg", full_key(key), thumb_key(key)])
    assert not half.exists(), "whoever was killed while writing it comes back no more"


def test_from_another_houses_storage_nothing_is_removed(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a backup is brought up to rehearse, in front of the files that the true house goes on storing."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("STORAGE_URL", (tmp_path / "files").as_uri())
    storage = open_storage((tmp_path / "files").as_uri())
    with db.writing() as session:
        photo(session, person(session, "alice"))
        named = session.scalars(select(Photo.storage_key)).one()
    for key in (named, "later"):
        storage.put(full_key(key), b"picture")
        storage.put(thumb_key(key), b"picture")
    assert is_ours(db, storage)
    with db.writing() as session:
        be_called(session, None)
    kept = sorted(storage.keys())

    def work() -> list[str | None]:
        with time_machine.travel(now() + timedelta(days=2)):
            with db.writing() as session:
                asked = (("sweep_pictures", ""), ("discard_picture", named))
                numbers = [later(session, topic, ref) for topic, ref in asked]
            for number in numbers:
                run(number)
        with db.reading() as session:
            return [session.get_one(Outbox, number).last_error for number in numbers]

    assert work() == ["the storage is marked as another house's: see `bin/whistle storage`", None]
    assert sorted(storage.keys()) == kept
    storage.claim(name_of(db) or "")
    assert work() == [None, None]
    assert list(storage.keys()) == []


def test_a_storage_that_is_away_is_waited_for(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("STORAGE_URL", (tmp_path / "files").as_uri())
    (tmp_path / "files").touch()
    with db.writing() as session:
        number = later(session, "discard_picture", "a" * 40)
    run(number)
    with db.reading() as session:
        row = session.get_one(Outbox, number)
        assert (row.done_at, row.dead_at, row.last_error) == (None, None, "the storage is away")
