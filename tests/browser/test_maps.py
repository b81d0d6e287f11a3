"""Maps in a real browser: where it is can be read without a tile server, and what people wrote is no markup."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from bench import chromium
from tests.browser.conftest import Faults, enter
from tests.browser.steps import LOUFENG
from tests.house.conftest import House

BEIJING = {"latitude": 39.9, "longitude": 116.4}
FRAME = "document.querySelector('.map').getBoundingClientRect()"


def a_page(browser: Browser, house: House, faults: Faults, person: str, **how: Any) -> Page:
    page = enter(browser.new_context(locale="zh-CN", **{**chromium.DESK, **how}), house, person)
    faults.watch(page)
    return page


def located(browser: Browser, house: House, faults: Faults, place: dict[str, float]) -> Page:
    """A rider's form after the phone was asked."""
    how = {**chromium.PHONE, "geolocation": place, "permissions": ["geolocation"]}
    page = a_page(browser, house, faults, "rider1", **how)
    page.goto(f"{house.address}/report")
    page.locator("[data-locate]").click()
    return page


def test_a_units_name_is_text(house: House, browser: Browser, faults: Faults) -> None:
    page = a_page(browser, house, faults, "clerk.loufeng")
    evil = "<img src=x onerror=alert(1)>"

    def renamed(route: Any) -> None:
        told = route.fetch().json()
        for each in told["features"]:
            each["properties"]["name"] = evil
        route.fulfill(json=told)

    page.route("**/maps/areas.json", renamed)
    page.goto(f"{house.address}/desk/tickets?show=map&sort=-created")
    expect(page.locator(".map-ground-name").first).to_have_text(evil)
    assert page.locator(".map-ground-name img").count() == 0


@pytest.mark.parametrize("stray", [False, True])
def test_a_report_from_far_away_does_not_ruin_the_map(
    house: House, browser: Browser, faults: Faults, stray: bool
) -> None:
    page = a_page(browser, house, faults, "supervisor")

    def with_stray(route: Any) -> None:
        told = route.fetch().json()
        told["items"] += [dict(told["items"][0], **BEIJING)] if stray else []
        route.fulfill(json=told)

    page.route("**/marks.json*", with_stray)
    page.goto(f"{house.address}/desk/tickets?show=map&sort=-created")
    page.wait_for_selector(".pin.other")
    page.wait_for_timeout(500)
    across = page.evaluate(
        "() => { const at = [...document.querySelectorAll('.pin.other')].map((pin) => pin.getBoundingClientRect().x)"
        f".filter((x) => x > {FRAME}.left && x < {FRAME}.right); return Math.max(...at) - Math.min(...at); }}"
    )
    assert across > 200


def test_a_stack_of_marks_is_listed_and_no_mark_is_a_stop(house: House, browser: Browser, faults: Faults) -> None:
    page = a_page(browser, house, faults, "supervisor")
    address = f"{house.address}/desk/tickets?show=map&sort=-created"

    def stacked(route: Any) -> None:
        told = route.fetch().json()
        first = told["items"][0]
        told["items"] = [dict(first), dict(first, title="<b>two</b>")]
        route.fulfill(json=told)

    page.route("**/marks.json*", stacked)
    page.goto(address)
    page.wait_for_selector(".pin.other")
    assert page.locator(".pin[tabindex]").count() == 0
    page.wait_for_timeout(500)
    page.locator(".pin.other").last.click()
    expect(page.locator(".map-stack a")).to_have_count(2)
    assert page.locator(".map-stack a").last.inner_text() == "<b>two</b>"
    page.locator(".map-stack a").first.click()
    page.wait_for_url("**/tickets/SIP-*")
    expect(page.locator(".map-caption")).to_contain_text("社区")


def test_no_pin_before_a_place_is_chosen(house: House, browser: Browser, faults: Faults) -> None:
    page = a_page(browser, house, faults, "clerk.loufeng")
    page.goto(f"{house.address}/desk/entry")
    page.wait_for_selector(".map .map-outline")
    page.wait_for_timeout(500)
    assert page.locator(".pin").count() == 0
    page.locator(".map").click()
    expect(page.locator(".pin.own")).to_have_count(1)
    expect(page.locator("[data-locate-said]")).to_contain_text("位置在娄葑街道")
    page.locator("#f-area").select_option(index=1)
    expect(page.locator(".pin")).to_have_count(0)


@pytest.mark.parametrize(
    ("place", "said"), [(LOUFENG, "位置在娄葑街道"), (BEIJING, "不在苏州工业园区范围内，请核对位置。")]
)
def test_the_place_that_the_phone_found_is_named_and_shown(
    house: House, browser: Browser, faults: Faults, place: dict[str, float], said: str
) -> None:
    page = located(browser, house, faults, place)
    expect(page.locator("[data-locate-said]")).to_contain_text(said)
    assert "0 米" not in page.locator("[data-locate-said]").inner_text()
    expect(page.locator(".map .pin.own")).to_be_in_viewport()


def test_a_phone_that_answers_before_the_form_is_ready_is_heard(house: House, browser: Browser, faults: Faults) -> None:
    """What listens to it is a script of its own, which a bad network may bring last."""
    how = {**chromium.PHONE, "geolocation": LOUFENG, "permissions": ["geolocation"]}
    page = a_page(browser, house, faults, "rider1", **how)
    late: list[Route] = []
    page.route("**/js/place*.js*", lambda route: late.append(route))
    page.goto(f"{house.address}/report")
    expect(page.locator("[name=latitude]")).not_to_have_value("")
    for each in late:
        each.continue_()
    expect(page.locator(".where.known")).to_contain_text("位置在娄葑街道")


def test_what_was_chosen_while_the_phone_looked_counts(house: House, browser: Browser, faults: Faults) -> None:
    page = a_page(browser, house, faults, "rider1", **chromium.PHONE)
    page.add_init_script("navigator.geolocation.getCurrentPosition = (found) => { window.answer = found; }")
    page.goto(f"{house.address}/report")
    page.locator("[data-locate]").click()
    page.wait_for_function("() => Boolean(window.answer)")
    page.locator("select[name=area]").select_option("weiting")
    page.evaluate("window.answer({ coords: { latitude: 31.305, longitude: 120.655, accuracy: 9 } })")
    expect(page.locator("[name=latitude]")).to_have_value("")
    expect(page.locator("select[name=area]")).to_have_value("weiting")
