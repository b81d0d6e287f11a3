"""The two databases as something to take a copy of while it is used, and to fill from such a copy."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, Engine, create_engine, inspect, make_url, text

from models.database import database
from workflow.audit import snapshot
from workflow.errors import Refused

KEYS = "SELECT storage_key FROM attachments"
PLACES = (
    "usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "usr/local/pgsql/bin", "opt/homebrew/opt/postgresql*/bin",
    "opt/homebrew/opt/libpq/bin",
)  # fmt: skip


class Keeper(Protocol):
    """What a backup asks of a database; the process's own is connected."""

    kind: str
    file: str
    """What its copy is called."""

    def copy(self, folder: Path) -> Iterable[str]:
        """Write one moment of it to `folder`; the storage keys that it names then. Raises Refused."""

    def is_empty(self) -> bool:
        """Whether nothing was ever stored in it."""

    def fill(self, folder: Path) -> None:
        """All of the copy in `folder`, or nothing; the house's name (`workflow.whose_files`) is not. Raises Refused."""


def keeper(url: str) -> Keeper:
    """The one for the database at this address."""
    place = make_url(url)
    return Sqlite(place) if place.get_backend_name() == "sqlite" else Postgres(place)


class Sqlite:
    """A file."""

    kind, file = "sqlite", "database.sqlite3"

    def __init__(self, place: URL) -> None:
        self.path = Path(place.database or "")

    def copy(self, folder: Path) -> Iterable[str]:
        # With VACUUM INTO as a reader among others, writers go on; the online backup begins anew with each write.
        with _said():
            with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
                connection.execute("VACUUM INTO ?", (str(folder / self.file),))
            with closing(sqlite3.connect(folder / self.file)) as connection:
                return [key for (key,) in connection.execute(KEYS)]

    def is_empty(self) -> bool:
        return not self.path.exists() or not inspect(database.engine).get_table_names()

    def fill(self, folder: Path) -> None:
        database.engine.dispose()
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self.path.with_name(f"{self.path.name}.restored")
        try:
            shutil.copyfile(folder / self.file, fresh)
            fresh.chmod(0o600)
            _unname(create_engine(f"sqlite:///{fresh}"))
            with fresh.open("rb") as file:
                os.fsync(file.fileno())
            for rest in ("-wal", "-shm"):
                self.path.with_name(self.path.name + rest).unlink(missing_ok=True)
            fresh.replace(self.path)
        finally:
            fresh.unlink(missing_ok=True)


class Postgres:
    """A database of a server, with the server's own programs for copies."""

    kind, file = "postgresql", "database.dump"

    def __init__(self, place: URL) -> None:
        self.place = place

    def copy(self, folder: Path) -> Iterable[str]:
        with snapshot(database) as connection:
            moment = connection.scalar(text("SELECT pg_export_snapshot()"))
            program = _program("pg_dump", self._server())
            words = ("--format=custom", f"--snapshot={moment}", f"--file={folder / self.file}")
            self._run("cli.backup.database", program, *words)
            return list(connection.scalars(text(KEYS)))

    def is_empty(self) -> bool:
        return not inspect(database.engine).get_table_names()

    def fill(self, folder: Path) -> None:
        program = _program("pg_restore", self._server())
        words = ("--single-transaction", "--exit-on-error", str(folder / self.file))
        self._run("cli.restore.failed", program, *words)
        _unname(database.engine)

    def _server(self) -> int:
        with database.engine.connect() as connection:
            return int(connection.scalar(text("SHOW server_version_num")) or 0) // 10000

    def _run(self, key: str, program: str, *words: str) -> None:
        # The password in the environment: anybody may read a command line.
        secret = {"PGPASSWORD": str(self.place.password)} if self.place.password is not None else {}
        address = self.place.set(drivername="postgresql")._replace(password=None)
        command = [program, "--no-owner", "--no-privileges", f"--dbname={address.render_as_string()}", *words]
        done = subprocess.run(  # noqa: S603
            command, env={**os.environ, **secret}, capture_output=True, text=True, errors="replace", check=False
        )
        if done.returncode:
            raise Refused(key, why=next(iter(done.stderr.strip().splitlines()), f"{program}: {done.returncode}"))


def _unname(engine: Engine) -> None:
    """Backups of older versions have none."""
    if any(column["name"] == "house" for column in inspect(engine).get_columns("cities")):
        with engine.begin() as connection:
            connection.execute(text("UPDATE cities SET house = NULL"))
    engine.dispose()


def _program(name: str, wanted: int) -> str:
    """The oldest one that the server's version allows: a newer one writes what an older server does not know."""
    places = [str(found) for place in PLACES for found in Path("/").glob(f"{place}/{name}")]
    found = sorted((_version(each), each) for each in [*places, *filter(None, [shutil.which(name)])])
    if not found:
        raise Refused("cli.backup.no_tool", name=name)
    for version, each in found:
        if version >= wanted:
            return each
    raise Refused("cli.backup.old_tool", name=name, found=found[-1][0], wanted=wanted)


def _version(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    number = re.search(r"\) (\d+)", said)
    return int(number[1]) if number else 0


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise Refused("cli.backup.database", why=str(error)) from error
