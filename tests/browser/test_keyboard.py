"""The whole way again, by keyboard alone: nobody touches a mouse or a screen."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, FileChooser, Page

from bench import chromium
from tests.browser.conftest import PASSWORD, Faults, enter
from tests.browser.steps import (
    RUBBISH,
    a_browser,
    number_of,
    paid,
    picture,
    press,
    shows_ticket,
    tab_to,
    unfold,
)
from tests.house.conftest import House

MOST_STEPS = 200
Fields = dict[str, Callable[[Page], None]]


def test_by_keyboard_alone(new_house: House, browser: Browser, faults: Faults) -> None:
    house = new_house
    context = a_browser(browser, "zh-CN", True, chromium.DESK)
    page = context.new_page()
    faults.watch(page, but=(404,))
    photos = iter([picture("sienna"), picture("seagreen", "after.jpg")])

    def choose(chooser: FileChooser) -> None:
        chooser.set_files(next(photos))

    # Playwright takes choosers over only some time after it was asked to: asked at the key press, it may miss it.
    page.on("filechooser", choose)

    sign_in(house, page, "rider2")
    number = report(page)
    sign_in(house, page, "clerk.loufeng")
    house.eventually(lambda: shows_ticket(house, page, number) or None)
    fire(page, "triage", {"category": chosen(RUBBISH[1])})
    page.goto(f"{house.address}/tickets/{number}")
    fire(page, "assign", {"department": chosen("enforcement")})
    sign_in(house, page, "officer.enforcement")
    page.goto(f"{house.address}/tickets/{number}")
    fire(page, "accept")
    page.goto(f"{house.address}/tickets/{number}")
    fire(page, "resolve", {"note": typed("已清运"), "photos": photographed})
    sign_in(house, page, "rider2")
    page.goto(f"{house.address}/tickets/{number}")
    assert page.locator("a.photo").count() >= 2, "before and after"
    fire(page, "confirm", {"rating": chosen("5")})
    house.eventually(lambda: paid(house, page, number) or None)
    context.close()


def sign_in(house: House, page: Page, username: str) -> None:
    # A page left open goes on fetching its photos, and would be refused them without its cookies.
    page.goto("about:blank")
    page.context.clear_cookies()
    page.goto(f"{house.address}/sign-in")
    tab_to(page, "#f-username")
    page.keyboard.type(username)
    tab_to(page, "#f-password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def report(page: Page) -> str:
    page.wait_for_url("**/report")
    press(page, "input[type=file]")
    page.locator("[data-shots] .shot img").wait_for()
    page.locator(".where.known").wait_for()
    for name, value in zip(("group", "category"), RUBBISH, strict=True):
        tab_to(page, f"input[name={name}]")
        chosen(value)(page)
    tab_to(page, "textarea[name=description]")
    page.keyboard.type("垃圾满出来了")
    press(page, ".thumb-zone button")
    page.wait_for_url("**/tickets/**")
    return number_of(page)


def fire(page: Page, action: str, fields: Fields | None = None) -> None:
    """A transition through its form, from its fold to the page that answers."""
    form = f"#form-{action}"
    unfold(page, action, lambda fold: press(page, f"{fold} > summary"))
    for name, fill in (fields or {}).items():
        tab_to(page, f"{form} [name={name}]")
        fill(page)
    with page.expect_navigation():
        press(page, f"{form} .form-end button, button[form='form-{action}']")


def chosen(value: str) -> Callable[[Page], None]:
    """In a list, or among radio buttons, as a keyboard chooses: the space bar takes a radio button, arrows go on."""

    def choose(page: Page) -> None:
        if page.evaluate("document.activeElement.type === 'radio'"):
            page.keyboard.press("Space")
        for _ in range(MOST_STEPS):
            if page.evaluate("document.activeElement.value") == value:
                return
            page.keyboard.press("ArrowDown")
        raise AssertionError(f"no {value} on {page.url}")

    return choose


def typed(words: str) -> Callable[[Page], None]:
    return lambda page: page.keyboard.type(words)


def photographed(page: Page) -> None:
    """By the file chooser, which answers with the next photo."""
    page.keyboard.press("Enter")
    page.locator("[data-photos] ~ .kept img, .kept img").first.wait_for()


def test_filters_wait_until_they_are_left(house: House, browser: Browser, faults: Faults) -> None:
    page = enter(a_browser(browser, "en-GB", True, chromium.DESK), house, "clerk.loufeng")
    faults.watch(page)
    page.goto(f"{house.address}/desk/tickets?sort=-created")
    tab_to(page, "select[name=state]")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    third = page.locator("select[name=state] option").nth(3).get_attribute("value")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**state={third}**")
    tab_to(page, "input[name=since]")
    page.keyboard.type("11012026")
    assert "since=2" not in page.url
    for _ in range(4):  # past its parts: leaving it asks for another page, which nobody may look into meanwhile
        page.keyboard.press("Tab")
    page.wait_for_url("**since=2026-**")
