"""The units on a map and in a tree, and each on a page of its own."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from models import Unit
from web.action import action
from web.bodies import page_form
from web.context import actor, locale, reading, writing
from web.pages.addresses import go
from web.pages.admin.frame import seen, show
from web.pages.admin.labels import Labels
from web.pages.blueprint import pages
from web.ticket_query import desk
from workflow.administration import acts, settings, units
from workflow.administration.units import FIELDS
from workflow.city_settings import city
from workflow.errors import Problem
from workflow.ticket_filters import TicketFilter


@pages.get("/admin/units", endpoint="units")
@action("city.manage")
def index() -> Response:
    session = reading()
    lines = units.index(session, actor())
    return show(
        "admin/units.html",
        "pages.units",
        lines=[line for line in lines if line.unit.kind != "department"],
        departments=[line for line in lines if line.unit.kind == "department"],
        centre=city(session).settings["centre"],
    )


@pages.get("/admin/units/<code>", endpoint="unit")
@action("city.manage")
def one(code: str) -> Response:
    return _unit(code)


@pages.post("/admin/units/<code>", endpoint="change_unit")
@action("city.manage")
def change(code: str) -> Response:
    form = page_form()
    values: dict[str, Any] = {name: form.text(name) or "" for name in ("name_zh", "name_en")}
    values["active"] = form.text("active") is not None
    try:
        with writing() as (session, person):
            changed = units.change(session, person, code, values, seen=seen(form))
    except Problem as problem:
        return _unit(code, problem, values)
    return go(url_for("pages.unit", code=code, did="changed" if changed else "same"))


@pages.post("/admin/units/<code>/restore", endpoint="restore_unit")
@action("city.manage")
def restore(code: str) -> Response:
    form = page_form()
    try:
        with writing() as (session, person):
            units.restore(session, person, code, form.many("field"), seen=seen(form))
    except Problem as problem:
        return _unit(code, problem)
    return go(url_for("pages.unit", code=code, did="restored"))


def _unit(code: str, problem: Problem | None = None, typed: dict[str, Any] | None = None) -> Response:
    session = reading()
    unit = units.show(session, actor(), code)
    line = next(each for each in units.index(session, actor()) if each.unit.id == unit.id)
    return show(
        "admin/unit.html",
        "pages.units",
        problem,
        unit=unit,
        line=line,
        typed=typed or {name: getattr(unit, name) for name in FIELDS},
        differences=settings.differences(session, "unit", code).get(code, []),
        staff=units.staff(session, unit),
        labels=Labels(session, locale()),
        tickets=desk(_counted(unit)),
        seen=acts.latest(session, "unit", code),
    )


def _counted(unit: Unit) -> TicketFilter:
    """The tickets that the page of units counts."""
    if unit.kind == "department":
        return TicketFilter(open=True, department=unit.code)
    return TicketFilter(open=True, unit=unit.code)
