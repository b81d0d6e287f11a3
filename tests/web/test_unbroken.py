"""Where the lines of a sentence may not end."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from web.pages.unbroken import unbroken
from workflow import moments
from workflow.deadlines import amount
from workflow.say import LOCALES

CITY = ZoneInfo("Asia/Shanghai")
MOMENT = datetime(2026, 6, 15, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("至今天 14:41。", "至今天_14:41。"),
        ("应在 11月25日 周三 10:59 前派单", "应在 11|月|25|日 周三_10:59 前派单"),
        ("已超时 2 天 9 小时。已报督办。", "已超时 2_天 9_小时。已报督办。"),
        ("done by Wed 25 Nov, 10:59 and is 1 d 6 h late", "done by Wed_25_Nov,_10:59 and is 1_d 6_h late"),
        ("on 23 Nov 2026, 13:17; 2026年11月23日 13:17", "on 23_Nov_2026,_13:17; 2026|年|11|月|23|日_13:17"),
        ("due today 16:42, 20 min for dispatch", "due today_16:42, 20_min for dispatch"),
        ("3 departments may do so, 4 times", "3 departments may do so, 4 times"),
    ],
)
def test_a_line_ends_in_no_moment_and_in_no_amount(words: str, said: str) -> None:
    assert unbroken(words).replace("\u00a0", "_").replace("\u2060", "|") == said


@pytest.mark.parametrize("locale", LOCALES)
def test_every_day_of_a_year_stays_on_its_line(locale: str) -> None:
    for days in range(-200, 400):
        at = MOMENT + timedelta(days=days)
        for say in (moments.near, moments.absolute, moments.ahead):
            said = unbroken(say(at, MOMENT, CITY, locale))
            assert re.search(r"\d[ 年月日]|[ 年月]\d", said) is None


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("minutes", [1, 59, 60, 61, 1440, 1500])
def test_a_number_stays_with_its_unit(locale: str, minutes: int) -> None:
    for said in (moments.span(timedelta(minutes=minutes), locale), amount(minutes, locale)):
        parts = unbroken(said).split(" ")
        assert all(part[0].isdecimal() and not part[-1].isdecimal() for part in parts)
