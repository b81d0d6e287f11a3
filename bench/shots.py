"""`bin/shots`: how every page looks."""

from __future__ import annotations

import sys
import tempfile
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from bench import chromium
from bench.house import House
from bench.tour import Stop

ROOT = Path(__file__).resolve().parent.parent
ALL = ROOT / "docs" / "shots" / "all"
KEPT = ROOT / "docs" / "shots"
SCREENS = {"phone": chromium.PHONE, "desk": chromium.DESK}
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
COLOURS = ("light", "dark")
CHOSEN = {
    ("rider-report", "phone"),
    ("rider-ticket-resolved", "phone"),
    ("rider-points", "phone"),
    ("clerk-ticket-submitted", "desk"),
    ("supervisor-dashboard", "desk"),
}
"""What the README shows, light, in both languages; as JPEG, since these pages are full of photos."""


def main(wanted: list[str]) -> int:
    """Exit status 0; the pictures lie in docs/shots/all/."""
    ALL.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="whistle-shots-") as folder, House(Path(folder)) as house:
        pages = [stop for stop in house.stops if not wanted or stop.name in wanted]
        with chromium.browser() as browser:
            for (screen, how), (tongue, language), colours in product(SCREENS.items(), LANGUAGES.items(), COLOURS):
                context = browser.new_context(locale=language, color_scheme=colours, reduced_motion="reduce", **how)
                _take(house, browser, context, pages, f"{screen}-{tongue}-{colours}")
                context.close()
    print(f"{len(list(ALL.glob('*.png')))} pictures in {ALL}")
    return 0


def _take(house: House, browser: Browser, context: BrowserContext, pages: list[Stop], look: str) -> None:
    signed_in: str | None = None
    for stop in sorted(pages, key=lambda each: each.person or ""):
        if stop.person != signed_in:
            house.enter(context, stop.person)
            signed_in = stop.person
        page = context.new_page()
        page.goto(house.address + stop.path, wait_until="networkidle")
        _see_all(page)
        page.screenshot(path=ALL / f"{stop.name}-{look}.png", full_page=True)
        screen, tongue, colours = look.split("-")
        if colours == "light" and (stop.name, screen) in CHOSEN:
            page.screenshot(path=KEPT / f"{stop.name}-{tongue}.jpg", type="jpeg", quality=72)
        page.close()


def _see_all(page: Page) -> None:
    """Maps and pictures are loaded when they come into sight."""
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    for tile in page.locator("[data-map]:visible").all():
        tile.scroll_into_view_if_needed()
        tile.locator("path, .leaflet-marker-icon").first.wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    page.evaluate("window.scrollTo(0, 0)")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
