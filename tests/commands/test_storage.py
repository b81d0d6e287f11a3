"""`whistle storage`: a restored house leaves files alone that are not its own, until it takes them over."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from config import Settings
from models import Act
from models.database import Database, database
from models.storage import open_storage
from tests.commands.conftest import NewHouse, Run, a_photo
from workflow.pictures import full_key
from workflow.whose_files import is_ours


def test_a_rehearsal_in_front_of_the_true_houses_files_removes_none_until_it_takes_them_over(
    db: Database, run: Run, environment: Path, tmp_path: Path, new_house: NewHouse, monkeypatch: pytest.MonkeyPatch
):
    a_photo()
    url = Settings.load().storage_url
    assert "this house's" in run("storage").stdout
    run("backup", str(tmp_path / "kept"))
    later = a_photo(2)
    new_house()
    monkeypatch.setenv("STORAGE_URL", url)
    assert "marked as another house's" in run("restore", str(tmp_path / "kept")).stdout
    database.connect(Settings.load().database_url)
    files = open_storage(url)
    assert files.exists(full_key(later))
    assert not is_ours(database, files)
    why = ("storage", "--adopt", "旧机器已停用")
    assert "marked as another house's" in run("storage", status=1).stdout
    assert "go together" in run(*why, status=2).stderr
    assert "is no admin" in run(*why, "--by", "carol", status=1).stderr
    assert not is_ours(database, files)
    assert "this house's now" in run(*why, "--by", "ada").stdout
    assert is_ours(database, files)
    with database.reading() as session:
        act = session.scalars(select(Act).order_by(Act.id.desc()).limit(1)).one()
        assert (act.action, act.words) == ("storage.adopt", {"reason": "旧机器已停用"})


def test_files_that_nobody_has_marked_yet_are_left_alone_too(
    db: Database, run: Run, tmp_path: Path, new_house: NewHouse, monkeypatch: pytest.MonkeyPatch
):
    """As those of a house that runs an older version."""
    a_photo()
    url = Settings.load().storage_url
    run("backup", str(tmp_path / "kept"))
    new_house()
    monkeypatch.setenv("STORAGE_URL", url)
    assert "marked as another house's" in run("restore", str(tmp_path / "kept")).stdout
    database.connect(Settings.load().database_url)
    assert not is_ours(database, open_storage(url))
