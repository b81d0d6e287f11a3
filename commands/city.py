"""`whistle city` and `whistle calendar`: the data that a city runs on."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import func, select

from commands.house import connected
from commands.kinds import Place
from commands.spoken import argument, group, option, tell, told
from config import Settings, spoken_locale
from models import Area, CalendarDay, Category, Rule, Unit, migrations
from models.database import database
from queues.preflight import check_database
from workflow.actors import SYSTEM
from workflow.administration.acts import record
from workflow.bootstrap import hold_running, load_city
from workflow.city import PackError, read_pack
from workflow.city.imported import import_calendar
from workflow.engine.machines import build
from workflow.report import REPORT

city = group("city")
calendar = group("calendar")


@city.command("load", help=told("city.load"))
@argument("folder", "city.folder", metavar="[DIR]", type=Place(folder=True), required=False)
def load(folder: Path | None) -> None:
    """Everything or nothing; the database is brought to this version first."""
    settings = Settings.load()
    check_database(settings)
    database.connect(settings.database_url)
    try:
        migrations.migrate(database)
        with database.writing() as session:
            lacks = load_city(session, folder or settings.city, demo=settings.demo)
            hold_running(session)
            counts = {
                model.__tablename__: session.scalar(select(func.count()).select_from(model))
                for model in (Unit, Area, Category, Rule, CalendarDay)
            }
        tell("city.loaded", folder=folder or settings.city, **counts)
        for lack in lacks:
            click.echo(lack.sentence(spoken_locale()))
    finally:
        database.engine.dispose()


@city.command("check", help=told("city.check"))
@argument("folder", "city.folder", metavar="DIR", type=Place(folder=True))
def check(folder: Path) -> int:
    """Every mistake by file and line; nothing is loaded."""
    try:
        pack = read_pack(folder)
    except PackError as error:
        click.echo(error.sentence(spoken_locale()), err=True)
        return 1
    own = folder / "workflow" / f"{REPORT.kind}.yaml"
    if own.is_file():
        build(own.read_text(encoding="utf-8"), REPORT, str(own))
    counts = {"units": len(pack.units), "areas": len(pack.areas), "categories": len(pack.categories)}
    tell("city.ok", folder=folder, rules=len(pack.rules), calendar_days=len(pack.days), **counts)
    return 0


@calendar.command("import", help=told("calendar.import"))
@argument("file", "calendar.file", metavar="FILE.csv", type=Place())
@option("--provisional", key="calendar.provisional", is_flag=True)
def take(file: Path, provisional: bool) -> None:
    """The file's years replace what was known of them."""
    with connected(), database.writing() as session:
        years, days = import_calendar(session, file, published=not provisional)
        for year in years:
            record(session, SYSTEM, "calendar.import", "calendar", year, days=days, published=not provisional)
    tell("calendar.imported", years=", ".join(map(str, years)), days=days)
