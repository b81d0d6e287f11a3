"""The people: found, invited, and each on a page of their own."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from sqlalchemy.orm import Session

from models.clock import now
from models.people import ROLES
from web.action import action
from web.bodies import page_form
from web.context import actor, locale, reading, settings, writing
from web.pages.addresses import go
from web.pages.admin.frame import page_number, seen, show
from web.pages.admin.labels import Labels
from web.pages.blueprint import pages
from workflow import directory
from workflow.administration import acts, invitations, people
from workflow.administration.acts import ActFilter
from workflow.administration.invitations import Invited
from workflow.administration.people import STATES, PeopleFilter
from workflow.deadlines import mark
from workflow.errors import Problem
from workflow.say import say

KINDS = ("city", "street", "community", "grid", "department")
ASKED = ("q", "role", "unit", "state")


@pages.get("/admin/people", endpoint="people")
@action("user.manage")
def index() -> Response:
    session, args = reading(), request.args
    asked = {name: args[name].strip() for name in ASKED if args.get(name, "").strip()}
    found = people.index(session, actor(), PeopleFilter(**asked), page_number(args.get("page")))
    return show(
        "admin/people.html",
        "pages.people",
        found=found,
        asked=asked,
        roles=role_options(locale()),
        units=unit_options(session, locale()),
        states=[{"value": each, "title": say(f"person.state.{each}", locale())} for each in STATES],
        expired=people.expired,
    )


@pages.get("/admin/people/new", endpoint="invite")
@action("user.manage")
def new() -> Response:
    return _form({"locale": settings().locale})


@pages.post("/admin/people/new", endpoint="invite_now")
@action("user.manage")
def create() -> Response:
    form = page_form()
    typed = {name: form.text(name) or "" for name in ("username", "name", "locale", "email", "role", "unit")}
    try:
        with writing() as (session, person):
            roles = [(typed["role"], typed["unit"])] if typed["role"] else []
            invited = invitations.invite(
                session, person, typed["username"], typed["name"], typed["locale"], roles, typed["email"]
            )
    except Problem as problem:
        return _form(typed, problem)
    return _handed_over(invited)


@pages.get("/admin/people/<int:number>", endpoint="person")
@action("user.manage")
def one(number: int) -> Response:
    return _person(number)


@pages.post("/admin/people/<int:number>/<any(name,disable,enable,reset,add_role,remove_role):what>", endpoint="manage")
@action("user.manage")
def manage(number: int, what: str) -> Response:
    form, invited = page_form(), None
    known = seen(form)
    role, unit = form.text("role") or "", form.text("unit") or ""
    try:
        with writing() as (session, person):
            match what:
                case "name":
                    name, language = form.text("name") or "", form.text("locale") or ""
                    people.rename(session, person, number, name, language, form.text("email"), seen=known)
                case "disable":
                    people.disable(session, person, number, seen=known)
                case "enable":
                    people.enable(session, person, number, seen=known)
                case "add_role":
                    people.add_role(session, person, number, role, unit, seen=known)
                case "remove_role":
                    people.remove_role(session, person, number, role, unit, seen=known)
                case _:
                    invited = invitations.reset(session, person, number, seen=known)
    except Problem as problem:
        return _person(number, problem, form.typed("csrf") | {"what": what})
    return _handed_over(invited) if invited else go(url_for("pages.person", number=number, did=what))


def role_options(tongue: str) -> list[dict[str, str]]:
    """The roles to choose from."""
    return [{"value": role, "title": say(f"admin.role.{role}", tongue)} for role in ROLES]


def unit_options(session: Session, tongue: str) -> list[dict[str, Any]]:
    """The units in use to choose from, by kind."""
    units = [unit for unit in directory.units(session).values() if unit.active]
    return [
        {
            "group": say(f"unit.kind.{kind}", tongue),
            "options": [{"value": unit.code, "title": unit.name(tongue)} for unit in units if unit.kind == kind],
        }
        for kind in KINDS
        if any(unit.kind == kind for unit in units)
    ]


def _form(typed: dict[str, Any], problem: Problem | None = None) -> Response:
    session, tongue = reading(), locale()
    return show(
        "admin/invite.html",
        "pages.people",
        problem,
        typed=typed,
        roles=role_options(tongue),
        units=unit_options(session, tongue),
    )


def _handed_over(invited: Invited) -> Response:
    """The link, this once: a page that is loaded again does not show it."""
    address = settings().base_url + url_for("pages.welcome", token=invited.token)
    return show("admin/invited.html", "pages.people", invited=invited, address=address)


def _person(number: int, problem: Problem | None = None, typed: dict[str, Any] | None = None) -> Response:
    session, tongue, moment = reading(), locale(), now()
    person = people.show(session, actor(), number)
    about = acts.index(session, actor(), ActFilter(subject_kind="user", subject=str(number)))
    return show(
        "admin/person.html",
        "pages.people",
        problem,
        person=person,
        typed=typed or {},
        mine=person.id == actor().id,
        in_hand=people.in_hand(session, person),
        hand_rows=[(each, mark(each, moment)) for each in people.hand(session, person)],
        invitation=people.open_invitations(session, [person.id]).get(person.id),
        expired=people.expired,
        roles=role_options(tongue),
        units=unit_options(session, tongue),
        acts=about,
        labels=Labels(session, tongue),
        seen=about.rows[0].id if about.rows else 0,
    )
