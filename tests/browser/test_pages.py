"""Every page in a real browser: nothing that axe finds, no violation of the policy, nothing from outside, no page wider
than its screen; light and dark, Chinese and English, at three widths."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from bench.tour import PEOPLE, Stop
from tests.browser.conftest import Faults, enter
from tests.house.conftest import House

LOOKS = [("zh-CN", "light", 390, 768), ("en-GB", "dark", 1440, 360)]
"""Language, colours, the width at which axe looks too, and one to which the window is drawn then."""
HEIGHT = 844
BUDGET_BYTES = 90 * 1024


@pytest.mark.parametrize("person", [None, *PEOPLE], ids=lambda person: person or "nobody")
@pytest.mark.parametrize(("language", "colours", "width", "other"), LOOKS)
def test_every_page(
    lived_in: tuple[House, list[Stop]], house: House, browser: Browser, faults: Faults,
    language: str, colours: str, width: int, other: int, person: str | None,
) -> None:
    pages = [stop for stop in lived_in[1] if stop.person == person]
    assert len(pages) > 1
    context = browser.new_context(
        locale=language, color_scheme=colours, viewport={"width": width, "height": HEIGHT}, reduced_motion="reduce"
    )
    page = context.new_page() if person is None else enter(context, house, person)
    faults.watch(page, but=(404,))
    wrong: list[str] = []
    page.on("request", lambda request: wrong.extend(_outside(request.url, house)))
    for stop in pages:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.goto(house.address + stop.path, wait_until="load")
        wrong += _looks(page, stop, width)
        page.evaluate("document.querySelectorAll('main details').forEach((fold) => (fold.open = true))")
        wrong += _axe(page, stop)
        page.set_viewport_size({"width": other, "height": HEIGHT})
        wrong += _looks(page, stop, other)
    context.close()
    assert not wrong, "\n".join(wrong)


def _outside(url: str, house: House) -> list[str]:
    own = url.startswith((house.address, "blob:", "data:"))
    return [] if own else [f"asked {urlsplit(url).netloc} for something"]


def _looks(page: Page, stop: Stop, width: int) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    headings = page.locator("h1").count()
    return [
        *([f"{stop.name} at {width}: {wide} px too wide"] if wide > 0 else []),
        *([f"{stop.name}: {headings} first headings"] if headings != 1 else []),
        *([f"{stop.name}: no words"] if len(page.locator("main").inner_text().strip()) < 10 else []),
    ]


def _axe(page: Page, stop: Stop) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{stop.name}: {each['id']}: {node['target']} {node.get('failureSummary', '')[:300]}"
        for each in found
        for node in each["nodes"][:3]
    ]


def test_the_first_page_of_a_rider_is_light(house: House, browser: Browser) -> None:
    context = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    page = enter(context, house, "rider1")
    cookies = context.cookies()
    context.close()
    cold = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    cold.add_cookies(cookies)  # type: ignore[arg-type]
    page = cold.new_page()
    wire = cold.new_cdp_session(page)
    wire.send("Network.enable")
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(f"{house.address}/", wait_until="networkidle")
    assert "/report" in page.url
    assert len(sizes) > 3
    assert sum(sizes) < BUDGET_BYTES, f"{sum(sizes):.0f} bytes"
    cold.close()
