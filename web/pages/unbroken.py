"""Where the lines of a sentence may not end: in a day, a moment or an amount, as the catalogues say them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from string import Formatter

from workflow.say import LOCALES, catalogue

NO_BREAK_SPACE, NO_BREAK = "\u00a0", "\u2060"
MOMENTS = ("day_time", "weekday_time", "today", "tomorrow", "yesterday", "day", "day_year")
AMOUNTS = ("span.", "amount.", "moment.minutes_ago")
BEFORE_UNIT = re.compile(r" (?!\d)")
BESIDE_NUMBER = re.compile(r"(?<=\d) | (?=\d)")
"""A line may end between a Chinese day and its weekday."""
WITHIN_DAY = re.compile(r"(?<=\d)(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])(?=\d)")
"""Chinese has no spaces there, and a line may end at each character."""


def unbroken(words: str) -> str:
    """A sentence whose days, moments and amounts stay on one line each."""
    return _spoken().sub(_joined, words)


def _joined(found: re.Match[str]) -> str:
    if found["amount"]:
        return BEFORE_UNIT.sub(NO_BREAK_SPACE, found["amount"])
    return WITHIN_DAY.sub(NO_BREAK, BESIDE_NUMBER.sub(NO_BREAK_SPACE, found[0]))


@cache
def _spoken() -> re.Pattern[str]:
    """Whatever a moment or an amount looks like, in any language: a sentence may quote another's."""
    moments = [_pattern(f"moment.{name}", locale) for name in MOMENTS for locale in LOCALES]
    amounts = [_pattern(key, locale) for locale in LOCALES for key in catalogue(locale) if key.startswith(AMOUNTS)]
    amounts.sort(key=len, reverse=True)  # the one of two units before that of the first alone
    return re.compile(rf"(?<![A-Za-z\d])(?:{'|'.join(moments)}|(?P<amount>{'|'.join(amounts)}))(?![A-Za-z\d])")


def _pattern(key: str, locale: str) -> str:
    """What a sentence of the catalogue looks like with its parameters in it."""
    parts = Formatter().parse(catalogue(locale)[key])
    return "".join(re.escape(text) + (_parameter(name, key, locale) if name else "") for text, name, _, _ in parts)


def _parameter(name: str, key: str, locale: str) -> str:
    if name == "time":
        return r"\d\d:\d\d"
    if name in ("weekday", "month_name"):
        kind, count = ("weekday", 7) if name == "weekday" else ("month", 12)
        return _any_of(re.escape(catalogue(locale)[f"{kind}.{number}"]) for number in range(1, count + 1))
    if (name, key) == ("day", "moment.day_time"):
        return _any_of(_pattern(each, locale) for each in ("moment.day", "moment.day_year"))
    return r"\d+"


def _any_of(patterns: Iterable[str]) -> str:
    return f"(?:{'|'.join(patterns)})"
