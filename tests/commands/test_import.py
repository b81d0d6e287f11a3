"""`whistle import reports`: real tables of real programs, brought in once, whatever happens."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from models import Category, Outbox, Photo, Ticket, User
from models.database import Database, database
from models.storage import FileStorage
from tests import cast
from tests.commands.conftest import Run
from tests.draining import drain
from workflow.importing import Import, Table

COLUMNS = ["text", "latitude", "longitude", "datum", "category", "taken_at", "photo", "reporter"]
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes rows, as dicts, into a CSV file beside `a.jpg`, a real photo."""
    Image.new("RGB", (640, 480), "red").save(tmp_path / "a.jpg")

    def table(*rows: dict[str, Any], encoding: str = "utf-8", separator: str = ",", columns: Any = COLUMNS) -> Path:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, columns, delimiter=separator)
        writer.writeheader()
        for row in rows:
            writer.writerow({"latitude": "31.305", "longitude": "120.655", "reporter": "alice"} | row)
        (tmp_path / "reports.csv").write_bytes(text.getvalue().encode(encoding))
        return tmp_path / "reports.csv"

    return table


def tickets() -> list[Ticket]:
    with database.reading() as session:
        return list(session.scalars(select(Ticket).order_by(Ticket.id)))


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


def test_a_refused_row_says_every_reason_and_the_others_come_in(small: Run, write: Write) -> None:
    file = write(
        {"text": "好的一行"},
        {
            "text": "", "latitude": "91", "longitude": "", "datum": "mars", "category": "6010",
            "taken_at": "2999-01-01", "photo": "../a.jpg", "reporter": "no body",
        },
        {"text": "无名氏", "reporter": ""},
        {"text": "又一行好的"},
    )  # fmt: skip
    said = small("import", "reports", str(file), status=1).stdout.splitlines()
    assert said[0].startswith("line 3 was refused: ")
    reasons = dict(
        part.split(": ", 1) for part in said[0].removeprefix("line 3 was refused: ").split("; ") if ": " in part
    )
    assert set(reasons) == {"datum", "latitude", "longitude", "category", "taken_at", "photo", "reporter"}
    assert "06010" in reasons["category"]
    assert said[1].startswith("line 4 was refused: reporter: This is missing")
    assert said[2] == "2 opened, 0 there already, 0 the same as another row, 2 refused."
    assert len(tickets()) == 2


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"text": ""}, "text: Give a category or a description"),
        ({"text": "长" * 2001}, "text: At most 2000 characters"),
        ({"text": "a\x00b"}, "text: This contains characters"),
        ({"text": "x", "latitude": "1e1"}, "latitude: “1e1” is not a number"),
        ({"text": "x", "latitude": "nan"}, "latitude: “nan” is not a number"),
        ({"text": "x", "latitude": "３１．３", "longitude": "180.1"}, "longitude: “180.1” is not"),
        ({"text": "x", "category": "99999"}, "category: There is no category 99999"),
        ({"text": "x", "category": "01001"}, "photo: "),
        ({"text": "x", "taken_at": "yesterday"}, "taken_at: “yesterday” is not a time"),
        ({"text": "x", "taken_at": "2026-02-30"}, "taken_at: “2026-02-30” is not a time"),
        ({"text": "x", "photo": "/etc/passwd"}, "is not in the folder"),
        ({"text": "x", "photo": "b.jpg"}, "photo: There is no photo “b.jpg”"),
        ({"text": "x", "photo": "reports.csv"}, "photo: “reports.csv” is not a photo"),
        ({"text": "x", "photo": "."}, "photo: “.” is not a regular file"),
        ({"text": "x", "photo": "long" * 100}, "photo: There is no photo “long"),
        ({"text": "x", "reporter": "sam"}, "reporter: “sam” cannot report"),
        ({"text": "x", "reporter": "12345"}, "reporter: “12345” is neither"),
    ],
)
def test_what_can_be_wrong_with_a_row(small: Run, write: Write, row: dict[str, str], said: str) -> None:
    if row.get("category") == "01001":
        with database.reading() as session:
            row = row | {"category": needing_a_photo(session)}
    first = small("import", "reports", str(write(row)), status=1).stdout.splitlines()[0]
    assert first.startswith("line 2 was refused: ")
    assert said in first
    assert tickets() == []


def needing_a_photo(session: Any) -> str:
    return str(session.scalars(select(Category.code).where(Category.photo_required)).first())


def test_a_link_out_of_the_folder_is_not_followed(small: Run, write: Write, tmp_path: Path) -> None:
    file = write({"text": "x", "photo": "link.jpg"})
    (tmp_path / "link.jpg").symlink_to(Path(__file__))
    assert "is not in the folder" in small("import", "reports", str(file), status=1).stdout


