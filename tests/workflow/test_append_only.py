"""History and ledger only grow: the database itself refuses to change them, whoever asks, by SQL as by the ORM."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, delete, insert, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models import Base, Event, EventWords, Journal, Posting
from models.append_only import guard, guarded, removal
from models.clock import now
from stage.cast import a_ticket
from tests.workflow.permits import PermitEvent, asked, office

TABLES = ("events", "journal", "postings")
CHANGES = [
    "UPDATE {table} SET id = id",
    "UPDATE {table} SET id = id + 1000 WHERE id = (SELECT max(id) FROM {table})",
    "DELETE FROM {table}",
    "DELETE FROM {table} WHERE id = (SELECT max(id) FROM {table})",
]


def refused(session: Session, statement: object) -> None:
    with pytest.raises(DBAPIError, match="is append-only"), session.begin_nested():
        session.execute(statement)  # type: ignore[call-overload]


@pytest.fixture(autouse=True)
def rows(session: Session) -> None:
    a_ticket(session, "rewarded")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_it_refuses_to_change_or_delete(session: Session, table: str, change: str) -> None:
    everything = text(f"SELECT * FROM {table} ORDER BY id")
    before = session.execute(everything).all()
    assert before
    refused(session, text(change.format(table=table)))
    assert session.execute(everything).all() == before


@pytest.mark.parametrize("table", TABLES)
def test_it_refuses_to_be_emptied(session: Session, table: str) -> None:
    if session.get_bind().dialect.name == "postgresql":
        refused(session, text(f"TRUNCATE {table} CASCADE"))
    else:  # SQLite knows no TRUNCATE, but REPLACE deletes, and asks no trigger unless it is told to
        columns = ", ".join(column.name for column in Base.metadata.tables[table].columns)
        refused(session, text(f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}"))


@pytest.mark.parametrize("model", [Event, Journal, Posting])
def test_it_refuses_the_orm_as_well(session: Session, model: type[Base]) -> None:
    refused(session, update(model).values(id=0))
    refused(session, delete(model))


def test_the_words_beside_history_may_be_erased(session: Session) -> None:
    session.execute(update(EventWords).values(words=None, erased_at=now()))
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(update(EventWords).values(words=None, erased_at=None))


@pytest.mark.parametrize("table", TABLES)
def test_the_audit_can_tell_that_it_is_guarded(session: Session, table: str) -> None:
    connection = session.connection()
    assert guarded(connection, table)
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"DROP TRIGGER {table}_no_delete"))
    else:
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_change"))
    assert not guarded(connection, table)


def test_a_lifecycle_of_ones_own_is_guarded_alike(session: Session) -> None:
    with office(session):
        asked(session)
        refused(session, update(PermitEvent).values(public=False))
        refused(session, delete(PermitEvent))
        assert guarded(session.connection(), "permit_events")


def test_a_table_is_guarded_from_its_first_row_until_the_guard_is_taken_away(session: Session) -> None:
    steles = Table("steles", MetaData(), Column("id", Integer, primary_key=True), Column("words", String(8)))
    guard(steles)
    connection = session.connection()
    steles.metadata.create_all(connection)
    session.execute(insert(steles).values(id=1, words="天"))
    assert guarded(connection, "steles")
    refused(session, update(steles).values(words="地"))
    refused(session, delete(steles))
    for statement in removal("steles", connection.dialect.name):
        session.execute(text(statement))
    assert not guarded(connection, "steles")
    session.execute(update(steles).values(words="地"))
    session.execute(delete(steles))
    for statement in removal("steles", connection.dialect.name):
        session.execute(text(statement))
