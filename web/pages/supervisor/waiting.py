"""What is late, what bounces, what waits for a decision: since when, and whose turn it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Response
from sqlalchemy import select

from models import Unit
from models.clock import now
from web.action import action
from web.context import actor, locale, reading
from web.pages.blueprint import pages
from web.pages.render import render
from web.pages.supervisor.asked import asked, options
from web.ticket_query import desk
from workflow import deadlines
from workflow.engine.machines import machinery_of
from workflow.figures import Scope, Waiting, bouncing, decisions, late, standing

TABS = ("overdue", "decisions", "bouncing")


@pages.get("/supervisor/overdue", endpoint="supervisor_overdue")
@action("dashboard.read")
def overdue() -> Response:
    return _page("overdue", late)


@pages.get("/supervisor/decisions", endpoint="supervisor_decisions")
@action("dashboard.read")
def waiting() -> Response:
    return _page("decisions", decisions)


@pages.get("/supervisor/bouncing", endpoint="supervisor_bouncing")
@action("dashboard.read")
def back_and_forth() -> Response:
    return _page("bouncing", bouncing)


def _page(name: str, find: Callable[[Scope], list[Waiting]]) -> Response:
    session, person, tongue, query, moment = reading(), actor(), locale(), asked(), now()
    scope = Scope.of(session, person, query.base)
    rows = find(scope)
    units = session.scalars(select(Unit).order_by(Unit.id)).all()
    streets, departments = options(units, person, tongue)
    return render(
        "supervisor/waiting.html",
        name=name,
        tabs_of=TABS,
        figures=standing(scope, *TABS),
        rows=[(each, machinery_of(session, each.ticket).lifecycle.states[each.ticket.state]) for each in rows],
        street_of={each.ticket.id: _street(units, each.ticket.unit) for each in rows},
        marks={each.ticket.id: deadlines.mark(each.ticket, moment) for each in rows},
        asked=query,
        streets=streets,
        departments=departments,
        desk=desk,
    )


def _street(units: Sequence[Unit], unit: Unit) -> Unit:
    """The street office in whose area a unit lies; itself where there is none."""
    return next((each for each in units if each.kind == "street" and each.contains(unit)), unit)
