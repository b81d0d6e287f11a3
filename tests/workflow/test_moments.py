"""Moments and days in sentences: in the reader's language and the city's time, never as a machine writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Notification, Ticket
from stage.cast import a_ticket, fields, person, step
from tests.workflow.conftest import MONDAY
from workflow import deadlines, moments, telling, timeline
from workflow.city_settings import titles
from workflow.engine import fire
from workflow.errors import Invalid, Refused
from workflow.say import LOCALES, say

SUZHOU = ZoneInfo("Asia/Shanghai")


def test_the_same_moment_as_it_is_said_from_here_and_from_afar() -> None:
    at = datetime(2026, 11, 23, 5, 17, tzinfo=UTC)
    seen = {
        0: ("刚刚", "just now"), 3: ("3 分钟前", "3 min ago"), 60: ("今天 13:17", "today 13:17"),
        1440: ("昨天 13:17", "yesterday 13:17"), -1440: ("明天 13:17", "tomorrow 13:17"),
        4 * 1440: ("11月23日 周一 13:17", "Mon 23 Nov, 13:17"),
        60 * 1440: ("2026年11月23日 13:17", "23 Nov 2026, 13:17"),
    }  # fmt: skip
    for minutes, said in seen.items():
        moment = at + timedelta(minutes=minutes)
        assert tuple(moments.relative(at, moment, SUZHOU, each) for each in LOCALES) == said
    assert moments.near(at, at, SUZHOU, "zh") == "今天 13:17"
    assert moments.absolute(at, at, SUZHOU, "zh") == "11月23日 周一 13:17"


def test_the_days_to_come_are_called_by_their_weekday() -> None:
    friday = datetime(2026, 11, 27, 7, 30, tzinfo=UTC)
    monday, week = friday + timedelta(days=3, hours=-4), friday + timedelta(days=7)
    assert [moments.ahead(monday, friday, SUZHOU, each) for each in LOCALES] == ["周一 11:30", "Mon 11:30"]
    assert [moments.ahead(week, friday, SUZHOU, each) for each in LOCALES] == ["12月4日 周五", "Fri 4 Dec"]


def test_figures_stand_apart_from_chinese_and_words_do_not() -> None:
    assert [moments.within(each, "zh") for each in ("今天 13:17", "11月23日 周一", "周一")] == [
        "今天 13:17 ", " 11月23日 周一", "周一",
    ]  # fmt: skip
    assert moments.within("23 Nov 2026", "en") == "23 Nov 2026"


def test_why_it_is_due_then(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session)
    zh, en = (deadlines.why(session, ticket, each) or "" for each in LOCALES)
    assert zh.startswith("自今天 10:00 起，")
    assert "，至今天 12:00" in zh
    assert ", from today 10:00 to today 12:00" in en
    monday.move_to(MONDAY + timedelta(days=4))
    zh, en = (deadlines.why(session, ticket, each) or "" for each in LOCALES)
    assert zh.startswith("自 11月23日 周一 10:00 起，")
    assert "，至 11月23日 周一 12:00" in zh
    assert ", from Mon 23 Nov, 10:00 to Mon 23 Nov, 12:00" in en


def extended(session: Session, until: str) -> Ticket:
    """A ticket with more time until a day."""
    ticket = a_ticket(session, "in_progress")
    step(session, ticket, "request_extension")
    fire(ticket, "grant_extension", actor=person(session, "carol"), until=until)
    return ticket


def test_a_day_that_was_granted(session: Session, monday: time_machine.Traveller) -> None:
    ticket = extended(session, "2026-12-04")
    assert deadlines.why(session, ticket, "zh") == "经批准延期至 12月4日 周五下班"
    assert deadlines.why(session, ticket, "en") == "Extended to the close of business on Fri 4 Dec"
    for locale, said in (("zh", "至 12月4日 周五"), ("en", "until Fri 4 Dec")):
        line = timeline.lines(session, ticket, person(session, "sam"), locale)[-1]
        assert said in line.sentence
        assert line.details["until"] == "2026-12-04"
    monday.move_to(MONDAY + timedelta(days=60))
    assert "2026年12月4日" in timeline.lines(session, ticket, person(session, "sam"), "zh")[-1].sentence


def test_a_day_of_review(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session, "in_progress")
    step(session, ticket, "request_suspension")
    fire(ticket, "suspend", actor=person(session, "sam"), review_on="2027-01-04")
    assert (deadlines.why(session, ticket, "zh") or "").endswith("；2027年1月4日复查")
    assert (deadlines.why(session, ticket, "en") or "").endswith("review on 4 Jan 2027")
    assert "2027年1月4日复查" in timeline.lines(session, ticket, person(session, "sam"), "zh")[-1].sentence


def test_whoever_came_second_reads_when(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session, "triaged")
    with pytest.raises(Refused) as refused:
        fire(ticket, "triage", actor=person(session, "carol"), **fields(session, "triage"))
    assert "于今天 10:00 「" in refused.value.sentence("zh")
    assert ", today 10:00." in refused.value.sentence("en")


@pytest.mark.parametrize(("until", "said"), [("2026-11-20", "（11月2"), ("2027-11-22", "即 12月")])
def test_a_day_that_does_not_fit_names_the_one_that_would(
    session: Session, monday: time_machine.Traveller, until: str, said: str
) -> None:
    ticket = a_ticket(session, "in_progress")
    step(session, ticket, "request_extension")
    with pytest.raises(Invalid) as refused:
        fire(ticket, "grant_extension", actor=person(session, "carol"), until=until)
    (error,) = refused.value.field_errors("zh")
    assert said in str(error)


def told(session: Session, ticket: Ticket, key: str, **params: Any) -> tuple[Notification, tuple[str, ...]]:
    """A row of the inbox, and how it reads in each language."""
    telling.announce(session, ticket, key, [person(session, "alice").id], key, **params)
    row = session.scalars(select(Notification).where(Notification.key == key)).one()
    return row, tuple(telling.sentences(session, [row], each)[0] for each in LOCALES)


def test_the_inbox_keeps_the_moment_and_says_it_in_the_readers_language(
    session: Session, monday: time_machine.Traveller
) -> None:
    ticket = a_ticket(session, "assigned")
    assert ticket.due_at is not None
    row, (zh, en) = told(session, ticket, "told.resume")
    assert datetime.fromisoformat(row.params["due"]) == ticket.due_at
    local = ticket.due_at.astimezone(SUZHOU)
    assert f"应于 {local.month}月{local.day}日 {say(f'weekday.{local.isoweekday()}', 'zh')} {local:%H:%M} 前办结" in zh
    assert f"due by {say(f'weekday.{local.isoweekday()}', 'en')} {local.day} " in en
    _, (zh, en) = told(session, ticket, "told.suspend", day="2027-01-04")
    assert zh.endswith("已挂账，2027年1月4日复查。")
    assert en.endswith("reviewed on 4 Jan 2027.")


def test_what_was_written_ends_where_the_sentence_goes_on(session: Session) -> None:
    ticket, erin = a_ticket(session, "in_progress"), person(session, "erin")
    event = fire(ticket, "resolve", actor=erin, **fields(session, "resolve", erin) | {"note": "已清运，恢复整洁。"})
    _, (zh, en) = told(session, ticket, "told.resolve", event=event.id)
    assert "已办结（已清运，恢复整洁）。请确认" in zh
    assert "is done (已清运，恢复整洁). Please" in en


def test_rows_of_earlier_versions_are_read_as_they_were_written(session: Session) -> None:
    ticket = a_ticket(session, "assigned")
    _, (zh, en) = told(session, ticket, "told.resume", due="11-24 12:00")
    assert "应于 11-24 12:00 前办结" in zh
    assert "due by 11-24 12:00" in en
    row = Notification(key="told.resume", params={"number": ticket.number, "matter": titles(ticket.category)})
    row.params = row.params | {"due": "—"}
    assert "应于 — 前办结" in telling.sentences(session, [row], "zh")[0]
