"""Where one trial runs: its database, its folder, its chance and its figures."""

from __future__ import annotations

import contextlib
import logging
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from config import ROOT
from stage.figures import Figures
from stage.postgres import Postgres

T = TypeVar("T")


class Stage:
    """`with stage(...) as it`: everything started through it is stopped, and its folder removed, at the end."""

    def __init__(
        self, database: str, *, long: bool, seed: int, folder: Path, figures: Figures, held: contextlib.ExitStack
    ) -> None:
        self.database = database
        """`sqlite` or `postgresql`."""
        self.long = long
        self.seed = seed
        self.folder = folder
        self.random = random.Random(seed)
        self.held = held
        """What to end with the stage: `stage.held.enter_context(…)`."""
        self.figures = figures
        self.figure = figures.figure
        self.say = figures.say
        self._postgres: Postgres | None = None
        self._files = 0

    def size(self, short: T, long: T) -> T:
        """The default size, or with --long the full one."""
        return long if self.long else short

    @property
    def postgres(self) -> Postgres:
        """A running PostgreSQL server, made when it is first asked for."""
        if self._postgres is None:
            self._postgres = Postgres(self.folder / "pg")
            self.held.callback(self._stop_postgres)
            self._postgres.start()
        return self._postgres

    def new_database(self) -> str:
        """The URL of an empty database of the kind this trial runs on."""
        if self.database == "postgresql":
            return self.postgres.create()
        self._files += 1
        return f"sqlite:///{self.folder}/whistle{self._files}.db"

    def copy_of(self, url: str) -> str:
        """The URL of a copy of a database that nobody uses; the copy that was made before is gone."""
        if self.database == "sqlite":
            path = self.folder / "copy.db"
            for old in self.folder.glob("copy.db*"):
                old.unlink()
            shutil.copyfile(make_url(url).database or "", path)
            return f"sqlite:///{path}"
        name = make_url(url).database
        engine = create_engine(url.replace(f"/{name}?", "/postgres?"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS copy WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE copy TEMPLATE {name}"))
        engine.dispose()
        return url.replace(f"/{name}?", "/copy?")

    def new_folder(self, name: str) -> Path:
        """A folder for the data of a house."""
        folder = self.folder / name
        folder.mkdir()
        return folder

    def _stop_postgres(self) -> None:
        assert self._postgres is not None
        if self._postgres.runs:
            self._postgres.stop("immediate")


@contextlib.contextmanager
def stage(database: str, *, long: bool, seed: int, write: Callable[[str], None]) -> Iterator[Stage]:
    """A stage in a temporary folder on a real disk: durability is part of what is tried."""
    with contextlib.ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="whistle-", ignore_cleanup_errors=True)))
        # PostgreSQL runs as somebody else where we are root.
        folder.chmod(0o711)
        held.enter_context(contextlib.chdir(ROOT))
        held.callback(structlog.configure, **structlog.get_config())
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        yield Stage(database, long=long, seed=seed, folder=folder, figures=Figures(write), held=held)
