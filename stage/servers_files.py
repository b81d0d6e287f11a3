"""What PostgreSQL's own files still hold of somebody, and the script that takes it out of them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import make_url, text

from config import ROOT
from models.database import Database
from stage.postgres import Postgres, find
from stage.traces import Marks

SCRUB = ROOT / "docs" / "scrub.sql"
WAL = "pg_wal"


class ServersFiles:
    """`in_data`, `in_wal` and `in_log` give `path: word` for every word that lies there."""

    def __init__(self, server: Postgres, database: Database, marks: Marks) -> None:
        self._data, self._database, self._marks = server.folder / "data", database, marks
        self._logs = [server.folder / name for name in ("log", "commands.log")]

    def in_data(self) -> Iterator[str]:
        """In tables, indexes, statistics and whatever else lies there."""
        files = sorted(path for path in self._data.rglob("*") if path.is_file())
        for place in self._within(path for path in files if WAL not in path.relative_to(self._data).parts):
            yield f"{self._table(place.partition(':')[0])} {place}"

    def in_wal(self) -> Iterator[str]:
        """In its log of writes."""
        return self._within(sorted(path for path in (self._data / WAL).rglob("*") if path.is_file()))

    def in_log(self) -> Iterator[str]:
        """In what it says of itself."""
        return self._within(self._logs)

    def _table(self, file: str) -> str:
        """Whose file it is; of one that has just been left nobody knows."""
        if not file.split(".")[0].isdigit():
            return ""
        asked = text("SELECT pg_filenode_relation(0, :file)::text")
        with self._database.reading() as session:
            return str(session.scalar(asked, {"file": int(file.split(".")[0])}))

    def _within(self, paths: Iterable[Path]) -> Iterator[str]:
        return (f"{path.name}: {word}" for path in paths for word in self._marks.within_file(path))


def count_values(database: Database) -> None:
    """As autovacuum does within a minute or a day: afterwards the commonest values of each column lie in the
    statistics, and all that was written lies in the files."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in ("ANALYZE", "CHECKPOINT"):
            connection.execute(text(statement))


def scrub(url: str) -> None:
    """Run docs/scrub.sql as it stands there. Raises CalledProcessError."""
    place = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    words = [str(find() / "psql"), "--quiet", "--no-psqlrc", "--file", str(SCRUB), place]
    subprocess.run(words, check=True, capture_output=True, text=True)
