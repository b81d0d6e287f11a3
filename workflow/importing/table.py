"""A CSV file as people's programs write it: any of their encodings and separators, columns in any order."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workflow.errors import Refused
from workflow.strangers import visible

COLUMNS = ("text", "latitude", "longitude", "datum", "category", "taken_at", "photo", "reporter")
MOST_COLUMNS = 100
NEEDED = ("latitude", "longitude", "reporter")
SEPARATORS = ",;\t"
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
GUESSES = ("utf-8", "gb18030")
"""What has no mark: a text in GBK is hardly ever valid UTF-8."""


@dataclass(frozen=True)
class Row:
    """A row of the file: the line it begins on, from 1, and its cells by column; None where their number is wrong."""

    line: int
    cells: dict[str, str] | None


@dataclass(frozen=True)
class Table:
    """A file that can be read to its end: `count` rows under `columns`."""

    path: Path
    encoding: str
    separator: str
    columns: tuple[str, ...]
    count: int

    @classmethod
    def open(cls, path: Path, *, reporter_known: bool = False) -> Table:
        """Read it once from end to end. Raises Refused for a file that cannot be read whole, or lacks a column;
        `reporter_known` where the column `reporter` may be missing."""
        encoding = _encoding(path)
        with path.open(encoding=encoding, newline="") as file:
            first = file.readline()
        separator = max(SEPARATORS, key=first.count)
        rows = _rows(path, encoding, separator)
        _, header = next(rows, (1, []))
        columns = tuple(name.strip().lower() for name in header)
        _hold(columns, reporter_known)
        return cls(path, encoding, separator, columns, sum(1 for _ in rows))

    def rows(self) -> Iterator[Row]:
        """The rows in their order; empty lines are none."""
        rows = _rows(self.path, self.encoding, self.separator)
        next(rows, None)
        for line, cells in rows:
            whole = len(cells) == len(self.columns)
            yield Row(line, dict(zip(self.columns, cells, strict=True)) if whole else None)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
    marked = next((name for mark, name in MARKS.items() if start.startswith(mark)), None)
    for encoding in (marked,) if marked else GUESSES:
        try:
            with path.open(encoding=encoding, newline="") as file:
                while file.read(1 << 16):
                    pass
            return encoding
        except UnicodeError:
            continue
    raise Refused("import.encoding", file=path.name)


def _rows(path: Path, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of each row that is not empty. Raises Refused where the quotes never end."""
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=separator, strict=True)
        line = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise Refused("import.not_csv", line=line, why=str(error)) from error


def _hold(columns: tuple[str, ...], reporter_known: bool) -> None:
    if not columns:
        raise Refused("import.empty")
    if len(columns) > MOST_COLUMNS:
        raise Refused("import.columns_many", count=len(columns), most=MOST_COLUMNS)
    needed = [name for name in NEEDED if not (name == "reporter" and reporter_known)]
    missing = [name for name in needed if name not in columns]
    if not {"text", "category"} & set(columns):
        missing.append("text/category")
    unknown = [name for name in columns if name not in COLUMNS]
    double = sorted({name for name in columns if columns.count(name) > 1})
    for key, names in (("missing", missing), ("unknown", unknown), ("double", double)):
        if names:
            raise Refused(f"import.columns_{key}", names=visible(", ".join(names)), known=", ".join(COLUMNS))
