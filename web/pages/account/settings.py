"""What a person sets for themselves: password, address, and which news they hear of where."""

from __future__ import annotations

from flask import Response, g, request, url_for

from models.database import database
from web.action import action
from web.auth import forget
from web.bodies import page_form
from web.context import actor, locale, reading, settings, stop_reading, writing
from web.pages.addresses import go
from web.pages.blueprint import pages
from web.pages.render import render
from workflow import notices
from workflow.errors import Invalid, Problem
from workflow.identity.new_password import change_password
from workflow.identity.sign_ins import end_sessions


@pages.get("/account", endpoint="account")
@action("me.read")
def show() -> Response:
    return settings_page()


@pages.post("/account/password")
@action("me.read")
def new_password() -> Response:
    form, person = page_form(), actor()
    old, new, again = (form.values.get(name, "") for name in ("old", "new", "again"))
    try:
        if new != again:
            raise Invalid.field("again", "password.not_again")
        stop_reading()
        change_password(database, str(g.token), person.id, old, new, strict=not person.demo or settings().production)
    except Problem as problem:
        return settings_page(problem)
    return go(url_for("pages.account", did="password"))


@pages.post("/account/notices")
@action("me.read")
def choose_notices() -> Response:
    form = page_form()
    try:
        with writing() as (session, person):
            wanted = {
                (each.kind, each.channel): f"{each.kind}.{each.channel}" in form.values
                for each in notices.preferences(session, person)
                if not each.fixed
            }
            notices.switch(session, person, wanted)
            notices.set_address(session, person, form.text("email"))
    except Problem as problem:
        return settings_page(problem, form.text("email"), wanted=set(form.values))
    return go(url_for("pages.account", did="notices"))


@pages.post("/account/sign-out-everywhere")
@action("token.revoke")
def leave_everywhere() -> Response:
    with writing() as (session, person):
        end_sessions(session, person)
    return forget(go(url_for("pages.sign_in")))


def settings_page(
    problem: Problem | None = None, email: str | None = None, wanted: set[str] | None = None
) -> Response:
    """All that a person sets for themselves; after a problem with what is wrong."""
    session, person = reading(), actor()
    chosen: dict[str, list[notices.Preference]] = {}
    for each in notices.preferences(session, person):
        on = each.on if wanted is None or each.fixed else f"{each.kind}.{each.channel}" in wanted
        chosen.setdefault(each.kind, []).append(each._replace(on=on))
    return render(
        "account/settings.html",
        problem.status if problem else 200,
        person=person,
        email=email if problem else person.email,
        chosen=chosen,
        channels=notices.CHANNELS,
        mails=settings().smtp_url is not None,
        errors=problem.field_errors(locale()) if isinstance(problem, Invalid) else [],
        sentence=problem.sentence(locale()) if problem and not isinstance(problem, Invalid) else None,
        did=request.args.get("did"),
    )
