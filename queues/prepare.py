"""`python -m queues.prepare`: what bin/serve does before it starts the parts, for where these run in containers of
their own: migrate, load the city, say what there is to know. Exit status 0, or 1 with a sentence."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from config import CannotStart, Settings
from models.clock import now
from queues.preflight import check_database

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def load_demo(settings: Settings, session: Session) -> None:
    """The demo's past, with a bar on the terminal; its code is loaded only where it is wanted."""
    from queues.demo import load
    from queues.demo.bar import Bar

    with Bar(sys.stderr) as bar:
        load(session, settings, until=now(), passed=bar)


def main() -> int:
    from sqlalchemy.exc import SQLAlchemyError

    from workflow.bootstrap import prepare

    try:
        settings = Settings.load()
        check_database(settings)
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
    sys.exit(main())
