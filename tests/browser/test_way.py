"""From a rider's phone over the street and the department to the points in the account, as three people live it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page

from bench import chromium
from tests.browser.conftest import Faults
from tests.browser.steps import (
    RUBBISH,
    a_browser,
    act,
    demo_sign_in,
    number_of,
    paid,
    picture,
    shows_ticket,
)
from tests.house.conftest import House

WAYS = [pytest.param("zh-CN", True, id="zh, touch"), pytest.param("en-GB", False, id="en, without scripts")]


def report(page: Page, scripts: bool) -> str:
    """A report with a photo; where it is comes from the phone, or from the community's name."""
    page.wait_for_url("**/report")
    page.locator("[data-shots] input[type=file]").first.set_input_files(picture("sienna"))
    if scripts:
        page.locator(".where.known").wait_for()
        page.locator("[data-shots] .shot img").wait_for()
    else:
        page.locator("select[name=area]").select_option("loufeng")
    group, matter = RUBBISH
    page.locator(f"label:has(> input[name=group][value={group}])").click()
    page.locator(f"label:has(> input[name=category][value='{matter}'])").click()
    page.locator("textarea[name=description]").fill("路边一堆垃圾，味道很大")
    with page.expect_navigation():
        page.locator(".thumb-zone button").click()
    return number_of(page)


def triage_and_assign(house: House, page: Page, number: str) -> None:
    house.eventually(lambda: shows_ticket(house, page, number) or None)
    act(page, "triage", lambda form: _chosen(form, "category", RUBBISH[1]))
    page.goto(f"{house.address}/tickets/{number}")
    act(page, "assign", lambda form: _chosen(form, "department", "enforcement"))


def resolve(house: House, page: Page, number: str) -> None:
    page.goto(f"{house.address}/tickets/{number}")
    act(page, "accept")
    page.goto(f"{house.address}/tickets/{number}")
    assert "rider1" not in page.content()
    act(page, "resolve", _proof)


def _proof(form: Locator) -> None:
    form.locator("[name=note]").fill("已清运，地面冲洗过")
    form.locator("input[type=file]").set_input_files(picture("seagreen", "after.jpg"))


def _chosen(form: Locator, name: str, value: str) -> None:
    form.locator(f"select[name={name}]").select_option(value)


def _balance(page: Page, house: House) -> int:
    page.goto(f"{house.address}/points")
    return int(page.locator(".balance-now b").inner_text().replace(",", ""))


@pytest.mark.parametrize(("language", "scripts"), WAYS)
def test_from_a_phone_to_the_points(
    new_house: House, browser: Browser, faults: Faults, language: str, scripts: bool
) -> None:
    house = new_house
    phone = a_browser(browser, language, scripts, chromium.PHONE)
    street, department = (a_browser(browser, language, scripts, chromium.DESK) for _ in range(2))
    rider = demo_sign_in(phone, house, "rider1")
    clerk = demo_sign_in(street, house, "clerk.loufeng")
    officer = demo_sign_in(department, house, "officer.enforcement")
    for page in (rider, clerk, officer):
        faults.watch(page, but=(404,))
    before = _balance(rider, house)

    rider.goto(f"{house.address}/report")
    number = report(rider, scripts)
    triage_and_assign(house, clerk, number)
    resolve(house, officer, number)

    rider.goto(f"{house.address}/tickets/{number}")
    shown = {link.get_attribute("href") for link in rider.locator("a.photo").all()}
    assert len(shown) == 2, "before and after"
    act(rider, "confirm", lambda form: form.locator("label:has(input[name=rating][value='5'])").click())
    house.eventually(lambda: paid(house, rider, number) or None)
    assert _balance(rider, house) == before + 10
    rider.goto(f"{house.address}/inbox")
    assert rider.locator(".told", has_text=number).count() or rider.locator(f"a[href*='{number}']").count()
    for context in (phone, street, department):
        context.close()
