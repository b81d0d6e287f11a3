"""Reporting: where, what, a photo, sent once."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from models import User
from web.action import action
from web.api.schemas.incoming import ReportIn
from web.bodies import PageForm, page_form
from web.context import actor, locale, reading
from web.pages.addresses import go
from web.pages.blueprint import pages
from web.pages.render import render
from web.pages.rider.matters import Group, groups
from web.pages.sending import Draft, placed, send
from workflow.area_places import streets
from workflow.city_settings import city
from workflow.errors import Invalid
from workflow.points import used_caps

TYPED = ("description", "address", "anonymous")


@pages.get("/report", endpoint="new_report")
@action("report.send")
def new() -> Response:
    return _page(actor(), Draft())


@pages.post("/report", endpoint="send_report")
@action("report.send")
def create() -> Response:
    sent = send(page_form(), _read)
    return _page(actor(), sent) if isinstance(sent, Draft) else go(url_for("pages.ticket", number=sent, did="open"))


def _read(form: PageForm) -> ReportIn:
    """What the form asks for. Raises Invalid."""
    fields = {name: form.text(name) for name in TYPED} | {"category": _matter(form)} | placed(form)
    return ReportIn.read(fields, as_text=True)


def _matter(form: PageForm) -> str | None:
    """The chosen matter. Invalid where it is of another group than the chosen one: the person must say which."""
    chosen, group = form.text("category"), form.text("group")
    if not chosen or not group:
        return chosen
    theirs = next((each.code for each in groups(reading(), locale()) if each.has(chosen)), group)
    if theirs != group:
        raise Invalid.field("category", "rider.new.other_group")
    return chosen


def _page(person: User, draft: Draft) -> Response:
    session, tongue = reading(), locale()
    today, month = used_caps(session, person)
    choice = groups(session, tongue)
    return render(
        "rider/new.html",
        draft.status,
        draft=draft,
        typed=draft.values,
        once=draft.once,
        group=_group(choice, draft.values),
        groups=choice,
        streets=streets(session, tongue),
        centre=city(session).settings["centre"],
        today=today,
        month=month,
        errors=draft.errors(tongue),
        sentence=draft.problem.sentence(tongue) if draft.problem else None,
    )


def _group(choice: list[Group], typed: dict[str, Any]) -> str | None:
    """The group that stands open."""
    return typed.get("group") or next((each.code for each in choice if each.has(typed.get("category"))), None)
