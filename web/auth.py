"""Who sends a request: a bearer token or the session cookie, each a row in the database.

Flask's own session is never asked: a signed cookie would still work after sign-out, from another browser.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import cast

from flask import Response, g, request
from sqlalchemy.exc import SQLAlchemyError

from models import User
from models.database import database
from web.bodies import page_form
from web.context import keys, reading, settings, stop_reading
from web.errors import Unsupported
from web.form_marks import FIELD, PAGES, genuine
from web.keys import DEVICE, SESSION
from workflow.errors import Forbidden
from workflow.identity.sign_ins import nearly_over, note_use, sign_in_of
from workflow.identity.signing_in import SignedIn

SAFE = ("GET", "HEAD")
TOKEN = re.compile(r"[A-Za-z0-9_-]{20,200}")
DEVICE_SECONDS = 400 * 24 * 3600
"""The longest life that browsers grant a cookie (RFC 6265bis)."""


def sender() -> User | None:
    """The person who sends this request, or None; read once a request.

    Raises Forbidden for a request that would change something with a cookie and is not provably from our own pages.
    """
    if "actor" not in g:
        g.actor, g.token = None, None
        bearer = bearer_token()
        token = request.cookies.get(keys().cookie(SESSION)) if bearer is None else bearer
        if token and TOKEN.fullmatch(token):
            found = sign_in_of(reading(), token)
            if found is not None and bearer is None and _opens_page() and nearly_over(found):
                found = None  # signed in again now, a form that is opened here is not cut off
            g.actor = found.user if found is not None else None
            g.token = token if found is not None else None
            g.sign_in = found
        if g.actor is not None and bearer is None and request.method not in SAFE:
            person, g.actor = g.actor, None  # nobody, as long as it may be another site's
            hold_own_page(person)
            g.actor = person
    return cast(User | None, g.actor)


def _opens_page() -> bool:
    return request.blueprint == PAGES and request.method == "GET" and "text/html" in request.headers.get("Accept", "")


def note(response: Response) -> Response:
    """After a request: its sign-in was used. Where that cannot be noted now, the next one will."""
    found = g.pop("sign_in", None)
    if found is not None and g.get("actor") is not None:
        stop_reading()
        with suppress(SQLAlchemyError):
            note_use(database, found, settings().sign_ins)
    return response


def bearer_token() -> str | None:
    """The token of the Authorization header, blank where the header is something else, None where there is none:
    whoever sends one is never taken for the cookie's owner."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def hold_own_page(person: User) -> None:
    """Raise Forbidden unless the browser says that one of our own pages sent this: a script of ours, which no other
    site can let send the header, or a form of ours, which holds their mark."""
    ours = request.headers.get("Origin", "") in own_origins()
    if ours and request.headers.get("X-Whistle") == "1":
        return
    if ours and request.blueprint == PAGES and genuine(sent_mark(), person):
        return
    g.token = None
    raise Forbidden("problem.foreign_page")


def sent_mark() -> str | None:
    """The mark that a form brought; a body that is no form holds none."""
    try:
        return page_form().text(FIELD)
    except Unsupported:
        return None


def hold_own_origin() -> None:
    """Raise Forbidden where a form that nobody is signed in for, such as the sign-in, was sent by another site."""
    if request.headers.get("Origin", "") not in own_origins():
        raise Forbidden("problem.foreign_page")


def hold_no_other_origin() -> None:
    """Raise Forbidden where a browser says that another site's page sent this; a program says nothing."""
    if request.headers.get("Origin") is not None:
        hold_own_origin()


def own_origins() -> set[str]:
    """The origins of our pages: BASE_URL, and outside production the host that was asked."""
    origins = {settings().base_url}
    if not settings().production:
        origins.add(f"{request.scheme}://{request.host}")
    return origins


def device_token() -> str | None:
    """The mark of a device from which somebody signed in before."""
    token = request.cookies.get(keys().cookie(DEVICE))
    return token if token and TOKEN.fullmatch(token) else None


def remember(response: Response, signed_in: SignedIn) -> Response:
    """Leave the device's mark in the answer and, for a sign-in of a page, the session."""
    _set(response, DEVICE, signed_in.device_token, DEVICE_SECONDS)
    if signed_in.session.kind == "cookie":
        row = signed_in.session
        _set(response, SESSION, signed_in.token, int((row.expires_at - row.created_at).total_seconds()))
    return response


def forget(response: Response) -> Response:
    """Take the session's cookie away, and what the browser has kept; the device's mark stays."""
    response.delete_cookie(
        keys().cookie(SESSION), path="/", secure=keys().https, httponly=True, samesite="Lax"
    )
    # Pages are never kept, photos and lists for a while: whoever has the browser next sees none of them.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _set(response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        keys().cookie(name), value, max_age=seconds, path="/", secure=keys().https, httponly=True, samesite="Lax"
    )