def test_only_regular_files_are_photos(small: Run, write: Write, tmp_path: Path) -> None:
    """A pipe would be waited for, a device read without end."""
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    file = write({"text": "x", "photo": "pipe.jpg"}, {"text": "x", "photo": "loop.jpg"})
    said = small("import", "reports", str(file), status=1).stdout.splitlines()
    assert said[0] == "line 2 was refused: photo: “pipe.jpg” is not a regular file"
    assert said[1].startswith("line 3 was refused: photo: There is no photo “loop.jpg”")


def test_a_row_is_only_the_same_as_one_that_was_taken(small: Run, write: Write) -> None:
    """Two rows with different mistakes have nothing in common, and neither stands in the way of a good one."""
    placed = {"text": "同一处", "photo": "a.jpg"}
    file = write(
        placed | {"latitude": "north", "longitude": "east"},
        placed | {"latitude": "95", "longitude": "east"},
        {"text": "何时", "taken_at": "yesterday"},
        {"text": "何时"},
        {"text": "何时", "taken_at": "tomorrow"},
        {"text": "没有照片", "photo": "none.jpg"},
        {"text": "没有照片", "photo": "none.jpg"},
        {"text": "何时"},
    )
    said = small("import", "reports", str(file), status=1).stdout.splitlines()
    assert [line.split(" was refused: ")[0] for line in said[:6]] == [f"line {line}" for line in (2, 3, 4, 6, 7, 8)]
    assert all(reason in said[1] for reason in ("latitude: “95”", "longitude: “east”"))
    assert said[6] == "line 9: is the same as line 5; they count as one."
    assert said[7] == "1 opened, 0 there already, 1 the same as another row, 6 refused."


def test_a_row_taken_before_is_known_whatever_has_become_of_it(small: Run, write: Write) -> None:
    file = write({"text": "x", "category": cast.RUBBISH, "photo": "a.jpg"})
    small("import", "reports", str(file))
    with database.writing() as session:
        session.scalars(select(Category).where(Category.code == cast.RUBBISH)).one().active = False
    said = small("import", "reports", str(file)).stdout
    assert said == "0 opened, 1 there already, 0 the same as another row, 0 refused.\n"


def test_cells_cannot_speak_to_the_terminal(small: Run, write: Write) -> None:
    file = write(
        {"text": "x", "latitude": "\x1b[2J\x07", "category": "\x9b1A\u202e", "photo": "\x1b]0;owned\x07.jpg",
         "reporter": "bob\nline 9 was taken"},
    )  # fmt: skip
    said = small("import", "reports", str(file), status=1).stdout
    assert said.count("\n") == 2
    assert all(letter.isprintable() for letter in said.replace("\n", ""))
    assert "latitude: “\\x1b[2J\\x07” is not a number" in said
    assert "bob\\nline 9" in said


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


def test_lines_are_counted_as_an_editor_does(small: Run, tmp_path: Path) -> None:
    file = tmp_path / "lines.csv"
    rows = ["TEXT, Latitude ,longitude,reporter", '"一\n二\n三",31.3,120.6,alice', "", "短,31.3,120.6", "x,0,0,nobody"]
    file.write_text("\n".join(rows), encoding="utf-8")
    said = small("import", "reports", str(file), status=1).stdout.splitlines()
    assert said[0] == "line 6 was refused: The number of cells is not that of the columns (4)"
    assert said[1].startswith("line 7 was refused: reporter")
    assert said[2].startswith("1 opened")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b"\n\n", "The file is empty"),
        (b"text,latitude\n", "Columns are missing: longitude, reporter."),
        (b"latitude,longitude,reporter\n", "Columns are missing: text/category."),
        (b"text,latitude,longitude,reporter,colour\n", "There are unknown columns: colour."),
        (b"text,latitude,longitude,reporter,\x1b[2J\n", "There are unknown columns: \\x1b[2j."),
        (b"text,latitude,longitude,reporter" + b",a" * 200_000, "names 200004 columns; there can be at most 100"),
        (b"text,text,latitude,longitude,reporter\n", "Columns stand there twice: text."),
        (b'text,latitude,longitude,reporter\n"x,1,2,alice\n', "From line 2 on this is not whole CSV"),
        (b"text,latitude,longitude,reporter\n\xff\xff\xff,1,2,alice\n", "is neither UTF-8 nor GBK"),
        (b"\xef\xbb\xbftext,latitude,longitude,reporter\n\xff,1,2,alice\n", "is neither UTF-8 nor GBK"),
    ],
)
def test_a_file_that_is_no_table_is_refused_whole(small: Run, tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "broken.csv"
    file.write_bytes(content)
    assert said in small("import", "reports", str(file), status=1).stderr
    assert tickets() == []


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
