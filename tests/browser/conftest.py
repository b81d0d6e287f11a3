"""A real browser before a whole running house; for the pages, one that a small demo has lived in."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from bench import chromium
from bench.tour import Stop, stops
from config import Settings
from models.clock import now
from queues.demo import load
from tests.house.conftest import House
from workflow import bootstrap

PASSWORD = "whistle"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if chromium.find() is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium: run bin/test")
        pytest.skip("no Chromium: run bin/test")
    with chromium.browser() as found:
        yield found


@pytest.fixture(scope="session")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> tuple[House, list[Stop]]:
    """The house, and the pages to see in it."""
    folder = tmp_path_factory.mktemp("lived-in")
    settings = Settings.load({"DATA_DIR": str(folder), "DEMO": "people"})
    bootstrap.prepare(settings)
    database = bootstrap.connect(settings)
    with database.writing() as session:
        load(session, settings, until=now(), passed=lambda _share: None, days=6, reports=90)
    with database.reading() as session:
        pages = stops(session)
    database.engine.dispose()
    return House(settings.database_url, folder), pages


@pytest.fixture(scope="session")
def house(lived_in: tuple[House, list[Stop]]) -> Iterator[House]:
    yield lived_in[0]
    lived_in[0].stop()


@pytest.fixture(scope="session")
def new_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house in which nothing has happened yet."""
    folder = tmp_path_factory.mktemp("new")
    found = House(f"sqlite:///{folder}/whistle.db", folder)
    yield found
    found.stop()


class Faults(list[str]):
    """What a page complained of: errors of scripts, broken policy, what did not load."""

    def watch(self, page: Page, *, but: tuple[int, ...] = ()) -> None:
        page.on("pageerror", lambda error: self.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self._said(page, said.type, said.text))
        page.on("requestfailed", lambda request: self._failed(request.url, request.failure or ""))
        page.on("response", lambda answer: self._answered(answer.url, answer.status, but))

    def _said(self, page: Page, kind: str, text: str) -> None:
        # What the browser says of an answer's status is looked at as the answer.
        if kind in ("error", "warning") and "Failed to load resource" not in text:
            self.append(f"{page.url}: {text}")

    def _failed(self, url: str, why: str) -> None:
        if "ERR_ABORTED" not in why:
            self.append(f"{url}: {why}")

    def _answered(self, url: str, status: int, but: tuple[int, ...]) -> None:
        if status >= 400 and status not in but:
            self.append(f"{url}: {status}")


@pytest.fixture
def faults() -> Iterator[Faults]:
    """Whatever goes wrong in a watched page fails the test."""
    found = Faults()
    yield found
    assert not found, "\n".join(found)


def enter(context: BrowserContext, house: House, username: str) -> Page:
    """A page of somebody who has signed in by hand."""
    page = context.new_page()
    page.goto(f"{house.address}/sign-in")
    page.locator("#f-username").fill(username)
    page.locator("#f-password").fill(PASSWORD)
    page.locator("#f-password").press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page
