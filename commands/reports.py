"""`whistle import`: what was kept elsewhere, brought in."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import click
from tqdm import tqdm  # type: ignore[import-untyped]

from commands.house import acting, connected, person_called
from commands.kinds import Place
from commands.spoken import argument, group, option, tell, told
from config import spoken_locale
from models.database import database
from models.storage import open_storage
from workflow.importing import Import, Table

imports = group("import")


@imports.command("reports", help=told("import.reports"))
@argument("file", "import.file", metavar="FILE.csv", type=Place())
@option("--reporter", key="import.reporter", metavar="USER")
@option("--by", "clerk", key="import.by", metavar="CLERK")
def reports(file: Path, reporter: str | None, clerk: str | None) -> int:
    """A line for every row that was not taken, and the counts; the status is 1 where any was refused."""
    locale = spoken_locale()
    with connected() as settings:
        table = Table.open(file, reporter_known=reporter is not None)
        with database.reading() as session:
            if reporter is not None:
                person_called(session, reporter, settings)
            if clerk is not None:
                acting(session, clerk, settings, "clerk")
        work = Import(database, open_storage(settings.storage_url), settings.secret_key, clerk=clerk, reporter=reporter)
        counts: Counter[str] = Counter()
        with tqdm(total=table.count, unit="", disable=None, file=sys.stderr) as bar:
            for outcome in work.run(table):
                counts[outcome.result] += 1
                bar.update()
                if outcome.result in ("refused", "same"):
                    with bar.external_write_mode(file=sys.stdout):
                        click.echo(outcome.sentence(locale))
    tell("import.summary", **{name: counts[name] for name in ("opened", "known", "same", "refused")})
    return 1 if counts["refused"] else 0
