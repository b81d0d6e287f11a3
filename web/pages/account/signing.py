"""Signing in and out. In the demo there is a button a person."""

from __future__ import annotations

from flask import Response, g, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import Membership, User
from models.database import database
from web.action import action, public
from web.auth import device_token, forget, hold_own_origin, remember
from web.bodies import page_form
from web.context import LANGUAGE, keys, locale, reading, settings, stop_reading, token, writing
from web.keys import SESSION
from web.login import signed_in
from web.pages.account.choices import keep_choice
from web.pages.addresses import go, own_address
from web.pages.blueprint import pages
from web.pages.nav import home_of
from web.pages.render import render
from workflow.city_settings import city
from workflow.errors import Invalid, Problem
from workflow.identity.sign_ins import sign_out, why_over
from workflow.identity.signing_in import SignedIn, sign_in

SHOWN = ("rider1", "rider2", "clerk.loufeng", "officer.enforcement", "head.enforcement", "supervisor", "admin")
"""Of the demo's people, those whose button comes first; all others are in a list below."""


@pages.get("/")
@public
def home() -> Response:
    person = signed_in()
    return go(url_for(home_of(person) if person is not None else "pages.sign_in"))


@pages.get("/sign-in", endpoint="sign_in")
@public
def sign_in_form() -> Response:
    person = signed_in()
    if person is not None:
        return go(own_address(request.args.get("next")) or url_for(home_of(person)))
    return _form()


@pages.post("/sign-in")
@public
def enter() -> Response:
    hold_own_origin()
    g.actor = g.token = None  # whoever was signed in here before
    form = page_form()
    username, password = form.text("username"), form.values.get("password", "")
    chosen = locale()
    try:
        if username is None or not password:
            named = {"username": username, "password": password}
            raise Invalid({name: ("input.missing", {}) for name, value in named.items() if not value})
        stop_reading()
        old = request.cookies.get(keys().cookie(SESSION))
        terms = settings().sign_ins
        found = sign_in(
            database, username, password, kind="cookie", terms=terms, device_token=device_token(), old_token=old
        )
    except Problem as problem:
        return _form(problem, username)
    return _welcome(found, own_address(form.text("next")), chosen)


@pages.post("/sign-out")
@action("token.revoke")
def leave() -> Response:
    with writing() as (session, _person):
        sign_out(session, token())
    return forget(go(url_for("pages.sign_in")))


def _form(problem: Problem | None = None, username: str | None = None) -> Response:
    session = reading()
    errors = problem.field_errors(locale()) if isinstance(problem, Invalid) else []
    first, rest = _demo_people(session) if city(session).demo else ([], [])
    response = render(
        "account/sign_in.html",
        problem.status if problem else 200,
        username=username or "",
        next=own_address(request.values.get("next")) or "",
        errors=errors,
        sentence=problem.sentence(locale()) if problem and not errors else None,
        over=_why_over(session) if problem is None else None,
        first=first,
        rest=rest,
        did=request.args.get("did"),
    )
    return response


def _why_over(session: Session) -> str | None:
    """What to say to somebody whose sign-in ended by itself."""
    token = request.cookies.get(keys().cookie(SESSION))
    why = why_over(session, token) if token else None
    return f"sign_in.over.{why}" if why else None


def _demo_people(session: Session) -> tuple[list[User], list[User]]:
    query = select(User).where(User.demo, User.disabled_at.is_(None), User.username.is_not(None))
    loaded = query.options(joinedload(User.memberships).joinedload(Membership.unit)).order_by(User.id)
    people = {str(each.username): each for each in session.scalars(loaded).unique() if each.memberships}
    shown = [name for name in SHOWN if name in people] or list(people)[: len(SHOWN)]
    return [people[name] for name in shown], [each for name, each in people.items() if name not in shown]


def _welcome(found: SignedIn, wanted: str | None, chosen: str) -> Response:
    """To the page that was asked for, in the language that the sign-in was read in: their own where they chose none."""
    with database.reading() as session:
        person = session.get_one(User, found.session.user_id)
        target = wanted or url_for(home_of(person))
        tongue = chosen if person.demo or request.cookies.get(keys().cookie(LANGUAGE)) else person.locale
    return remember(keep_choice(go(target), LANGUAGE, tongue), found)
