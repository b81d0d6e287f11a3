"""What templates say of deadlines."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from models.clock import now
from tests.workflow.conftest import MONDAY
from web.pages.filters import deadline_words, left_words


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
