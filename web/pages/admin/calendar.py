"""The calendar: the years that are known, their days, and an import that is looked at before it is done."""

from __future__ import annotations

import calendar as weeks
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from flask import Response, request, url_for

from models import CalendarDay
from models.clock import now
from web.action import action
from web.bodies import page_form
from web.context import actor, locale, reading, writing
from web.pages.addresses import go
from web.pages.admin.frame import seen, show
from web.pages.blueprint import pages
from workflow.administration import acts, calendar
from workflow.administration.calendar import Plan
from workflow.city import PackError
from workflow.errors import Invalid, Problem
from workflow.localtime import local_day
from workflow.say import say

SAMPLE = "date,workday,name\n2027-02-08,no,春节\n2027-02-20,yes,春节调休上班"
"""How a file reads: the names of days are the country's, in any language."""
WEEKS = 6
"""Rows of every month, so that all are of one height."""
LONGEST = 200_000
"""Letters of a file that is read: a year has 366 days."""


@pages.get("/admin/calendar", endpoint="calendar")
@action("city.manage")
def index() -> Response:
    """Last, this and the next year; another one by `?year=`."""
    return _page()


@pages.post("/admin/calendar", endpoint="import_calendar")
@action("city.manage")
def take() -> Response:
    """First what the import would change; then, when the reader says so, the import."""
    form = page_form()
    sent = request.files.get("file")
    content = _utf8(sent.stream.read(LONGEST + 1)) if sent and sent.filename else (form.text("days") or "").encode()
    published = form.text("published") is not None
    try:
        if len(content) > LONGEST:
            raise Invalid.field("days", "input.too_long", max_length=LONGEST)
        if not content.strip():
            raise Invalid.field("days", "input.missing")
        if form.text("step") != "import":
            plan = calendar.plan(reading(), actor(), content)
            return _page(plan=plan, typed={"days": content.decode("utf-8-sig"), "published": published})
        with writing() as (session, person):
            calendar.take(session, person, content, published=published, seen=seen(form))
    except Problem as problem:
        return _page(problem, typed={"days": _text(content), "published": published})
    return go(url_for("pages.calendar", did="imported"))


def _utf8(content: bytes) -> bytes:
    """What a spreadsheet wrote, which in China is seldom UTF-8."""
    try:
        content.decode()
    except UnicodeDecodeError:
        with suppress(UnicodeDecodeError):
            text = content.decode("gb18030")
            if text.startswith("date,"):
                return text.encode()
    return content


def _text(content: bytes) -> str:
    """What can be typed on from; nothing of a file that is no text."""
    try:
        return content[:LONGEST].decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""


@pages.post("/admin/calendar/<int:year>/restore", endpoint="restore_calendar")
@action("city.manage")
def restore(year: int) -> Response:
    try:
        with writing() as (session, person):
            calendar.restore(session, person, year, seen=seen(page_form()))
    except Problem as problem:
        return _page(problem)
    return go(url_for("pages.calendar", did="restored"))


def _page(
    problem: Problem | None = None, plan: Plan | None = None, typed: dict[str, Any] | None = None
) -> Response:
    session = reading()
    known, missing = calendar.index(session, actor())
    year = local_day(session, now()).year
    wanted = {str(year - 1), str(year), str(year + 1), request.args.get("year")}
    shown = [each for each in known if str(each.year) in wanted]
    mistakes = problem.mistakes if isinstance(problem, PackError) else ()
    return show(
        "admin/calendar.html",
        "pages.calendar",
        problem,
        known=shown,
        others=[each.year for each in known if each not in shown],
        missing=missing,
        drawn={each.year: months(each.year, each.days) for each in shown},
        weekdays=[say(f"weekday.{each}.short", locale()) for each in range(1, 8)],
        plan=plan,
        plan_same=plan is not None and _changes_nothing(plan, bool(typed and typed["published"])),
        sample=SAMPLE,
        typed=typed or {"published": True},
        mistakes=[(mistake.line, say(mistake.key, locale(), **mistake.params)) for mistake in mistakes],
        seen=acts.latest_of(session, "calendar"),
    )


def _changes_nothing(plan: Plan, published: bool) -> bool:
    return not plan.changes and all(known is published for known in plan.published.values())


def months(year: int, days: list[CalendarDay]) -> list[list[list[tuple[int, str, str]]]]:
    """A year's months as weeks of (day of the month or 0, kind, the day's name), from Monday: what a small view draws.

    Kinds: work, weekend, holiday, moved.
    """
    named = {each.day: each for each in days}
    found = []
    for month in range(1, 13):
        first, length = weeks.monthrange(year, month)
        cells: list[tuple[int, str, str]] = [(0, "", "")] * first
        for number in range(length):
            day = date(year, month, 1) + timedelta(number)
            cells.append((number + 1, _kind(day, named.get(day)), named[day].name if day in named else ""))
        cells += [(0, "", "")] * (WEEKS * 7 - len(cells))
        found.append([cells[start : start + 7] for start in range(0, len(cells), 7)])
    return found


def _kind(day: date, row: CalendarDay | None) -> str:
    if row is None:
        return "work" if day.weekday() < 5 else "weekend"
    return "moved" if row.workday else "holiday"
