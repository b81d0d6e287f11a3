"""Commands run as they are, in this process, on a database of the test's own; a few as processes of their own."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from PIL import Image
from sqlalchemy import delete, make_url, select
from structlog.testing import capture_logs

from commands.app import whistle
from config import Settings
from models import Photo, Ticket
from models.database import Database, database
from models.storage import open_storage
from stage import cast
from stage.photos import patchwork
from tests.conftest import ROOT, PostgresServer
from workflow.photos import inspect_and_render
from workflow.pictures import keep, stored

Run = Callable[..., Result]
Process = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[..., Path]
NewHouse = Callable[[], Path]
COLUMNS = ["text", "latitude", "longitude", "datum", "category", "taken_at", "photo", "reporter"]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """DATA_DIR of this test's own; the language is English, so that the words below can be read."""
    for name in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "CITY", "DEMO", "WHISTLE_ENV", "BASE_URL", "TIMEZONE"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "var"
    for name, value in {"DATA_DIR": str(folder), "SECRET_KEY": "s" * 40, "LOCALE": "en"}.items():
        monkeypatch.setenv(name, value)
    return folder


def runner() -> Run:
    """Runs a command in this process: `run("user", "list")`."""

    def run(*words: str, status: int = 0, given: str | None = None) -> Result:
        with capture_logs():
            result = CliRunner().invoke(whistle, list(words), input=given)
        assert result.exit_code == status, (result.exit_code, result.output, result.exception)
        assert "Traceback" not in result.output
        return result

    return run


@pytest.fixture
def run(db: Database, city_url: str, environment: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Commands on a city with the cast, on both databases."""
    monkeypatch.setenv("DATABASE_URL", city_url)
    return runner()


@pytest.fixture
def small(sqlite_template: Path, environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """The same on SQLite alone, for what the database has no part in."""
    file = tmp_path / "whistle.db"
    shutil.copyfile(sqlite_template, file)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")
    database.connect(f"sqlite:///{file}")
    yield runner()
    database.engine.dispose()


@pytest.fixture
def bare(environment: Path) -> Run:
    """Commands where nothing has been loaded yet."""
    return runner()


@pytest.fixture
def process() -> Process:
    """Runs bin/whistle as a shell does, in the test's environment."""

    def start(*words: str, given: str | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [ROOT / "bin" / "whistle", *words], input=given, capture_output=True, text=True, timeout=60,
            env={**os.environ, **environ}, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stdout + done.stderr
        return done

    return start


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
    """All that there are, in order."""
    with database.reading() as session:
        return list(session.scalars(select(Ticket).order_by(Ticket.id)))


@pytest.fixture
def new_house(
    request: pytest.FixtureRequest, city_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[NewHouse]:
    """Moves the settings to another DATA_DIR, with an empty database of the same kind."""
    made: list[str] = []

    def move() -> Path:
        folder = tmp_path / "other"
        if make_url(city_url).get_backend_name() == "sqlite":
            url = f"sqlite:///{folder}/whistle.db"
        else:
            server: PostgresServer = request.getfixturevalue("postgres")
            made.append(url := server.create())
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("DATA_DIR", str(folder))
        return folder

    yield move
    database.engine.dispose()
    for url in made:
        request.getfixturevalue("postgres").drop(url)


def a_photo(number: int = 1) -> str:
    """A ticket with a photo; the photo's storage key."""
    rendered = inspect_and_render(patchwork(number), "a.jpg", tz=ZoneInfo("Asia/Shanghai"))
    with stored(open_storage(Settings.load().storage_url), [rendered]) as keys, database.writing() as session:
        ticket = cast.a_ticket(session, "rewarded")
        # The cast's own photos are rows without files.
        session.execute(delete(Photo).where(Photo.storage_key.startswith("key")))
        keep(session, cast.person(session, "alice"), [rendered], keys, ticket_id=ticket.id)
    return keys[0]
