"""Lets the parts load their code while the database is still being prepared: half of the time that a start takes.

A pipe of which the supervisor holds the writing end and every part gets the reading end. The gate is shut until the
writing end is closed; a part that is started later finds it open.
"""

from __future__ import annotations

import os

GATE = "WHISTLE_GATE"


class Gate:
    """The supervisor's side: shut until `open`."""

    def __init__(self) -> None:
        self.descriptor, self._held = os.pipe()

    @property
    def environment(self) -> dict[str, str]:
        """What tells a part where to wait; it must inherit `descriptor`."""
        return {GATE: str(self.descriptor)}

    def open(self) -> None:
        """Let them through, those that wait and those that come later."""
        os.close(self._held)


def wait() -> None:
    """Wait until the database is prepared; at once where nobody said that it is not."""
    told = os.environ.pop(GATE, None)
    if told is not None:
        os.read(int(told), 1)
        os.close(int(told))
