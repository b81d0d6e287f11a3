"""What stands around every page of administration: its sections, and what a form was sent with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from models.clock import now
from web.bodies import PageForm
from web.context import locale
from web.pages.render import render
from workflow.errors import Invalid, Problem
from workflow.numbers import series

WHOLE = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True)
class Section:
    """A page of administration in its navigation."""

    endpoint: str
    title: str
    icon: str


FIRST = Section("pages.administration", "admin.home", "layout-dashboard")
GROUPS = {
    "people": (
        Section("pages.people", "admin.people", "users"),
        Section("pages.units", "admin.units", "map"),
    ),
    "policy": (
        Section("pages.categories", "admin.categories", "tag"),
        Section("pages.limits", "admin.limits", "timer"),
        Section("pages.calendar", "admin.calendar", "calendar-days"),
        Section("pages.rules", "admin.rules", "route"),
        Section("pages.drawn", "admin.drawn", "workflow"),
    ),
    "house": (
        Section("pages.operations", "admin.operations", "activity"),
        Section("pages.look", "admin.look", "eye"),
        Section("pages.acts", "admin.acts", "history"),
    ),
}


def show(template: str, section: str, problem: Problem | None = None, **values: Any) -> Response:
    """A page of administration; after a problem with its sentence and errors, in its status."""
    tongue = locale()
    return render(
        template,
        problem.status if problem else 200,
        overview=FIRST,
        groups=GROUPS,
        current=next(each for each in (FIRST, *chain(*GROUPS.values())) if each.endpoint == section),
        errors=problem.field_errors(tongue) if isinstance(problem, Invalid) else [],
        sentence=problem.sentence(tongue) if problem and not isinstance(problem, Invalid) else None,
        did=request.args.get("did"),
        **values,
    )


def seen(form: PageForm) -> int:
    """Up to which act the reader knew what they change: 0 where the form does not say, so that any act is news."""
    number = whole(form.text("seen"))
    return number if isinstance(number, int) else 0


def whole(text: str | None) -> int | str:
    """A whole number as typed, or the text that is none, for whoever judges it to name the field."""
    text = text or ""
    return int(text) if WHOLE.fullmatch(text) else text


def unknown_ticket(number: str) -> Invalid:
    """What is wrong with a number in a form, where there is no such ticket or none was typed."""
    if not number:
        return Invalid.field("number", "input.missing")
    return Invalid.field("number", "input.unknown_value", value=number[:32])


def example_number(session: Session) -> str:
    """How a ticket's number reads, for an empty field."""
    return f"{series(session, now())}-000123"


def page_number(text: str | None) -> int:
    """The page asked for; the first where it is no number."""
    number = whole(text)
    return number if isinstance(number, int) and number > 0 else 1
