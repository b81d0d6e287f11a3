"""What `whistle import reports` does not take: every row's reasons are said, and the others come in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models import Category
from models.database import database
from tests.commands.conftest import Run, Write, tickets


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
