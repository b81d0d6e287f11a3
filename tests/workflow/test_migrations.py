"""The migrations lead from nothing to what the models say, back, and again, with rows in between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.orm import Session

from models import Act, Base, Journal, Ticket, migrations
from models.append_only import guarded, removal, statements
from models.clock import now
from models.database import Database
from stage.cast import PASSWORD, STEPS, a_ticket, person, step
from tests.workflow.situations import cap
from workflow.actors import SYSTEM
from workflow.administration.acts import record
from workflow.audit import Tally, audit, snapshot
from workflow.engine.history import replay
from workflow.engine.machines import machinery_of
from workflow.identity.sign_ins import user_for_token
from workflow.identity.signing_in import sign_in
from workflow.ledger import reverse

OLD_DETAILS = '{"reason":"照片不实","ticket":"SIP-26-000001"}'
GUARDED = ("events", "journal", "postings", "acts")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database in which there is nothing at all."""
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    url = server.create() if server else f"sqlite:///{tmp_path / 'empty.db'}"
    database = Database()
    database.connect(url)
    yield database
    database.engine.dispose()
    if server:
        server.drop(url)


def tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names())


def shape(connection: Connection) -> dict[str, Any]:
    """Everything that the database itself says of its tables, in an order of no account."""
    inspector = inspect(connection)
    found: dict[str, Any] = {}
    for table in sorted(set(inspector.get_table_names()) - {"alembic_version"}):
        found[table] = {
            "columns": {
                each["name"]: (str(each["type"]), each["nullable"], each["default"], each.get("comment"))
                for each in inspector.get_columns(table)
            },
            "primary key": inspector.get_pk_constraint(table)["constrained_columns"],
            "foreign keys": sorted(
                (each["constrained_columns"], each["referred_table"], each["referred_columns"], str(each["options"]))
                for each in inspector.get_foreign_keys(table)
            ),
            "unique": sorted(each["column_names"] for each in inspector.get_unique_constraints(table)),
            "checks": sorted((str(each["name"]), each["sqltext"]) for each in inspector.get_check_constraints(table)),
            "indexes": sorted(
                (str(each["name"]), each["column_names"], bool(each["unique"]), _where(each.get("dialect_options", {})))
                for each in inspector.get_indexes(table)
            ),
        }
    return found


def _where(options: dict[str, Any]) -> str:
    return str(options.get("sqlite_where", options.get("postgresql_where")))


def made_by_models(database: Database) -> dict[str, Any]:
    """The shape that the models alone would make."""
    with database.engine.execution_options(whistle_writes=True).connect() as connection:
        Base.metadata.create_all(connection)
        made = shape(connection)
        assert all(guarded(connection, table) for table in GUARDED)
        connection.rollback()
    assert tables(database) == set()
    return made


def test_from_nothing_to_what_the_models_say(empty: Database) -> None:
    wanted = made_by_models(empty)
    migrations.migrate(empty)
    assert migrations.current(empty) == migrations.head()
    with empty.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata) == []
        made = shape(connection)
        assert made.keys() == wanted.keys() == Base.metadata.tables.keys()
        for table, its in wanted.items():
            assert made[table] == its, table
        assert all(guarded(connection, table) for table in GUARDED)


def test_back_to_nothing_and_up_again(empty: Database) -> None:
    migrations.migrate(empty)
    migrations.unmigrate(empty, "base")
    assert tables(empty) <= {"alembic_version"}
    assert migrations.current(empty) is None
    if empty.engine.dialect.name == "postgresql":
        with empty.engine.connect() as connection:
            query = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            assert connection.execute(text(query)).all() == []
    migrations.migrate(empty)
    assert tables(empty) == {*Base.metadata.tables, "alembic_version"}


def content(session: Session) -> dict[str, list[Any]]:
    """All rows of all tables."""
    return {
        name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key.columns))]
        for name, table in Base.metadata.tables.items()
    }


