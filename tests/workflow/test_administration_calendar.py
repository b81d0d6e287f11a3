"""A year of holidays that an administrator imports: seen before it is done, and there after every restart."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Act, CalendarDay, CalendarYear, Override
from tests.conftest import SIP
from tests.workflow.administering import ada, restart
from workflow import city_settings
from workflow.administration import calendar
from workflow.city import PackError, read_pack

CSV = "date,workday,name\n2026-01-01,no,元旦\n2026-12-31,no,岁末\n2028-01-01,no,元旦\n".encode()


def days(session: Session, year: int) -> list[CalendarDay]:
    rows = session.scalars(select(CalendarDay).order_by(CalendarDay.day))
    return [row for row in rows if row.day.year == year]


def test_an_import_is_seen_before_it_is_done(session: Session) -> None:
    plan = calendar.plan(session, ada(session), CSV)
    assert plan.years == [2026, 2028]
    assert plan.published == {2026: True, 2028: None}
    changes = {each.day: (each.before is None, each.after is None) for each in plan.changes}
    assert date(2026, 1, 1) not in changes
    assert changes[date(2026, 12, 31)] == (True, False)
    assert changes[date(2026, 10, 1)] == (False, True)
    assert session.scalars(select(Act)).all() == []


def test_an_imported_year_survives_the_pack_and_goes_back_to_it(session: Session) -> None:
    calendar.take(session, ada(session), CSV, published=True)
    restart(session)
    assert [day.day for day in days(session, 2026)] == [date(2026, 1, 1), date(2026, 12, 31)]
    assert not city_settings.calendar(session).is_workday(date(2026, 12, 31))
    known, missing = calendar.index(session, ada(session))
    assert [(year.year, year.difference is not None) for year in known] == [(2028, True), (2027, False), (2026, True)]
    assert missing == [2027]
    calendar.restore(session, ada(session), 2026)
    calendar.restore(session, ada(session), 2028)
    pack = [day for day in read_pack(SIP).days if day.day.year == 2026]
    assert [(day.day, day.workday, day.name) for day in days(session, 2026)] == [
        (day.day, day.workday, day.name) for day in pack
    ]
    assert session.get(CalendarYear, 2028) is None
    restart(session)
    assert len(days(session, 2026)) == len(pack)
    assert [row.action for row in session.scalars(select(Act).order_by(Act.id))] == [
        "calendar.import", "calendar.import", "calendar.restore", "calendar.restore",
    ]  # fmt: skip


def test_mistakes_of_a_file_are_named_by_line(session: Session) -> None:
    wrong = "date,workday,name\n2026-02-30,no,春节\n2026-10-01,maybe,国庆\n2026-10-01,no,国庆\n"
    with pytest.raises(PackError) as caught:
        calendar.plan(session, ada(session), wrong.encode())
    assert [(mistake.file, mistake.line) for mistake in caught.value.mistakes] == [
        ("calendar.csv", 2), ("calendar.csv", 3), ("calendar.csv", 4),
    ]  # fmt: skip
    for content in (b"", b"\xff\xfe", b"date,workday\n", b"date,workday,name\n"):
        with pytest.raises(PackError):
            calendar.take(session, ada(session), content, published=True)
    assert session.scalars(select(Override)).all() == []
