"""What templates say of deadlines, and where their lines may not end."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from models.clock import now
from tests.workflow.conftest import MONDAY
from web.pages.filters import deadline_words, left_words, unbroken


@pytest.mark.parametrize(
    ("hours", "mark", "said", "left"),
    [
        (1, "near", "剩 1 小时", "剩 1 小时"),
        (26, "calm", "剩 1 天 2 小时", "剩 1 天 2 小时"),
        (72, "calm", "周四 10:00 到期", "剩 3 天"),
        (24 * 9, "near", "12月2日 周三 到期", "剩 9 天"),
        (-50, "over", "超时 2 天 2 小时", "超时 2 天 2 小时"),
    ],
)
def test_a_deadline_beyond_tomorrow_is_said_as_its_moment(
    site: Flask, hours: int, mark: str, said: str, left: str
) -> None:
    with time_machine.travel(MONDAY, tick=False), site.test_request_context(headers={"Accept-Language": "zh"}):
        due = now() + timedelta(hours=hours)
        assert deadline_words(due, mark) == said
        assert left_words(due, mark) == left


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("至今天 14:41。", "至今天_14:41。"),
        ("应在 11月25日 周三 10:59 前派单", "应在 11|月|25|日 周三_10:59 前派单"),
        ("已超时 2 天 9 小时。已报督办。", "已超时 2_天 9_小时。已报督办。"),
        ("done by Wed 25 Nov, 10:59 and is 1 d 6 h late", "done by Wed_25_Nov,_10:59 and is 1_d 6_h late"),
        ("on 23 Nov 2026, 13:17; 2026年11月23日 13:17", "on 23_Nov_2026,_13:17; 2026年11|月|23|日_13:17"),
        ("due today 16:42, 20 min for dispatch", "due today_16:42, 20_min for dispatch"),
        ("3 departments may do so, 4 times", "3 departments may do so, 4 times"),
    ],
)
def test_a_line_ends_in_no_moment_and_in_no_amount(words: str, said: str) -> None:
    assert unbroken(words).replace("\u00a0", "_").replace("\u2060", "|") == said
