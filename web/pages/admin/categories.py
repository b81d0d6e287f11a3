"""The matters: how long each may take, what it asks for and pays, and whose it is."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from web.action import action
from web.bodies import page_form
from web.context import actor, locale, reading, writing
from web.pages.addresses import go
from web.pages.admin.frame import seen, show, whole
from web.pages.admin.labels import Labels
from web.pages.blueprint import pages
from workflow.administration import acts, categories, settings
from workflow.administration.categories import Matter
from workflow.city.city_file import COUNTS
from workflow.errors import Problem
from workflow.say import say


@pages.get("/admin/categories", endpoint="categories")
@action("city.manage")
def index() -> Response:
    session = reading()
    asked = {name: request.args.get(name, "").strip() for name in ("q", "group")}
    found = categories.index(session, actor(), q=asked["q"] or None, group=asked["group"] or None)
    return show(
        "admin/categories.html", "pages.categories", found=found, asked=asked, labels=Labels(session, locale())
    )


@pages.get("/admin/categories/<code>", endpoint="category")
@action("city.manage")
def one(code: str) -> Response:
    return _category(code)


@pages.post("/admin/categories/<code>", endpoint="change_category")
@action("city.manage")
def change(code: str) -> Response:
    form = page_form()
    values: dict[str, Any] = {name: whole(form.text(name)) for name in ("limit_minutes", "points")}
    values |= {name: form.text(name) or "" for name in ("limit_counts", "department")}
    values |= {name: form.text(name) is not None for name in ("photo_required", "evidence_required", "active")}
    try:
        with writing() as (session, person):
            changed = categories.change(session, person, code, values, seen=seen(form))
    except Problem as problem:
        return _category(code, problem, values)
    return go(url_for("pages.category", code=code, did="changed" if changed else "same"))


@pages.post("/admin/categories/<code>/restore", endpoint="restore_category")
@action("city.manage")
def restore(code: str) -> Response:
    form = page_form()
    try:
        with writing() as (session, person):
            categories.restore(session, person, code, form.many("field"), seen=seen(form))
    except Problem as problem:
        return _category(code, problem)
    return go(url_for("pages.category", code=code, did="restored"))


def _category(code: str, problem: Problem | None = None, typed: dict[str, Any] | None = None) -> Response:
    session, tongue = reading(), locale()
    category = categories.show(session, actor(), code)
    return show(
        "admin/category.html",
        "pages.categories",
        problem,
        category=category,
        typed=typed or Matter(session, category).values(),
        counts=[{"value": each, "title": say(f"counts.{each}", tongue)} for each in COUNTS],
        departments=[
            {"value": each.code, "title": each.name(tongue)} for each in categories.departments(session)
        ],
        differences=settings.differences(session, "category", code).get(code, []),
        labels=Labels(session, tongue),
        seen=acts.latest(session, "category", code),
    )
