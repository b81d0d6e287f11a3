"""`whistle demo reset`: the demo city as on its first day, however much was tried out in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial

import click
from sqlalchemy import make_url, select, text

from commands.house import connected
from commands.spoken import group, option, tell, told
from config import Settings
from models import City, Photo, migrations
from models.database import database
from models.storage import open_storage
from queues.preflight import hold_alone
from queues.prepare import load_demo
from workflow.bootstrap import prepare
from workflow.errors import Refused
from workflow.pictures import discard
from workflow.whose_files import be_called, is_ours, name_of

demo = group("demo")


@demo.command("reset", help=told("demo.reset"))
@option("--yes", key="demo.yes", is_flag=True)
def reset(yes: bool) -> int:
    """Empties the database, removes the pictures that it named, and loads the demo again."""
    with connected() as settings, hold_alone(settings.data_dir):
        keys = _hold_demo(settings)
        if not yes and not click.confirm(told("demo.sure", count=len(keys)), default=False):
            tell("demo.kept")
            return 1
        house = name_of(database)
        ours = is_ours(database, open_storage(settings.storage_url))
        _alone(settings)
        migrations.unmigrate(database, "base")
        # Files without rows harm nobody; rows without files would.
        _remove(settings, keys if ours else [])
        for sentence in prepare(settings, partial(load_demo, settings)).sentences:
            click.echo(sentence)
        with database.writing() as session:
            be_called(session, house)
    tell("demo.done")
    return 0


def _hold_demo(settings: Settings) -> list[str]:
    """The storage keys of its pictures. Raises Refused where this is no demo, or somebody works in it."""
    if settings.production or settings.demo is False:
        raise Refused("cli.demo.forbidden")
    with database.reading() as session:
        if not session.scalars(select(City.demo)).one():
            raise Refused("cli.demo.real")
        if session.get_bind().dialect.name == "postgresql" and session.scalar(text(OTHERS)):
            raise Refused("cli.demo.busy")
        return list(session.scalars(select(Photo.storage_key)))


def _alone(settings: Settings) -> None:
    """Raise Refused where another process has the embedded database open, which bin/serve need not have started."""
    place = make_url(settings.database_url)
    if place.get_backend_name() != "sqlite":
        return
    database.engine.dispose()
    with closing(sqlite3.connect(place.database or "", timeout=0)) as connection:
        try:
            # Only its last connection may take a database out of WAL; the next one of ours puts it back.
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            raise Refused("cli.demo.busy") from error


OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


def _remove(settings: Settings, keys: list[str]) -> None:
    storage = open_storage(settings.storage_url)
    for key in keys:
        discard(storage, key)
    # What was exported of the former history proves nothing of the new one.
    for digest in (settings.data_dir / "digests").glob("*"):
        digest.unlink()
