"""What is read or written past the unit of work is what it would have been."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import inspect, select

from models import Assignment, Category, Event, Ticket, Unit, User
from models.base import Base
from models.database import Database
from models.loaded import as_loaded, columns, insert_alone, names, update_alone
from models.revision import growth
from stage.cast import a_report, person

AT = datetime(2026, 11, 27, 1, 2, 3, 4567, UTC)


def told(row: Base) -> dict[str, Any]:
    return {each.key: getattr(row, each.key) for each in columns(type(row)) if each.key not in ("id", "public_id")}


def a_ticket(definition: int, user: User, unit: Unit, category: Category, number: int) -> Ticket:
    return Ticket(
        definition_id=definition, series="SIP-26", public_id=f"opaque{number}", reporter_id=user.id, latitude=31.3,
        longitude=120.6, datum="gcj02", created_at=AT, updated_at=AT, category=category, unit=unit, joins=[],
    )  # fmt: skip


def test_a_row_that_is_inserted_alone_is_as_the_session_would_have_written_it(db: Database) -> None:
    with db.writing() as session:
        report = a_report(session)
        given = report.definition_id, person(session, "alice"), report.unit, report.category
        usual, alone = a_ticket(*given, 1), a_ticket(*given, 2)
        session.add(usual)
        session.flush()
        insert_alone(session, alone)
        assert inspect(alone).persistent
        assert not session.dirty
        assert told(alone) == told(usual)
        assert (alone.category, alone.joins, alone.assignments) == (report.category, [], [])
        alone.description = "后来写的"
        numbers = usual.id, alone.id
    with db.reading() as session:
        usual, alone = (session.get_one(Ticket, number) for number in numbers)
        assert told(alone) == told(usual) | {"description": "后来写的"}


def test_columns_with_another_name_in_their_table_are_written_too(db: Database) -> None:
    with db.writing() as session:
        number = a_report(session).id
    with db.reading() as session:
        event = session.scalars(select(Event).where(Event.subject_id == number)).one()
        assert (event.seq, event.action, event.actor_role) == (1, "open", "rider")


def test_a_row_that_was_read_past_the_session_belongs_to_it_like_any_other(db: Database) -> None:
    with db.reading() as session:
        usual = session.scalars(select(User).where(User.username == "alice")).one()
        values = session.execute(select(*columns(User)).where(User.username == "alice")).one()
    with db.writing() as session:
        row = as_loaded(session, User, names(User), tuple(values))
        assert row is session.get(User, usual.id)
        assert told(row) == told(usual)
        assert row.memberships
        row.locale = "en"
    with db.reading() as session:
        assert session.get_one(User, usual.id).locale == "en"


def test_a_row_whose_change_is_written_alone_is_as_the_session_would_have_written_it(db: Database) -> None:
    with db.writing() as session:
        report = a_report(session)
        department = session.scalars(select(Unit).where(Unit.kind == "department")).first()
        report.description, report.department, report.send_backs = "后来写的", department, 2
        assert update_alone(session, report)
        assert not session.dirty
        assert not inspect(report).modified
        session.expire(report)
        assert (report.description, report.department, report.send_backs) == ("后来写的", department, 2)
        report.department = None
        assert update_alone(session, report)
        number = report.id
    with db.reading() as session:
        assert session.get_one(Ticket, number).department is None


def test_a_row_is_not_written_alone_where_there_is_more_to_write(db: Database) -> None:
    with db.writing() as session:
        report = a_report(session)
        assert update_alone(session, report), "nothing to write is written at once"
        report.description = "后来写的"
        report.reporter.name = "改名"
        assert not update_alone(session, report)
        session.flush()
        lead = session.scalars(select(Unit).where(Unit.kind == "department")).first()
        assert lead is not None
        report.assignments.append(Assignment(unit=lead, unit_id=lead.id, role="lead", started_at=AT))
        assert not update_alone(session, report)
        session.flush()
        number = report.id
    with db.reading() as session:
        kept = session.get_one(Ticket, number)
        assert (kept.description, kept.reporter.name, len(kept.assignments)) == ("后来写的", "改名", 1)


def test_a_part_of_the_city_is_left_to_its_session_whose_revision_grows(db: Database) -> None:
    with db.writing() as session:
        unit = session.scalars(select(Unit).limit(1)).one()
        unit.name_zh = "别处"
        assert not update_alone(session, unit)
        with pytest.raises(TypeError, match="a part of the city"):
            insert_alone(session, Unit(code="z", kind="city", name_zh="z", name_en="z", path="z/"))
        before = growth(session)
        session.flush()
        assert growth(session) == before + 1