def test_a_full_database_goes_up_with_everything_in_it(db: Database) -> None:
    """Every ticket that a start of the new version finds can be moved on, and its history still holds."""
    with db.writing() as session:
        cap(session, 1000)
        tickets = {state: a_ticket(session, state).number for state in STEPS}
    with db.reading() as session:
        before = content(session)
    migrations.migrate(db)
    with db.reading() as session:
        assert content(session) == before
    with db.writing() as session:
        for ticket in session.scalars(select(Ticket).where(Ticket.state == "resolved")):
            step(session, ticket, "confirm", "carl")
        assert person(session, "carl").memberships
        for ticket in session.scalars(select(Ticket)):
            events = session.scalars(
                select(type(ticket).history).where(type(ticket).history.subject_id == ticket.id).order_by("seq")
            )
            assert replay(machinery_of(session, ticket).lifecycle, events.all()) == ticket.state
    assert len(set(tickets.values())) == len(STEPS)


def test_a_full_database_goes_back_as_well(db: Database) -> None:
    """What guards history from being deleted does not stand in the way of whoever wants it all gone."""
    with db.writing() as session:
        a_ticket(session, "rewarded")
    db.engine.dispose()
    migrations.unmigrate(db, "base")
    assert tables(db) <= {"alembic_version"}
    migrations.migrate(db)
    with db.reading() as session:
        assert not any(content(session).values())


def test_a_version_is_known_or_not() -> None:
    assert migrations.known(migrations.head())
    assert not migrations.known("9999")


def test_riders_stay_signed_in_and_nobody_else(db: Database) -> None:
    """Sign-ins of before had no idle time: a rider's phone goes on, what lasted for weeks on a desk ends."""
    tokens = {name: sign_in(db, name, PASSWORD, kind="cookie").token for name in ("alice", "carol", "ada")}
    migrations.unmigrate(db, "0004")
    migrations.migrate(db)
    with db.reading() as session:
        assert [name for name, token in tokens.items() if user_for_token(session, token)] == ["alice"]


def test_words_of_acts_move_to_where_they_can_be_erased(db: Database) -> None:
    """A record of before 0007 says who and why in the row that only grows; after it, beside it."""
    with db.writing() as session:
        old = record(session, SYSTEM, "points.reverse", "user", person(session, "alice").id, ticket="SIP-26-000001")
        plain = record(session, SYSTEM, "user.enable", "user", person(session, "alice").id)
    migrations.unmigrate(db, "0004")
    _rewrite(db, old.id, OLD_DETAILS)
    migrations.migrate(db)
    with db.reading() as session:
        moved, same = session.get_one(Act, old.id), session.get_one(Act, plain.id)
        assert (moved.details, moved.words) == ({"ticket": "SIP-26-000001"}, {"reason": "照片不实"})
        assert (same.details, same.words) == ({}, {})
        assert guarded(session.connection(), "acts")
    migrations.unmigrate(db, "0004")
    with db.engine.connect() as connection:
        details = connection.execute(text("SELECT details FROM acts WHERE id = :id"), {"id": old.id}).scalar_one()
        assert details == OLD_DETAILS
        assert guarded(connection, "acts")


def test_what_history_stands_on_is_kept_on_the_way_back(db: Database) -> None:
    """A journal holds only the hash of why it took points back, and whoever has left is never paid again."""
    with db.writing() as session:
        cap(session, 1000)
        a_ticket(session, "rewarded")
        journal = session.scalars(select(Journal).where(Journal.kind == "award")).one()
        reverse(session, journal, actor=person(session, "ada"), reason="照片是旧的")
        person(session, "bob").erasure_asked_at = now()
    with db.reading() as session:
        before = content(session)
        assert before["journal_words"]
    for _ in range(2):
        migrations.unmigrate(db, "0006")
        migrations.migrate(db)
        with db.reading() as session:
            assert content(session) == before
        with snapshot(db) as connection:
            assert [each.sentence("en") for each in audit(connection, Tally())] == []
    migrations.unmigrate(db, "base")
    assert tables(db) <= {"alembic_version"}


def _rewrite(db: Database, act: int, details: str) -> None:
    with db.engine.execution_options(whistle_writes=True).connect() as connection:
        for statement in removal("acts", connection.dialect.name):
            connection.execute(text(statement))
        connection.execute(text("UPDATE acts SET details = :details WHERE id = :id"), {"details": details, "id": act})
        for statement in statements("acts", connection.dialect.name):
            connection.execute(text(statement))
        connection.commit()
