"""What a person sees when something is wrong: what it is, and what to do next. Never a traceback."""

from __future__ import annotations

from flask import Flask, Response, g, request, url_for

from web.auth import SAFE
from web.context import locale
from web.pages.addresses import go
from web.pages.render import render
from web.problems import PAGE_OF_PROBLEM, title
from workflow.errors import Invalid, Problem, Unauthenticated


def register(app: Flask) -> None:
    """Make a page of every problem that a page runs into."""
    app.extensions[PAGE_OF_PROBLEM] = page_of


def page_of(problem: Problem) -> Response:
    """The page for a problem; whoever is not signed in is asked to, and then comes back here."""
    if isinstance(problem, Unauthenticated) and request.method in SAFE:
        back = request.full_path.rstrip("?")
        return go(url_for("pages.sign_in", next=None if back == "/" else back))
    g.broken = problem.status >= 500
    if request.method not in SAFE and "actor" not in g:
        g.actor = g.token = None  # who sent it was not to be told, for the very reason that this page gives
    tongue = locale()
    errors = problem.field_errors(tongue) if isinstance(problem, Invalid) else []
    return render(
        "trouble.html",
        problem.status,
        heading=title(problem.status, tongue),
        sentence=problem.sentence(tongue),
        errors=errors,
        problem=problem,
    )
