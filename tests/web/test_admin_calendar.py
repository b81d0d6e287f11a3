"""The calendar as administrators import it: seen, done and given back."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from models import CalendarDay, CalendarYear
from models.database import Database
from tests.web.admin_forms import ada, forms, send, wrong_fields
from tests.web.browsing import Visitor, words
from tests.web.test_admin_city import done

CALENDAR = "/admin/calendar"
YEAR = "date,workday,name\n2027-01-01,no,元旦\n2027-02-08,no,春节\n2027-02-20,yes,春节调休上班\n"


def test_an_import_is_seen_done_and_given_back(app: Flask, db: Database) -> None:
    admin = ada(app)
    plan = send(admin, CALENDAR, days=YEAR)
    assert plan.status_code == 200
    assert "2027 年：将改动" in words(plan)
    assert "调休上班 · 春节调休上班" in words(plan)
    assert done() == []
    form = forms(plan)[CALENDAR]
    assert admin.post(CALENDAR, form | {"step": "import", "published": "1"}).location == f"{CALENDAR}?did=imported"
    with db.reading() as session:
        assert session.get_one(CalendarYear, 2027).published
        days = session.scalars(select(CalendarDay.day).where(CalendarDay.name.contains("春节调休")))
        assert "2027-02-20" in {day.isoformat() for day in days}
    said = words(admin.get(f"{CALENDAR}?did=imported"))
    assert "日历已导入" in said
    assert "由Ada导入" in said
    same = send(admin, CALENDAR, days=YEAR)
    assert "与现有日历完全一样" in words(same)
    assert "确认导入" not in words(same)
    assert "只改「已公布」的标记" in words(send(admin, CALENDAR, days=YEAR, published=None))
    back = f"{CALENDAR}/2027/restore"
    assert send(admin, CALENDAR, back).location == f"{CALENDAR}?did=restored"
    assert done() == ["calendar.import", "calendar.restore"]
    assert admin.post(f"{CALENDAR}/2031/restore", {"seen": "999999"}).status_code == 404


def test_many_years_are_one_page_of_few(site: Flask) -> None:
    admin = ada(site)
    days = "".join(f"{year}-01-01,no,元旦\n" for year in range(2000, 2201))
    form = forms(send(admin, CALENDAR, days="date,workday,name\n" + days))[CALENDAR]
    assert admin.post(CALENDAR, form | {"step": "import", "published": "1"}).location == f"{CALENDAR}?did=imported"
    page = admin.get(CALENDAR)
    assert len(page.text) < 300_000
    assert "2101-01-01" not in page.text
    assert f'href="{CALENDAR}?year=2101#y-2101"' in page.text
    assert "2101-01-01" in admin.get(f"{CALENDAR}?year=2101").text
    assert admin.get(f"{CALENDAR}?year=" + "9" * 5000).status_code == 200


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf" + YEAR.encode(), YEAR.encode("gb18030")])
def test_a_file_is_taken_too(site: Flask, content: bytes) -> None:
    page = sent_file(ada(site), content)
    assert page.status_code == 200
    assert "2027 年：将改动" in words(page)
    assert forms(page)[CALENDAR]["days"].strip() == YEAR.strip()


def test_a_file_that_is_no_text_leaves_nothing_to_import(site: Flask) -> None:
    page = sent_file(ada(site), b"\x89PNG\xff\xfe\x00\x80" * 20)
    assert page.status_code == 422
    assert forms(page)[CALENDAR]["days"].strip() == ""


def sent_file(admin: Visitor, content: bytes) -> TestResponse:
    fields = {**forms(admin.get(CALENDAR))[CALENDAR], "file": (io.BytesIO(content), "2027.csv")}
    return admin.post(CALENDAR, fields, content_type="multipart/form-data")


def test_mistakes_of_a_calendar_are_named_by_line(site: Flask) -> None:
    typed = "date,workday,name\n2027-02-08,maybe,春节\n2027-02-30,no,春节\n2027-02-09,yes,春节\n"
    page = send(ada(site), CALENDAR, days=typed)
    assert page.status_code == 422
    said = words(page)
    assert "有 3 处错误，什么也没有导入" in said
    assert [line for line in range(1, 6) if f"第 {line} 行" in said] == [2, 3, 4]
    assert forms(page)[CALENDAR]["days"].strip() == typed.strip()


@pytest.mark.parametrize("typed", ["", "   ", "x" * 200_001])
def test_a_calendar_of_nothing_or_too_much_is_refused(site: Flask, typed: str) -> None:
    page = send(ada(site), CALENDAR, days=typed)
    assert page.status_code == 422
    assert wrong_fields(page) == {"days"}


def test_a_calendar_that_somebody_imported_meanwhile_is_looked_at_again(site: Flask) -> None:
    admin = ada(site)
    plan = forms(send(admin, CALENDAR, days=YEAR))[CALENDAR] | {"step": "import"}
    assert admin.post(CALENDAR, plan).status_code == 303
    answer = admin.post(CALENDAR, plan)
    assert answer.status_code == 409
    assert "Ada已经操作过：导入日历" in words(answer)
