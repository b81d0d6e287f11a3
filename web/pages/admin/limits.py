"""The limits of the whole city: clocks, what keeps tickets from bouncing, and the caps of points."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from sqlalchemy.orm import Session

from web.action import action
from web.bodies import page_form
from web.context import actor, locale, reading, writing
from web.pages.addresses import go
from web.pages.admin.frame import seen, show, whole
from web.pages.admin.labels import Labels
from web.pages.blueprint import pages
from workflow.administration import acts, limits, settings
from workflow.city.city_file import COUNTS, GOVERNANCE
from workflow.city_settings import city
from workflow.errors import Invalid, Problem
from workflow.say import say

CLOCKS = ("triage", "dispatch", "resolve", "confirm", "arbitrate")
"""In the order in which a report meets them."""


@pages.get("/admin/limits", endpoint="limits")
@action("city.manage")
def index() -> Response:
    return _page()


@pages.post("/admin/limits", endpoint="change_limits")
@action("city.manage")
def change() -> Response:
    form = page_form()
    typed = form.typed("csrf", "seen")
    values = {name: text if name.endswith(".counts") else whole(str(text).strip()) for name, text in typed.items()}
    try:
        with writing() as (session, person):
            changed = limits.change(session, person, values, seen=seen(form))
    except Problem as problem:
        return _page(problem, typed)
    return go(url_for("pages.limits", did="changed" if changed else "same"))


@pages.post("/admin/limits/restore", endpoint="restore_limits")
@action("city.manage")
def restore() -> Response:
    form = page_form()
    try:
        with writing() as (session, person):
            limits.restore(session, person, form.many("field"), seen=seen(form))
    except Problem as problem:
        return _page(problem)
    return go(url_for("pages.limits", did="restored"))


@pages.post("/admin/limits/caps/<any(day,month):code>", endpoint="change_cap")
@action("city.manage")
def change_cap(code: str) -> Response:
    form = page_form()
    points = whole(form.text(f"cap.{code}"))
    try:
        with writing() as (session, person):
            if form.text("restore"):
                did = "restored" if limits.restore_cap(session, person, code, seen=seen(form)) else "same"
            else:
                did = "changed" if limits.set_cap(session, person, code, points, seen=seen(form)) else "same"
    except Problem as problem:
        if isinstance(problem, Invalid):
            problem = Invalid({f"cap.{code}": why for why in problem.errors.values()})
        return _page(problem, {f"cap.{code}": form.values.get(f"cap.{code}", "")})
    return go(url_for("pages.limits", did=did))


def _page(problem: Problem | None = None, typed: dict[str, Any] | None = None) -> Response:
    session, tongue = reading(), locale()
    row = city(session)
    caps = limits.caps(session, actor())
    return show(
        "admin/limits.html",
        "pages.limits",
        problem,
        values=limits.show(session, actor()),
        typed=typed or {},
        clocks=sorted(row.settings["limits"], key=CLOCKS.index),
        governance=list(GOVERNANCE),
        bounds=GOVERNANCE,
        counts=[{"value": each, "title": say(f"counts.{each}", tongue)} for each in COUNTS],
        caps=caps,
        office_hours=[each.replace("-", "–") for each in row.settings["office_hours"]],
        differences=settings.differences(session, "city").get(row.code, []),
        cap_pack=_pack_of_caps(session),
        labels=Labels(session, tongue),
        seen=acts.latest(session, "city", row.code),
        cap_seen={cap.code: acts.latest(session, "rule", f"cap/{cap.code}") for cap in caps},
    )


def _pack_of_caps(session: Session) -> dict[str, int]:
    """What the pack says of the caps that were set by hand, by their codes."""
    return {
        code.removeprefix("cap/"): each.pack
        for code, found in settings.differences(session, "rule").items()
        for each in found
        if each.field == "body.points"
    }
