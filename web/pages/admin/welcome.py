"""The page behind a link that an administrator handed over: somebody sets their own password, and is in."""

from __future__ import annotations

from flask import Response, g, request, url_for

from models import User
from models.database import database
from web.action import public
from web.auth import device_token, hold_own_origin, remember
from web.bodies import page_form
from web.context import LANGUAGE, keys, locale, reading, settings, stop_reading
from web.keys import SESSION
from web.pages.account.choices import keep_choice
from web.pages.addresses import go
from web.pages.blueprint import pages
from web.pages.render import render
from workflow.administration.invitations import accept, find
from workflow.errors import Invalid, NotFound, Problem
from workflow.identity.signing_in import sign_in


@pages.get("/welcome/<token>", endpoint="welcome")
@public
def show(token: str) -> Response:
    return _page(token)


@pages.post("/welcome/<token>", endpoint="welcome_now")
@public
def enter(token: str) -> Response:
    hold_own_origin()
    form = page_form()
    new, again = form.values.get("new", ""), form.values.get("again", "")
    try:
        if new != again:
            raise Invalid.field("again", "password.not_again")
        stop_reading()
        username = accept(database, token, new)
    except NotFound:
        raise
    except Problem as problem:
        return _page(token, problem)
    g.actor = g.token = None  # whoever was signed in here before
    old = request.cookies.get(keys().cookie(SESSION))
    terms = settings().sign_ins
    found = sign_in(
        database, username, new, kind="cookie", terms=terms, device_token=device_token(), old_token=old
    )
    with database.reading() as session:
        tongue = session.get_one(User, found.session.user_id).locale
    return remember(keep_choice(go(url_for("pages.home")), LANGUAGE, tongue), found)


def _page(token: str, problem: Problem | None = None) -> Response:
    link = find(reading(), token)
    tongue = locale()
    # The API and accounts name the field `password`; here it is the new one of two.
    errors = problem.field_errors(tongue) if isinstance(problem, Invalid) else []
    return render(
        "admin/welcome.html",
        problem.status if problem else 200,
        link=link,
        token=token,
        errors=[{**each, "field": "new" if each["field"] == "password" else each["field"]} for each in errors],
        sentence=problem.sentence(tongue) if problem and not errors else None,
    )
