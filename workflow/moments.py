"""Moments, days and durations as people say them, in the city's time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from workflow.say import LOCALES, say

JUST_NOW = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def relative(at: datetime, moment: datetime, tz: ZoneInfo, locale: str) -> str:
    """`at` seen at `moment`: "3 分钟前", and further away as `near` says it."""
    ago = moment - at
    if timedelta(0) <= ago < JUST_NOW:
        return say("moment.now", locale)
    if timedelta(0) <= ago < HOUR:
        return say("moment.minutes_ago", locale, minutes=int(ago.total_seconds() // 60))
    return near(at, moment, tz, locale)


def near(at: datetime, moment: datetime, tz: ZoneInfo, locale: str) -> str:
    """`at` for a sentence that is made when it is read: "今天 14:05", "昨天 09:30", else as `absolute` says it."""
    there, here = at.astimezone(tz), moment.astimezone(tz)
    days = (there.date() - here.date()).days
    named = {0: "moment.today", -1: "moment.yesterday", 1: "moment.tomorrow"}.get(days)
    return say(named, locale, time=f"{there:%H:%M}") if named else absolute(at, moment, tz, locale)


def ahead(at: datetime, moment: datetime, tz: ZoneInfo, locale: str) -> str:
    """`at` in the days to come, as short as it can be: "周四 09:30" within six days, else its day, "11月20日 周四"."""
    there, here = at.astimezone(tz), moment.astimezone(tz)
    if (there.date() - here.date()).days > 6:
        return day(there, here, locale)
    weekday = say(f"weekday.{there.isoweekday()}", locale)
    return say("moment.weekday_time", locale, weekday=weekday, time=f"{there:%H:%M}")


def absolute(at: datetime, moment: datetime, tz: ZoneInfo, locale: str) -> str:
    """`at` for a sentence that is read at any time: "11月20日 周四 09:30", "Thu 20 Nov, 09:30"."""
    there, here = at.astimezone(tz), moment.astimezone(tz)
    return say("moment.day_time", locale, day=day(there, here, locale), time=f"{there:%H:%M}")


def day(there: date, here: date, locale: str) -> str:
    """A local day: "11月20日 周四", with the year where it is not that of `here`."""
    key = "moment.day" if there.year == here.year else "moment.day_year"
    return say(
        key,
        locale,
        year=there.year,
        month_name=say(f"month.{there.month}", locale),
        day=there.day,
        weekday=say(f"weekday.{there.isoweekday()}", locale),
    )


def day_in_both(there: date, here: date) -> dict[str, str]:
    """A local day as a parameter of a sentence whose reader's language is not known yet."""
    return {locale: day(there, here, locale) for locale in LOCALES}


def whole(at: datetime, tz: ZoneInfo, locale: str) -> str:
    """The whole moment, for whoever wants to know exactly."""
    there = at.astimezone(tz)
    return say("moment.whole", locale, date=f"{there:%Y-%m-%d}", time=f"{there:%H:%M:%S}")


def span(between: timedelta, locale: str) -> str:
    """How long, in its two largest units: "2 天 3 小时", "1 小时 20 分", "12 分钟"."""
    minutes = max(0, int(between.total_seconds() // 60))
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        key = "span.days_hours" if hours else "span.days"
        return say(key, locale, days=days, hours=hours)
    if hours:
        key = "span.hours_minutes" if rest else "span.hours"
        return say(key, locale, hours=hours, minutes=rest)
    return say("span.minutes", locale, minutes=minutes)


def within(words: str, locale: str) -> str:
    """As it stands in a sentence: in Chinese with spaces between its figures and the text around them."""
    if locale == "en":
        return words
    return " " * words[:1].isdecimal() + words + " " * words[-1:].isdecimal()
