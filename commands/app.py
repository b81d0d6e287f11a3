"""All commands, and the one place where a failure becomes a sentence and an exit status."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from commands.audit import audit, digest
from commands.backup import backup, restore
from commands.city import calendar, city
from commands.demo import demo
from commands.failures import INTERRUPTED, failure
from commands.outbox import outbox
from commands.personal import erase, export
from commands.points import points
from commands.reports import imports
from commands.route import route
from commands.spoken import SpokenGroup, told
from commands.storage import storage
from commands.user import user
from commands.workflow import workflow


class Whistle(SpokenGroup):
    """The root: runs a command and ends the process with its status."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> NoReturn:  # type: ignore[override]
        try:
            status = super().main(args, prog_name or "whistle", **{**extra, "standalone_mode": False})
        except (click.Abort, KeyboardInterrupt):
            status = INTERRUPTED
        except Exception as error:
            sentence, status = failure(error)
            click.echo(sentence, err=True)
        sys.exit(status or 0)


whistle = Whistle("whistle", help=told("whistle.help"))
for each in (
    audit, backup, calendar, city, demo, digest, erase, export, imports, outbox, points, restore, route, storage, user,
    workflow,
):  # fmt: skip
    whistle.add_command(each)
