"""A populated database brought down to its first schema and up again: no row lost, the schema that of a fresh one."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, select

from models import Base, migrations
from models.database import Database
from stage import cast
from stage.bulk import finished_reports
from stage.stage import Stage
from stage.town import hold_audit, set_cap, town

Rows = dict[str, Counter[tuple[tuple[str, str], ...]]]


def run(stage: Stage) -> None:
    reports = stage.size(1000, 20000)
    with town(stage) as db:
        with db.writing() as session:
            set_cap(session, "day", 10_000)
            for state in cast.STEPS:
                cast.a_ticket(session, state)
            finished_reports(session, reports, "bob")
        whole = _rows(db)
        stage.figure("rows", sum(sum(each.values()) for each in whole.values()), least=reports * 15)
        revisions = [each.revision for each in ScriptDirectory(str(migrations.ROOT / "migrations")).walk_revisions()]
        lost: list[str] = []
        for newer, older in pairwise(revisions):
            migrations.unmigrate(db, older)
            below = _rows(db)
            lost += [f"{newer} down to {older}: {line}" for line in _missing(whole, below)]
            migrations.migrate(db, newer)
            lost += [f"{older} up to {newer}: {line}" for line in _missing(below, _rows(db))]
            migrations.unmigrate(db, older)
        oldest = _rows(db)
        migrations.migrate(db)
        back = _rows(db)
        lost += [f"up again: {line}" for line in _missing(oldest, back)]
        stage.figure("revisions", len(revisions), least=4)
        stage.figure("tables with rows that the first schema knows", sum(bool(each) for each in oldest.values()))
        stage.figure("rows of them", sum(sum(each.values()) for each in back.values()), least=reports * 15)
        stage.figure("rows lost or changed where both schemas know the column", len(lost), exactly=0)
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            unlike = compare_metadata(context, Base.metadata)
        stage.figure("differences from the models' schema", len(unlike), exactly=0)
        hold_audit(stage, db)
    for line in [*lost, *map(str, unlike)][:10]:
        stage.say(line)


def _rows(db: Database) -> Rows:
    """Every row of every table as the database has it now, each value with its column's name."""
    found = MetaData()
    found.reflect(db.engine)
    rows: Rows = {}
    with db.engine.connect() as connection:
        for table in found.sorted_tables:
            if table.name == "alembic_version":
                continue
            names = [column.name for column in table.columns]
            rows[table.name] = Counter(
                tuple((name, str(value)) for name, value in zip(names, row, strict=True))
                for row in connection.execute(select(table))
            )
    return rows


def _missing(before: Rows, after: Rows) -> list[str]:
    """Rows that are not there any more, in the columns that both schemas have. A table that only one of them has is its
    revision's own: what an older schema cannot hold is what going back gives up."""
    lines = []
    for table in before.keys() & after.keys():
        names = _names(before[table]) & _names(after[table])
        # The city's revision is the count of its changes, which starts anew with its column.
        gone = _only(before[table], names - {"revision"}) - _only(after[table], names - {"revision"})
        lines += [f"{table}: {dict(row)}" for row in gone]
    return lines


def _names(rows: Counter[tuple[tuple[str, str], ...]]) -> set[str]:
    return {name for row in list(rows)[:1] for name, _ in row}


def _only(rows: Counter[tuple[tuple[str, str], ...]], names: set[str]) -> Counter[tuple[tuple[str, str], ...]]:
    kept: Counter[tuple[tuple[str, str], ...]] = Counter()
    for row, count in rows.items():
        kept[tuple(sorted(pair for pair in row if pair[0] in names))] += count
    return kept
