"""A record of a pack's file (a YAML mapping or a CSV row): every value taken by name and checked where it stands.

A wrong or missing value is noted and a stand-in given back, so that reading goes on and names every mistake. What was
never taken when `done` is called is a typing error of the author's, and refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches

from workflow.city.mistakes import Mistakes
from workflow.city.pack import Words

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
FLAGS = {"yes": True, "true": True, "no": False, "false": False}


class Value:
    """A value and its line: text (as written), a list, a mapping, or None for nothing."""

    __slots__ = ("data", "line")

    def __init__(self, line: int, data: str | list[Value] | dict[str, Value] | None) -> None:
        self.line = line
        self.data = data


class Record:
    """Named values of one place in a file."""

    def __init__(self, file: str, line: int, values: dict[str, Value], mistakes: Mistakes) -> None:
        self.file = file
        self.line = line
        self.values = values
        self.mistakes = mistakes

        self._taken: set[str] = set()

    def has(self, name: str) -> bool:
        """Whether a value was given (a blank one counts as none)."""
        self._taken.add(name)
        data = self.values[name].data if name in self.values else None
        return bool(data.strip()) if isinstance(data, str) else data is not None

    def at(self, name: str) -> int:
        """The line of a value, or the record's own where there is none."""
        return self.values[name].line if name in self.values else self.line

    def wrong(self, name: str, key: str, **params: object) -> None:
        """Note a mistake where `name` stands."""
        self.mistakes.add(self.file, self.at(name), key, name=name, **params)

    def text(self, name: str, longest: int = 255) -> str:
        """Text of one to `longest` characters; "" after a mistake."""
        data = self._given(name)
        if data is None:
            return ""
        if not isinstance(data, str):
            self.wrong(name, "not_text")
            return ""
        if len(data.strip()) > longest:
            self.wrong(name, "too_long", longest=longest)
        return data.strip()

    def code(self, name: str, longest: int = 32) -> str:
        """A code: letters, digits, hyphens and underscores; "" after a mistake."""
        text = self.text(name, longest)
        if text and not CODE.fullmatch(text):
            self.wrong(name, "bad_code", value=text)
            return ""
        return text

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """One of `choices`; "" after a mistake."""
        text = self.text(name)
        if text and text not in choices:
            self.wrong(name, "not_among", value=text, choices=", ".join(choices))
        return text if text in choices else ""

    def whole(self, name: str, low: int = 0, high: int = 1_000_000) -> int:
        """A whole number from `low` to `high`; `low` after a mistake."""
        text = self.text(name)
        if not text:
            return low
        if not re.fullmatch(r"-?[0-9]{1,9}", text):
            self.wrong(name, "not_whole", value=text)
            return low
        if not low <= int(text) <= high:
            self.wrong(name, "out_of_range", value=text, low=low, high=high)
            return low
        return int(text)

    def number(self, name: str, low: float, high: float) -> float:
        """A decimal number from `low` to `high`; `low` after a mistake."""
        text = self.text(name)
        if not text:
            return low
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not low <= number <= high:
            self.wrong(name, "out_of_range", value=text, low=low, high=high)
            return low
        return number

    def flag(self, name: str) -> bool:
        """yes or no; False after a mistake."""
        text = self.text(name).lower()
        if text and text not in FLAGS:
            self.wrong(name, "not_flag", value=text)
        return FLAGS.get(text, False)

    def day(self, name: str) -> date | None:
        """A date as 2026-10-01; None after a mistake."""
        text = self.text(name)
        if not text:
            return None
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                raise ValueError(text)
            return date.fromisoformat(text)
        except ValueError:
            self.wrong(name, "not_date", value=text)
            return None

    def words(self, name: str, longest_zh: int, longest_en: int) -> Words:
        """A mapping `{zh, en}`, both needed."""
        inner = self.record(name)
        if inner is None:
            return Words("", "")
        words = Words(inner.text("zh", longest_zh), inner.text("en", longest_en))
        inner.done()
        return words

    def record(self, name: str) -> Record | None:
        """A mapping inside this one; None after a mistake."""
        data = self._given(name)
        if data is None:
            return None
        if not isinstance(data, dict):
            self.wrong(name, "not_mapping")
            return None
        return Record(self.file, self.at(name), data, self.mistakes)

    def records(self, name: str) -> Iterator[Record]:
        """The mappings of a list."""
        for value in self._list(name):
            if isinstance(value.data, dict):
                yield Record(self.file, value.line, value.data, self.mistakes)
            else:
                self.mistakes.add(self.file, value.line, "not_mapping", name=name)

    def texts(self, name: str) -> list[tuple[str, int]]:
        """The texts of a list, each with its line."""
        given = []
        for value in self._list(name):
            if isinstance(value.data, str) and value.data.strip():
                given.append((value.data.strip(), value.line))
            else:
                self.mistakes.add(self.file, value.line, "not_text", name=name)
        return given

    def done(self) -> None:
        """Refuse what was never taken: a key that nothing reads is a typing error."""
        for name in self.values.keys() - self._taken:
            near = get_close_matches(name, self._taken, 1)
            if near:
                self.wrong(name, "unknown_key_near", near=near[0])
            else:
                self.wrong(name, "unknown_key", known=", ".join(sorted(self._taken)))

    def _list(self, name: str) -> list[Value]:
        data = self._given(name)
        if data is None or isinstance(data, list):
            return data or []
        self.wrong(name, "not_list")
        return []

    def _given(self, name: str) -> str | list[Value] | dict[str, Value] | None:
        if not self.has(name):
            self.wrong(name, "missing_value")
            return None
        return self.values[name].data
