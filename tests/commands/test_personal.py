"""Taking along and erasing from the command line."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from models import Act, Photo, User
from models.database import database
from stage.cast import a_report, a_ticket, person, photo
from tests.commands.conftest import Run
from tests.draining import drain
from workflow.personal.holdings import NAMELESS
from workflow.pictures import full_key


@pytest.fixture
def alice(run: Run) -> int:
    """Her number; she has written a report."""
    with database.writing() as session:
        a_report(session, description="我写的话")
        return person(session, "alice").id


def test_a_person_is_handed_everything(run: Run, alice: int, tmp_path: Path) -> None:
    file = tmp_path / "alice.zip"
    assert "Hand it to nobody" in run("export", "alice", str(file)).output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with ZipFile(file) as archive:
        assert [each["description"] for each in json.loads(archive.read("tickets.json"))] == ["我写的话"]
    with database.reading() as session:
        act = session.scalars(select(Act)).one()
        assert (act.action, act.subject, act.actor_id, act.details) == ("user.export", str(alice), None, {})
    run("export", f"#{alice}", str(tmp_path / "again.zip"))


def test_no_file_is_written_over_and_none_for_nobody(run: Run, alice: int, tmp_path: Path) -> None:
    file = tmp_path / "kept"
    file.write_text("something else")
    run("export", "alice", str(file), status=1)
    assert file.read_text() == "something else"
    for who in ("nobody.here", "#999999", "#x", "#", f"#{2**70}"):
        run("export", who, str(tmp_path / "none"), status=1)
    assert not (tmp_path / "none").exists()


def test_half_an_archive_does_not_stay_in_the_way(run: Run, alice: int, tmp_path: Path, environment: Path) -> None:
    with database.writing() as session:
        a_report(session, photos=[photo(session, person(session, "alice"))])
        (key,) = session.scalars(select(Photo.storage_key))
    broken = environment / "files" / key[:2] / full_key(key)
    broken.mkdir(parents=True)  # a file that cannot be read, as on a failing disk
    file = tmp_path / "alice.zip"
    run("export", "alice", str(file), status=1)
    assert not file.exists()
    broken.rmdir()
    run("export", "alice", str(file))
    with ZipFile(file) as archive:
        assert archive.testzip() is None


def test_a_person_is_erased_once_their_name_is_typed(run: Run, alice: int) -> None:
    assert "not the name" in run("erase", "alice", given="Bob\n", status=1).output
    assert "1 reports" in run("erase", "alice", "--let-go", given="Alice\n").output
    assert "erase_person" in drain()
    with database.reading() as session:
        assert session.get_one(User, alice).name == NAMELESS
    run("erase", "alice", "--name", "Alice", status=1)
    assert "left already" in run("erase", f"#{alice}").output


def test_what_is_open_is_let_go_on_purpose(run: Run) -> None:
    with database.writing() as session:
        a_ticket(session, "in_progress")
    assert "let_go" in run("erase", "alice", "--name", "Alice", status=1).output
    run("erase", "carol", "--name", "Carol", "--let-go", status=1)
    with database.reading() as session:
        assert session.scalars(select(Act)).all() == []
    run("erase", "alice", "--name", "Alice", "--let-go")
