"""What an audit has to say: one sentence a row that was altered, is missing or was added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from workflow.say import say


@dataclass(frozen=True)
class Finding:
    """A row that is not as it was written. `key` without its prefix `audit.`."""

    key: str
    params: dict[str, Any] = field(default_factory=dict)

    def sentence(self, locale: str) -> str:
        """The finding, for whoever reads the audit."""
        return say(f"audit.{self.key}", locale, **self.params)


def found(key: str, /, **params: Any) -> Finding:
    """A finding whose sentence is `audit.<key>`."""
    return Finding(key, params)


Findings = Iterator[Finding]


@dataclass
class Tally:
    """How many rows were read, by table: so that "nothing found" says in how much."""

    rows: dict[str, int] = field(default_factory=dict)

    def add(self, table: str, count: int) -> None:
        """Count rows of a table."""
        self.rows[table] = self.rows.get(table, 0) + count

    @property
    def total(self) -> int:
        """All rows."""
        return sum(self.rows.values())
