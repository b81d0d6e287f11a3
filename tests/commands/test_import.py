"""`whistle import reports`: real tables of real programs, brought in once, whatever happens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from models import Category, Outbox, Photo, Ticket, User
from models.database import Database, database
from models.storage import FileStorage
from stage import cast
from tests.commands.conftest import COLUMNS, Run, Write, tickets
from tests.draining import drain
from workflow.importing import Import, Table


def count(model: type[Any], **about: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model).filter_by(**about)) or 0


def asked() -> tuple[int, int]:
    """How many reports are to be routed, and how many of their clocks watched."""
    return count(Outbox, topic="route_report"), count(Outbox, topic="watch_clock")


def test_reports_come_in_and_are_routed_like_any_other(db: Database, run: Run, write: Write, environment: Path) -> None:
    file = write(
        {"text": "路口有一堆垃圾", "category": cast.RUBBISH, "taken_at": "2026/11/20 8:05", "photo": "a.jpg"},
        {"text": "窨井盖不见了", "reporter": "138 0013 8000", "datum": "GCJ-02"},
    )
    said = run("import", "reports", str(file)).stdout
    assert said == "2 opened, 0 there already, 0 the same as another row, 0 refused.\n"
    first, second = tickets()
    assert (first.description, first.state, first.version) == ("路口有一堆垃圾", "submitted", 1)
    assert first.taken_at is not None
    assert first.taken_at.isoformat() == "2026-11-20T00:05:00+00:00"
    assert (first.datum, first.latitude) == ("wgs84", 31.305)
    assert second.datum == "gcj02"
    assert abs(second.latitude - 31.305) > 0.001
    with db.reading() as session:
        rider = session.get_one(User, second.reporter_id)
        assert (rider.username, rider.phone_tail) == (None, "8000")
        photo = session.scalars(select(Photo)).one()
        assert (photo.ticket_id, photo.kind, photo.uploader_id) == (first.id, "before", first.reporter_id)
    assert len(list(FileStorage(environment / "files").keys())) == 2
    assert set(drain()) >= {"route_report"}
    assert all(each.routed_at for each in tickets())
    run("audit")


def test_again_it_brings_in_nothing_twice(db: Database, run: Run, write: Write, environment: Path) -> None:
    rows = [
        {"text": "路口有一堆垃圾", "photo": "a.jpg"},
        {"text": "窨井盖不见了", "reporter": "13800138000"},
        {"text": "路口有一堆垃圾", "photo": "a.jpg", "datum": "WGS84", "latitude": "31.3050"},
    ]
    said = run("import", "reports", str(write(*rows))).stdout.splitlines()
    assert said == [
        "line 4: is the same as line 2; they count as one.",
        "2 opened, 0 there already, 1 the same as another row, 0 refused.",
    ]
    before = [each.public_id for each in tickets()], count(Photo), asked(), count(User)
    file = write(*rows, {"text": "新的一条"}, encoding="gb18030")
    said = run("import", "reports", str(file)).stdout.splitlines()
    assert said[-1] == "1 opened, 2 there already, 1 the same as another row, 0 refused."
    assert [each.public_id for each in tickets()][:2] == before[0]
    assert (count(Photo), count(User)) == (before[1], before[3])
    assert asked() == (before[2][0] + 1, before[2][1] + 1)
    (environment.parent / "a.jpg").unlink()
    assert run("import", "reports", str(file)).stdout.splitlines()[-1].startswith("0 opened, 3 there already")


def test_two_at_once_open_each_row_once(db: Database, run: Run, write: Write, environment: Path) -> None:
    """Another run of the same file brings the row in between our look and our writing."""
    file = write({"text": "同时导入", "photo": "a.jpg"})

    class Slow(Import):
        def _render(self, *how: Any) -> Any:
            run("import", "reports", str(file))
            return super()._render(*how)

    (outcome,) = Slow(database, FileStorage(environment / "files"), "s" * 40).run(Table.open(file))
    assert (outcome.result, outcome.number) == ("known", "SIP-26-000001")
    assert (len(tickets()), count(Photo)) == (1, 1)
    assert len(list(FileStorage(environment / "files").keys())) == 2


def test_a_row_taken_before_is_known_whatever_has_become_of_it(small: Run, write: Write) -> None:
    file = write({"text": "x", "category": cast.RUBBISH, "photo": "a.jpg"})
    small("import", "reports", str(file))
    with database.writing() as session:
        session.scalars(select(Category).where(Category.code == cast.RUBBISH)).one().active = False
    said = small("import", "reports", str(file)).stdout
    assert said == "0 opened, 1 there already, 0 the same as another row, 0 refused.\n"


def test_a_photo_may_say_where_it_was_taken(small: Run, write: Write, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[34853] = {1: "N", 2: (31.0, 18.0, 18.0), 3: "E", 4: (120.0, 39.0, 18.0)}
    Image.new("RGB", (640, 480), "blue").save(tmp_path / "placed.jpg", exif=exif)
    small("import", "reports", str(write({"text": "x", "photo": "placed.jpg", "latitude": "", "longitude": ""})))
    (ticket,) = tickets()
    assert (round(ticket.latitude, 3), round(ticket.longitude, 3)) == (31.305, 120.655)
    said = small(
        "import", "reports", str(write({"text": "y", "photo": "a.jpg", "latitude": "", "longitude": ""})), status=1
    )
    assert "A place is needed" in said.stdout


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_any_program_may_have_written_the_file(small: Run, write: Write, encoding: str, separator: str) -> None:
    rows = [{"text": '他说，“就在这儿”；"快来"\n第二行'}, {"text": "第二件"}]
    file = write(*rows, encoding=encoding, separator=separator, columns=list(reversed(COLUMNS)))
    small("import", "reports", str(file))
    assert [each.description for each in tickets()] == [row["text"] for row in rows]


def test_a_clerk_may_enter_what_others_reported(db: Database, run: Run, write: Write) -> None:
    file = write(
        {"text": "电话里说的", "reporter": "13800138000", "photo": "a.jpg"}, {"text": "没写谁", "reporter": ""}
    )
    run("import", "reports", str(file), "--by", "carol", "--reporter", "bob")
    with db.reading() as session:
        first, second = session.scalars(select(Ticket).order_by(Ticket.id))
        carol, bob = cast.person(session, "carol"), cast.person(session, "bob")
        assert (first.entered_by_id, second.entered_by_id, second.reporter_id) == (carol.id, carol.id, bob.id)
        assert session.scalars(select(Photo)).one().uploader_id == carol.id
    assert "“alice” is no clerk" in run("import", "reports", str(file), "--by", "alice", status=1).stderr
    assert "Nobody has the username" in run("import", "reports", str(file), "--reporter", "nil", status=1).stderr


def test_nothing_stays_of_a_row_that_could_not_be_written(small: Run, write: Write, environment: Path) -> None:
    """The picture is stored before the row is; it goes with it."""
    storage = FileStorage(environment / "files")

    class Broken(Import):
        def _open(self, *how: Any) -> str:
            super()._open(*how)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(Broken(database, storage, "s" * 40).run(Table.open(write({"text": "x", "photo": "a.jpg"}))))
    assert (tickets(), count(Photo), list(storage.keys())) == ([], 0, [])
