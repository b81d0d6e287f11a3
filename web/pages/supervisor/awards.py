"""Awards looked at a second time: the day's sample, what was doubted, and what a clerk grants to one rider."""

from __future__ import annotations

from flask import Response, request, url_for

from web.action import action
from web.bodies import page_form
from web.context import actor, locale, reading, writing
from web.pages.addresses import go
from web.pages.blueprint import pages
from web.pages.render import render
from web.pages.supervisor.asked import asked, options
from workflow import directory, reviews
from workflow.errors import Invalid, Problem
from workflow.figures import Period, Scope, favours, standing

TABS = ("overdue", "decisions", "bouncing")


@pages.get("/supervisor/awards", endpoint="awards")
@action("award.review")
def index() -> Response:
    return _page()


@pages.post("/supervisor/awards/<int:number>", endpoint="review_award")
@action("award.review")
def decide(number: int) -> Response:
    form = page_form()
    verdict, note = form.text("verdict") or "", form.text("note")
    try:
        with writing() as (session, person):
            reviews.decide(session, person, number, verdict, note)
    except Problem as problem:
        if problem.status == 404:
            raise
        return _page(problem, number, note)
    return go(url_for("pages.awards", did=verdict))


def _page(problem: Problem | None = None, number: int | None = None, note: str | None = None) -> Response:
    session, person, tongue, query = reading(), actor(), locale(), asked()
    scope = Scope.of(session, person, query.base)
    streets, departments = options(list(directory.units(session).values()), person, tongue)
    return render(
        "supervisor/awards.html",
        problem.status if problem else 200,
        figures=standing(scope, *TABS),
        waiting=reviews.waiting(session, person),
        doubtful=reviews.doubtful(session, person),
        favours=favours(scope, Period.latest(session, int(query.days))),
        asked=query,
        streets=streets,
        departments=departments,
        wrong=number,
        note=note or "",
        errors=problem.field_errors(tongue) if isinstance(problem, Invalid) else [],
        sentence=problem.sentence(tongue) if problem and not isinstance(problem, Invalid) else None,
        did=request.args.get("did") if problem is None else None,
        longest=reviews.LONGEST_NOTE,
    )
