"""A database with rows in every table brought down to its first schema and up again, step by step and at once: no row
lost but what an older schema has no place for, the schema that of a fresh one."""

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
from stage.every_table import everything
from stage.stage import Stage
from stage.town import hold_audit, set_cap, town

GIVEN_UP = {
    "0002": {
        "preferences", "acts", "act_words", "overrides", "invitations",
        "tickets.near_at", "tickets.warned", "tickets.resolve_due_at", "users.email", "users.email_refused",
        "notifications.hidden", "outbox.held_until",
    },
    "0003": {"cities.revision"},
    "0005": {"sessions.idle_at"},
    "0006": {"reviews"},
}  # fmt: skip
"""Tables and columns that go with a revision and come back empty: all that may be lost, for the schema before it has
no place for them."""
MOVED = {"0007": {"acts.details"}}
"""What an older schema has in another place meanwhile: words of an act among its details."""

Rows = dict[str, Counter[tuple[tuple[str, str], ...]]]


def run(stage: Stage) -> None:
    reports = stage.size(1000, 20000)
    with town(stage) as db:
        everything(db)
        with db.writing() as session:
            set_cap(session, "day", 10_000)
            for state in cast.STEPS:
                cast.a_ticket(session, state)
            finished_reports(session, reports, "bob")
        whole = _rows(db)
        empty = [name for name, rows in whole.items() if not rows]
        stage.figure("rows", sum(sum(each.values()) for each in whole.values()), least=reports * 15)
        stage.figure("tables", len(whole), exactly=len(Base.metadata.tables))
        stage.figure("tables without a row", len(empty), exactly=0)
        revisions = [each.revision for each in ScriptDirectory(str(migrations.ROOT / "migrations")).walk_revisions()]
        lost: list[str] = []
        for newer, older in pairwise(revisions):
            before = _rows(db)
            migrations.unmigrate(db, older)
            below = _rows(db)
            given_up, moved = GIVEN_UP.get(newer, set()), MOVED.get(newer, set())
            lost += [f"{newer} down to {older}: {line}" for line in _missing(_shared(before, below), below, moved)]
            migrations.migrate(db, newer)
            again = _rows(db)
            lost += [f"{older} up to {newer}: {line}" for line in _missing(_shared(below, again), again, moved)]
            lost += [f"{newer} again: {line}" for line in _missing(before, again, given_up)]
            migrations.unmigrate(db, older)
        migrations.migrate(db)
        back = _rows(db)
        all_given_up = set().union(*GIVEN_UP.values())
        lost += [f"all the way: {line}" for line in _missing(whole, back, all_given_up)]
        stage.figure("revisions", len(revisions), least=4)
        stage.figure("rows afterwards", sum(sum(each.values()) for each in back.values()), least=reports * 15)
        stage.figure("tables and columns that may be lost", len(all_given_up))
        stage.figure("other rows that were lost or changed", len(lost), exactly=0)
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            unlike = compare_metadata(context, Base.metadata)
        stage.figure("differences from the models' schema", len(unlike), exactly=0)
        hold_audit(stage, db)
    for line in [*empty, *lost, *map(str, unlike)][:10]:
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


def _missing(before: Rows, after: Rows, given_up: set[str]) -> list[str]:
    """Rows that are not there any more as they were, but for what is given up; what is new is no loss."""
    lines = []
    for table in before.keys() - given_up:
        if before[table] and table not in after:
            lines.append(f"{table}: the whole table")
            continue
        names = _names(before[table]) - {each.partition(".")[2] for each in given_up if each.startswith(f"{table}.")}
        gone = _only(before[table], names) - _only(after.get(table, Counter()), names)
        lines += [f"{table}: {dict(row)}" for row in gone]
    return lines


def _shared(rows: Rows, others: Rows) -> Rows:
    """The tables and columns of some rows that others have as well."""
    return {table: _only(each, _names(others[table])) for table, each in rows.items() if table in others}


def _names(rows: Counter[tuple[tuple[str, str], ...]]) -> set[str]:
    return {name for row in list(rows)[:1] for name, _ in row}


def _only(rows: Counter[tuple[tuple[str, str], ...]], names: set[str]) -> Counter[tuple[tuple[str, str], ...]]:
    kept: Counter[tuple[tuple[str, str], ...]] = Counter()
    for row, count in rows.items():
        kept[tuple(sorted(pair for pair in row if pair[0] in names))] += count
    return kept
