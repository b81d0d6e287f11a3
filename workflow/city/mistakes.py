"""What is wrong with a pack: every mistake by file and line, gathered so that one reading names them all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from workflow.errors import Problem
from workflow.say import say
from workflow.strangers import visible


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong: the pack's file, the line (from 1), and a sentence as key and parameters."""

    file: str
    line: int
    key: str
    params: dict[str, Any]

    def sentence(self, locale: str) -> str:
        """`file:line: reason` in the reader's language."""
        params = {name: visible(value) for name, value in self.params.items()}
        return f"{self.file}:{self.line}: {say(self.key, locale, **params)}"


class PackError(Problem):
    """The pack is broken and nothing of it was taken. `mistakes` in the order of files and lines."""

    status = 422
    key = "pack.broken"

    def __init__(self, path: str, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = mistakes
        super().__init__(path=path, count=len(mistakes))

    def sentence(self, locale: str) -> str:
        """The summary, then one line a mistake."""
        return "\n".join([super().sentence(locale), *(mistake.sentence(locale) for mistake in self.mistakes)])

    def __str__(self) -> str:
        return self.sentence("en")


@dataclass(slots=True)
class Mistakes:
    """The mistakes found so far. Readers add and go on, so that an author mends a pack in one round."""

    found: list[Mistake] = field(default_factory=list)

    def add(self, file: str, line: int, key: str, **params: Any) -> None:
        """Note a mistake; `key` without its prefix `pack.`."""
        self.found.append(Mistake(file, line, f"pack.{key}", params))

    def hold(self, path: str) -> None:
        """Raise PackError if anything was found."""
        if self.found:
            ordered = sorted(self.found, key=lambda mistake: (mistake.file, mistake.line))
            raise PackError(path, tuple(ordered))
