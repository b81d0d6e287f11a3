"""A house of its own with the whole demo in it, that is there for as long as somebody looks at it."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import BrowserContext

from bench.tour import Stop, stops
from stage.browser import SESSION, Browser
from stage.house import House as Running


class House(Running):
    """`with House(folder) as house:` runs `bin/serve` with its data in `folder`, and loads the demo there first."""

    patience_seconds = 240.0

    def __init__(self, folder: Path, **environment: str) -> None:
        given = {name: os.environ[name] for name in ("WEB_CONCURRENCY",) if name in os.environ}
        asked = {"DEMO": "1", "LOCALE": "zh"} | given | environment
        super().__init__(folder, f"sqlite:///{folder}/whistle.db", **asked)

    def start(self) -> None:
        """Start it, and find out what there is to look at."""
        super().start()
        with self.database.reading() as session:
            self.stops: list[Stop] = stops(session)

    def cookie(self, username: str) -> str:
        """The session of somebody who has just signed in."""
        browser = Browser(self.address)
        browser.sign_in(username)
        return browser.cookies[SESSION]

    def enter(self, context: BrowserContext, username: str | None) -> None:
        """Let a browser be this person, or nobody."""
        context.clear_cookies()
        if username is not None:
            context.add_cookies([{"name": SESSION, "value": self.cookie(username), "url": self.address}])
