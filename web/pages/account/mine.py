"""What the house knows of a person, to take along; and leaving it for good."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from os import SEEK_END
from tempfile import TemporaryFile
from typing import IO

from flask import Response, request, url_for
from werkzeug.wsgi import wrap_file

from models.database import database
from web.action import action
from web.auth import forget
from web.bodies import page_form
from web.context import actor, keys, locale, reading, stop_reading, storage, writing
from web.pages.account.settings import settings_page
from web.pages.addresses import go
from web.pages.blueprint import pages
from web.pages.render import render
from workflow import personal
from workflow.errors import Busy, Invalid, Problem
from workflow.identity.new_password import hold_password_of

FILE = "whistle-data.zip"


@pages.post("/account/export")
@action("me.export")
def export() -> Response:
    """All of it as a ZIP, whole before any of it is sent; whoever only found the phone unlocked gets nothing."""
    person, password = actor(), page_form().values.get("export_password", "")
    try:
        stop_reading()
        hold_password_of(database, person.id, password, "export_password")
    except Problem as problem:
        return settings_page(problem)
    collected = personal.collect(reading(), actor(), keys().phones)
    stop_reading()
    archive = _made(personal.packed(collected, storage()))
    response = Response(wrap_file(request.environ, archive), mimetype="application/zip", direct_passthrough=True)
    response.call_on_close(archive.close)
    response.content_length = archive.seek(0, SEEK_END)
    archive.seek(0)
    response.headers["Content-Disposition"] = f'attachment; filename="{FILE}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _made(parts: Iterable[bytes]) -> IO[bytes]:
    """A file without a name that is gone when it is closed: where a part cannot be had, nothing has been sent yet.

    Raises StorageUnavailable, and Busy where there is no room for it.
    """
    with ExitStack() as failing:
        archive = failing.enter_context(TemporaryFile())
        try:
            archive.writelines(parts)
        except OSError as error:
            raise Busy from error
        failing.pop_all()
    return archive


@pages.get("/account/leave", endpoint="leave_for_good")
@action("me.erase")
def show() -> Response:
    return _page()


@pages.post("/account/leave", endpoint="leave_for_good_now")
@action("me.erase")
def leave() -> Response:
    """The person is signed out with the answer; a job does the rest."""
    form, person = page_form(), actor()
    let_go = form.text("let_go") is not None
    try:
        stop_reading()
        hold_password_of(database, person.id, form.values.get("password", ""), "password")
        with writing() as (session, mine):
            personal.ask(session, mine, actor=mine, let_go=let_go)
    except Problem as problem:
        return _page(problem, let_go=let_go)
    return forget(go(url_for("pages.sign_in", did="left")))


def _page(problem: Problem | None = None, *, let_go: bool = False) -> Response:
    person = actor()
    return render(
        "account/leave.html",
        problem.status if problem else 200,
        person=person,
        standing=personal.standing(reading(), person),
        let_go=let_go,
        errors=problem.field_errors(locale()) if isinstance(problem, Invalid) else [],
        sentence=problem.sentence(locale()) if problem and not isinstance(problem, Invalid) else None,
    )
