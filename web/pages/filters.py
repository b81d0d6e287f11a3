"""What templates say moments and deadlines with. Each reads the language and the zone of the request once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from markupsafe import Markup, escape

from models.clock import now
from web.context import locale, reading
from web.pages.unbroken import unbroken
from workflow import moments
from workflow.deadlines import amount
from workflow.localtime import local_day, zone
from workflow.say import say

MINUTE = timedelta(minutes=1)


def register(app: Flask) -> None:
    """Give templates `t(key, …)`, `|when`, `|moment`, `|day`, `|day_words`, `|date_words`, `|clock_time`, `|unbroken`,
    and of spans `deadline_words(…)`, `left_words(…)`, `span_words(…)` and `amount_words(…)`."""
    app.jinja_env.filters.update(
        when=when,
        moment=moment,
        day=day,
        day_words=day_words,
        date_words=date_words,
        clock_time=clock_time,
        unbroken=unbroken,
    )
    app.jinja_env.globals.update(
        t=_said,
        deadline_words=deadline_words,
        left_words=left_words,
        span_words=span_words,
        amount_words=amount_words,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _said(key: str, **params: Any) -> str:
    return say(key, locale(), **params)


def when(value: datetime | str | None) -> Markup:
    """A moment: relative to read, whole on hover and for machines."""
    if value is None:
        return Markup("")
    at = _parsed(value)
    tz, tongue = zone(reading()), locale()
    return _time(at, moments.relative(at, now(), tz, tongue), tz, tongue)


def moment(value: datetime | str) -> Markup:
    """A moment as a clock says it, however near: a deadline is a time, not an age."""
    at, tz, tongue = _parsed(value), zone(reading()), locale()
    return _time(at, moments.near(at, now(), tz, tongue), tz, tongue)


def day(value: datetime | str | None) -> Markup:
    """A moment's day alone."""
    if value is None:
        return Markup("")
    at = _parsed(value)
    return _time(at, day_words(at), zone(reading()), locale())


def day_words(value: datetime | str) -> str:
    """A moment's day in words alone: two moments of one day say the same."""
    tz = zone(reading())
    return moments.day(_parsed(value).astimezone(tz), now().astimezone(tz), locale())


def date_words(value: date) -> str:
    """A day of the city's calendar in words."""
    return moments.day(value, local_day(reading(), now()), locale())


def clock_time(value: datetime | str) -> str:
    """Hour and minute."""
    return _parsed(value).astimezone(zone(reading())).strftime("%H:%M")


def deadline_words(due_at: datetime | str, mark: str) -> str:
    """How a deadline stands: as `left_words` where it is over or falls on today or tomorrow, else when it falls, since
    nights and weekends of which no clock counts a minute lie in between: "周一 12:00 到期"."""
    at, tz = _parsed(due_at), zone(reading())
    if (at.astimezone(tz).date() - now().astimezone(tz).date()).days < 2:
        return left_words(at, mark)
    return say("deadline.due", locale(), when=moments.ahead(at, now(), tz, locale()))


def left_words(due_at: datetime | str, mark: str) -> str:
    """How long there is, or how long it is over, a minute at least: "剩 1 小时 20 分", "超时 2 天"."""
    left = _parsed(due_at) - now()
    key = "deadline.over" if mark == "over" else "deadline.left"
    return say(key, locale(), span=moments.span(max(abs(left), MINUTE), locale()))


def span_words(start: datetime | str, end: datetime | str | None = None) -> Any:
    """How long it took, or takes until now."""
    until = _parsed(end) if end is not None else now()
    return escape(moments.span(until - _parsed(start), locale()))


def amount_words(minutes: int) -> str:
    """A number of minutes that a clock counts: "4 小时", "1 小时 20 分钟"."""
    return amount(minutes, locale())


def _time(at: datetime, said: str, tz: ZoneInfo, tongue: str) -> Markup:
    whole = escape(moments.whole(at, tz, tongue))
    return Markup(f'<time datetime="{_iso(at)}" title="{whole}">{escape(said)}</time>')  # noqa: S704  all is escaped


def _parsed(value: datetime | str) -> datetime:
    """A moment as the database or a serializer has it."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _iso(at: datetime) -> str:
    """For `<time datetime>`: RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat(timespec="seconds")[:-6] + "Z"
