"""`python -m queues.prepare`: what bin/serve does before it starts the parts, for where these run in containers of
their own: migrate, load the city, say what there is to know. Exit status 0, or 1 with a sentence.

`python -m queues.prepare --back-to 0003` brings the database back to what an earlier version works with, while nothing
runs: what later columns and tables held is gone, but for what history stands on (0007).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from config import CannotStart, Settings
from models.clock import now
from queues.preflight import check_database, hold_alone

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def load_demo(settings: Settings, session: Session) -> None:
    """The demo's past, with a bar on the terminal; its code is loaded only where it is wanted."""
    from queues.demo import load
    from queues.demo.bar import Bar

    with Bar(sys.stderr) as bar:
        load(session, settings, until=now(), passed=bar)


def _go_back(settings: Settings, revision: str) -> None:
    """Raises CannotStart unless it is an earlier revision than the database's."""
    from models import migrations
    from models.database import database

    database.connect(settings.database_url)
    stored = migrations.current(database)
    if stored is None or revision not in migrations.earlier() or revision >= stored:
        raise CannotStart(
            f"{revision} 不是比数据库现有版本（{stored}）更早的版本。",
            f"{revision} is no version before the database's ({stored}).",
        )
    with hold_alone(settings.data_dir):
        migrations.unmigrate(database, revision)


def main(words: Sequence[str] = ()) -> int:
    from sqlalchemy.exc import SQLAlchemyError

    from workflow.bootstrap import prepare

    parser = argparse.ArgumentParser(prog="python -m queues.prepare")
    parser.add_argument("--back-to", metavar="REVISION")
    back_to = parser.parse_args(words).back_to
    try:
        settings = Settings.load()
        check_database(settings)
        if back_to:
            _go_back(settings, back_to)
            return 0
        for sentence in prepare(settings, partial(load_demo, settings)).sentences:
            print(sentence)  # noqa: T201
    except CannotStart as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        print(f"无法准备数据库：{why} / The database cannot be prepared: {why}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
