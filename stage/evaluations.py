"""Counts the passwords that a house's web servers hold against a hash, whatever they answer.

    evaluations = Evaluations(folder)
    with House(…, **evaluations.environment()) as house:
        before = evaluations.count()

An evaluation is a line of a file.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from stage.arming import arming

FILE = "EVALUATIONS"


class Evaluations:
    """All since the house began."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "evaluations"
        self._file.touch()
        self._armed = arming(folder, __name__, "gunicorn")

    def environment(self) -> dict[str, str]:
        """What lets a house's web servers note them."""
        return self._armed | {FILE: str(self._file)}

    def count(self) -> int:
        """How many there were so far."""
        return self._file.read_bytes().count(b"\n")


def arm() -> None:
    """Note each in this process and in those that it forks, where the hash is computed: whoever asks comes by."""
    from argon2 import PasswordHasher

    verify = PasswordHasher.verify

    def noting(*words: Any) -> Any:
        file = os.open(os.environ[FILE], os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        os.write(file, b"\n")
        os.close(file)
        return verify(*words)

    PasswordHasher.verify = noting  # type: ignore[method-assign, assignment]
