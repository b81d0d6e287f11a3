"""The schema's version: what the code expects, what a database has, and the way from one to the other."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from models.database import Database

ROOT = Path(__file__).resolve().parent.parent


def _config() -> Config:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    return config


def head() -> str:
    """The newest revision that this code knows."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise LookupError("there are no migrations")
    return revision


def known(revision: str) -> bool:
    """Whether this code knows a revision; a database of a newer version has one that it does not."""
    return any(each.revision == revision for each in ScriptDirectory.from_config(_config()).walk_revisions())


@cache
def earlier() -> frozenset[str]:
    """The revisions that came before the newest one."""
    return frozenset(each.revision for each in ScriptDirectory.from_config(_config()).walk_revisions()) - {head()}


def current(database: Database) -> str | None:
    """The revision of the database, or None where it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(database: Database, revision: str = "head") -> None:
    """Bring the database to `revision`, upwards."""
    with database.engine.execution_options(whistle_writes=True).connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def unmigrate(database: Database, revision: str) -> None:
    """Bring the database back to `revision` ("base" is empty)."""
    with database.engine.execution_options(whistle_writes=True).connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        connection.commit()
