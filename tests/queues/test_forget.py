"""An upload that nobody used goes with its files, a day after it could be used no longer; files without a row go after
a day."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select

from models import Photo
from models.clock import now
from models.database import Database
from models.outbox import later
from models.storage import open_storage
from stage.cast import person, photo
from tests.draining import drain
from workflow.pictures import full_key, thumb_key


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
    assert len(sweep(timedelta(hours=23))) == 6
    assert sweep(timedelta(hours=25)) == sorted(["others.jpg", full_key(key), thumb_key(key)])
