"""Language and colours: kept in the browser, so that they hold before anybody has signed in."""

from __future__ import annotations

from flask import Response

from web.action import public
from web.auth import hold_own_origin
from web.bodies import page_form
from web.context import LANGUAGE, keys, writing
from web.login import signed_in
from web.pages.addresses import go, own_address
from web.pages.blueprint import pages
from web.pages.render import KEEP_SECONDS, THEME, THEMES
from workflow.errors import Invalid
from workflow.say import LOCALES


@pages.post("/language")
@public
def choose_language() -> Response:
    hold_own_origin()
    chosen = page_form().text("language")
    if chosen not in LOCALES:
        raise Invalid.field("language", "input.unknown_value", value=chosen or "")
    if signed_in() is not None:
        with writing() as (_session, person):
            person.locale = chosen
    return keep_choice(_back(), LANGUAGE, chosen)


@pages.post("/theme")
@public
def choose_theme() -> Response:
    hold_own_origin()
    chosen = page_form().text("theme")
    if chosen not in THEMES:
        raise Invalid.field("theme", "input.unknown_value", value=chosen or "")
    return keep_choice(_back(), THEME, chosen)


def keep_choice(response: Response, name: str, value: str) -> Response:
    """Let the browser remember a choice."""
    response.set_cookie(
        keys().cookie(name), value, max_age=KEEP_SECONDS, path="/", secure=keys().https, httponly=True, samesite="Lax"
    )
    return response


def _back() -> Response:
    """To the page that the form stood on."""
    return go(own_address(page_form().text("back")) or "/")
