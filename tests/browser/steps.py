"""What people do in their browsers, by hand, by keyboard, with or without scripts: the same forms for all of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page

from stage import photos
from tests.house.conftest import House

RUBBISH = ("rubbish", "06010")
LOUFENG = {"latitude": 31.305, "longitude": 120.655}
NUMBER = re.compile(r"/tickets/(SIP-\d\d-\d{6})")
MOST_TABS = 250


def a_browser(browser: Browser, language: str, scripts: bool, screen: dict[str, Any]) -> BrowserContext:
    """A browser that knows where it is, in Loufeng."""
    return browser.new_context(
        locale=language, java_script_enabled=scripts, geolocation=LOUFENG, permissions=["geolocation"],
        reduced_motion="reduce", **screen,
    )  # fmt: skip


def picture(colour: str, name: str = "photo.jpg") -> Any:
    """A photo as a file chooser takes it."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": photos.picture(1280, 960, colour)}


def number_of(page: Page) -> str:
    """The number of the ticket whose page this is."""
    found = NUMBER.search(page.url)
    assert found, f"no ticket's page: {page.url}"
    return found[1]


def demo_sign_in(context: BrowserContext, house: House, username: str) -> Page:
    """Signed in by the button of a person of the demo."""
    page = context.new_page()
    page.goto(f"{house.address}/sign-in")
    button = page.locator(f"form:has(input[name=username][value='{username}']) button").first
    if not button.is_visible():
        page.locator("section.sign-in-demo details > summary").click()
    button.click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def unfold(page: Page, action: str, open_it: Callable[[str], None]) -> Locator:
    """The form of a transition; where it lies in a fold that is closed, `open_it` opens what its selector names."""
    form = page.locator(f"form.action-form[action$='/transitions/{action}']").first
    form.wait_for(state="attached")
    fold = page.locator(f"details#do-{action}")
    if fold.count() and fold.get_attribute("open") is None:
        open_it(f"details#do-{action}")
    return form


def act(page: Page, action: str, fill: Callable[[Locator], None] | None = None) -> None:
    """Fire a transition through its form, and wait for the page that answers."""
    form = unfold(page, action, lambda fold: page.locator(f"{fold} > summary").click())
    if fill is not None:
        fill(form)
    with page.expect_navigation():
        # On a phone the button of the one thing to do lies under the thumb, outside of its form.
        buttons = page.locator(f"#form-{action} .form-end button, button[form='form-{action}']")
        buttons.filter(visible=True).first.click()


def shows_ticket(house: House, page: Page, number: str) -> bool:
    """Whether the reader of this browser may see the ticket yet."""
    answer = page.goto(f"{house.address}/tickets/{number}")
    return answer is not None and answer.status == 200


def paid(house: House, page: Page, number: str) -> bool:
    """Whether the reporter's page of the ticket says that it was paid."""
    page.goto(f"{house.address}/tickets/{number}")
    return page.locator(".tone-paid").count() > 0


def tab_to(page: Page, selector: str, *, backwards: bool = False) -> None:
    """Press Tab until what has the focus fits `selector`. Raises AssertionError where that leads nowhere."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if page.evaluate("wanted => document.activeElement?.matches(wanted)", selector):
            return
    raise AssertionError(f"{MOST_TABS} tabs did not lead to {selector} on {page.url}")


def press(page: Page, selector: str, key: str = "Enter") -> None:
    """Go to a thing by keyboard and press a key on it."""
    tab_to(page, selector)
    page.keyboard.press(key)
