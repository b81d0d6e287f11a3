"""The supervisor's first page: what is late, where it is stuck, and how the period went."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response

from models.clock import now
from web import charts
from web.action import action
from web.context import actor, locale, reading
from web.pages.blueprint import pages
from web.pages.render import render
from web.pages.supervisor.asked import PERIODS, asked, options
from web.pages.supervisor.numbers import made_of, number
from web.ticket_query import desk
from workflow import access, deadlines, moments, reviews
from workflow.figures import Dashboard, Day, Period, dashboard
from workflow.say import say

URGENT = ("overdue", "near", "decisions", "bouncing", "unrouted")
STAGES = ("to_triage", "to_assign", "at_departments", "suspended", "to_confirm")


@pages.get("/supervisor", endpoint="dashboard")
@action("dashboard.read")
def show() -> Response:
    session, person, tongue, query = reading(), actor(), locale(), asked()
    shown = dashboard(session, person, Period.latest(session, int(query.days)), query.base)
    streets, departments = options(shown.units, person, tongue)
    moment = now()
    return render(
        "supervisor/dashboard.html",
        shown=shown,
        to_review=reviews.count_waiting(session, person) if access.can(person, "award.review") else None,
        asked=query,
        periods=PERIODS,
        # What their department helps another with counts, but is no figure of the other's work.
        led=[row for row in shown.departments if access.reaches(person, row.of)],
        streets=streets,
        departments=departments,
        desk=desk,
        number=number,
        made_of=made_of,
        urgent=URGENT,
        stages=STAGES,
        most_at_a_stage=max(1, *(shown.now[each].value for each in STAGES)),
        took=lambda minutes: moments.span(timedelta(minutes=minutes), tongue),
        oldest=[(each, deadlines.mark(each, moment)) for each in shown.oldest],
        charts=_charts(shown, tongue),
    )


def _charts(shown: Dashboard, tongue: str) -> dict[str, Any]:
    labels = [_short(each, tongue) for each in shown.days]
    flow = [
        say("figures.day_flow", tongue, day=label, reported=each.reported.value, resolved=each.resolved.value)
        for label, each in zip(labels, shown.days, strict=True)
    ]
    left = [
        say("figures.day_backlog", tongue, day=label, open=each.backlog.value)
        for label, each in zip(labels, shown.days, strict=True)
    ]
    total = shown.total.figures
    return {
        "labels": labels,
        "flow": charts.days(
            say("figures.flow", tongue),
            say("figures.flow_says", tongue, days=len(labels), reported=total["reported"].value,
                resolved=total["resolved"].value),
            labels, [each.reported.value for each in shown.days], [each.resolved.value for each in shown.days], flow,
        ),
        "backlog": charts.days(
            say("figures.backlog", tongue),
            say("figures.backlog_says", tongue, first=left[0], last=left[-1]),
            labels, line=[each.backlog.value for each in shown.days], told=left,
        ),
    }  # fmt: skip


def _short(day: Day, tongue: str) -> str:
    return say("figures.day", tongue, day=day.day.day, month_name=say(f"month.{day.day.month}", tongue))
