"""What a process keeps of its city is read again as soon as the city changes, whoever changes it and however."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import delete, event, insert, select, update
from sqlalchemy.orm import Session

from models import CalendarDay, Category, City, Membership, Ticket, Unit
from models.database import Database
from stage.cast import a_report, person, step
from workflow import directory
from workflow.city_settings import calendar
from workflow.engine.machines import current

NEW_YEAR = date(2026, 12, 31)


def revision(db: Database) -> int:
    with db.reading() as session:
        return session.scalars(select(City.revision)).one()


def test_it_is_read_once_for_many_sessions(db: Database) -> None:
    with db.reading() as session:
        units, matters, days = directory.units(session), directory.categories(session), calendar(session)
    with db.reading() as session:
        assert directory.units(session) is units
        assert directory.categories(session) is matters
        assert calendar(session) is days
    assert units["loufeng"].path.startswith(units["sip"].path)
    assert matters["06010"].group.code == "rubbish"


def test_a_page_that_follows_a_change_shows_it(db: Database) -> None:
    with db.reading() as session:
        before = directory.units(session)["loufeng"].name_zh
    with db.writing() as session:
        session.scalars(select(Unit).where(Unit.code == "loufeng")).one().name_zh = "新娄葑"
    with db.reading() as session:
        assert (before, directory.units(session)["loufeng"].name_zh) == ("娄葑街道", "新娄葑")


def test_what_is_taken_back_was_never_known(db: Database) -> None:
    def rename(session: Session) -> None:
        session.scalars(select(Unit).where(Unit.code == "loufeng")).one().name_zh = "新娄葑"
        session.flush()
        assert directory.units(session)["loufeng"].name_zh == "新娄葑"
        raise InterruptedError

    with pytest.raises(InterruptedError), db.writing() as session:
        rename(session)
    with db.reading() as session:
        assert directory.units(session)["loufeng"].name_zh == "娄葑街道"


CHANGES: dict[str, Callable[[Session], object]] = {
    "a row": lambda session: setattr(session.scalars(select(Category).limit(1)).one(), "points", 77),
    "a new row": lambda session: session.add(CalendarDay(day=NEW_YEAR, workday=False, name="年末")),
    "many rows": lambda session: session.execute(update(Category).values(points=7)),
    "inserted rows": lambda session: session.execute(
        insert(CalendarDay), [{"day": NEW_YEAR, "workday": False, "name": "年末"}]
    ),
    "deleted rows": lambda session: session.execute(delete(CalendarDay)),
    "the city": lambda session: setattr(session.scalars(select(City)).one(), "name_zh", "别处"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_of_the_city_counts(db: Database, change: str) -> None:
    before = revision(db)
    with db.writing() as session:
        CHANGES[change](session)
    assert revision(db) > before


def test_work_does_not_count(db: Database) -> None:
    before = revision(db)
    with db.writing() as session:
        step(session, a_report(session), "triage")
        session.execute(update(Ticket).values(urges=3))
        gus, loufeng = person(session, "gus"), session.scalars(select(Unit).where(Unit.code == "loufeng")).one()
        gus.memberships.append(Membership(role="clerk", unit=loufeng))
    assert revision(db) == before


def test_a_whole_page_of_reading_asks_the_city_once(db: Database) -> None:
    with db.reading() as session:
        directory.units(session)
        calendar(session)
        current(session, Ticket.kind)
    sent: list[str] = []
    event.listen(
        db.engine, "before_cursor_execute", lambda _connection, _cursor, statement, *_rest: sent.append(statement)
    )
    with db.reading() as session:
        directory.units(session)
        directory.categories(session)
        calendar(session)
        current(session, Ticket.kind)
    asked = [each for each in sent if each.startswith("SELECT")]
    assert sum("FROM cities" in each for each in asked) == 1
    assert len(asked) <= 2, "the matters are read once more than the city"


def statements_of(db: Database, sent: list[str]) -> None:
    event.listen(
        db.engine, "before_cursor_execute", lambda _connection, _cursor, statement, *_rest: sent.append(statement)
    )


def test_who_writes_takes_from_the_process_what_has_not_changed(db: Database) -> None:
    with db.reading() as session:
        days, version = calendar(session), current(session, Ticket.kind)
        directory.units(session)
    sent: list[str] = []
    statements_of(db, sent)
    with db.writing() as session:
        assert calendar(session) is days
        assert current(session, Ticket.kind) is version
        loufeng = directory.unit(session, "loufeng")
        assert loufeng in session
        assert directory.unit(session, "loufeng") is session.get(Unit, loufeng.id) is loufeng
    assert [each for each in sent if "BEGIN" not in each] == ["SELECT cities.revision \nFROM cities"]


def test_rows_of_who_writes_may_refer_to_what_is_known(db: Database) -> None:
    with db.reading() as session:
        kept = directory.categories(session)["06010"]
    with db.writing() as session:
        ticket = a_report(session)
        ticket.category = directory.category(session, "06010")
        assert ticket.category is not kept
        assert ticket.category_id == kept.id
        assert kept not in session
        number = ticket.id
    with db.reading() as session:
        assert session.get_one(Ticket, number).category_id == kept.id


@pytest.mark.parametrize("flushed", [True, False])
def test_who_changes_the_calendar_reads_it_as_it_will_be(db: Database, flushed: bool) -> None:
    with db.reading() as session:
        assert NEW_YEAR not in calendar(session).days
    with db.writing() as session:
        session.add(CalendarDay(day=NEW_YEAR, workday=False, name="年末"))
        if flushed:
            session.flush()
        assert not calendar(session).days[NEW_YEAR]
    with db.writing() as session:
        assert not calendar(session).days[NEW_YEAR], "and so does who writes next"


def test_who_renames_a_unit_refers_to_it_by_its_new_name(db: Database) -> None:
    with db.reading() as session:
        directory.units(session)
    with db.writing() as session:
        session.scalars(select(Unit).where(Unit.code == "loufeng")).one().name_zh = "新娄葑"
        assert directory.unit(session, "loufeng").name_zh == "新娄葑"
    with db.writing() as session:
        assert directory.unit(session, "loufeng").name_zh == "新娄葑"


def test_who_writes_and_knows_nothing_yet_needs_no_other_connection(db: Database) -> None:
    """Thirty who each held one and wanted another would wait for each other."""
    db.engine.dispose()
    taken: list[int] = []
    event.listen(db.engine, "checkout", lambda *_given: taken.append(1))
    with db.writing() as session:
        number = a_report(session).id
        assert directory.unit(session, "loufeng").code == "loufeng"
    assert len(taken) == 1
    with db.reading() as session:
        assert session.get_one(Ticket, number).state == "submitted"
