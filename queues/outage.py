"""Something we need is away: say so once, and once that it is back."""

from __future__ import annotations

import structlog

log = structlog.get_logger("queues")


class Outage:
    """What is away at the moment, by name ("redis", "database")."""

    def __init__(self) -> None:
        self._away: set[str] = set()

    def away(self, name: str, error: BaseException) -> None:
        """It is away; logged the first time. Only the error's first line is kept: SQL and values follow it."""
        if name not in self._away:
            self._away.add(name)
            told = str(getattr(error, "orig", None) or error).partition("\n")[0]
            log.warning("away", what=name, error=type(error).__name__, told=told)

    def back(self) -> None:
        """All is there."""
        for name in sorted(self._away):
            log.info("back", what=name)
        self._away.clear()
