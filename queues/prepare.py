"""`python -m queues.prepare`: what bin/serve does before it starts the parts, for where these run in containers of
their own: migrate, load the city, say what there is to know. Exit status 0, or 1 with a sentence."""

from __future__ import annotations

import sys

from config import CannotStart, Settings
from queues.preflight import check_database


def main() -> int:
    from sqlalchemy.exc import SQLAlchemyError

    from workflow.bootstrap import prepare

    try:
        settings = Settings.load()
        check_database(settings)
        for sentence in prepare(settings).sentences:
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
