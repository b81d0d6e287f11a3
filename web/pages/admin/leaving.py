"""An administrator erases somebody who asked for it in writing, or who has no account to do it with."""

from __future__ import annotations

from flask import Response, url_for

from web.action import action
from web.bodies import page_form
from web.context import actor, reading, writing
from web.pages.addresses import go
from web.pages.admin.frame import seen, show
from web.pages.blueprint import pages
from workflow import personal
from workflow.administration import acts, people
from workflow.errors import Problem, Refused


@pages.get("/admin/people/<int:number>/erase", endpoint="erase_person")
@action("user.erase")
def form(number: int) -> Response:
    return _page(number)


@pages.post("/admin/people/<int:number>/erase", endpoint="erase_person_now")
@action("user.erase")
def erase(number: int) -> Response:
    sent = page_form()
    let_go, typed = sent.text("let_go") is not None, sent.text("name") or ""
    try:
        with writing() as (session, actor):
            person = people.held(session, actor, number, seen(sent))
            if typed != person.name:
                raise Refused("leave.name_differs")
            personal.ask(session, person, actor=actor, let_go=let_go)
    except Problem as problem:
        return _page(number, problem, typed=typed, let_go=let_go)
    return go(url_for("pages.person", number=number, did="erase"))


def _page(number: int, problem: Problem | None = None, *, typed: str = "", let_go: bool = False) -> Response:
    session = reading()
    person = people.show(session, actor(), number)
    return show(
        "admin/erase.html",
        "pages.people",
        problem,
        person=person,
        standing=personal.standing(session, person),
        typed=typed,
        let_go=let_go,
        seen=acts.latest(session, "user", number),
    )
