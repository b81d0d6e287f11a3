"""Every error is RFC 9457 problem+json in the reader's language: ours, Flask's, the database's. Never a traceback."""

from __future__ import annotations

import json
import sqlite3
import traceback
from typing import Any, cast

from flask import Flask, Response, current_app, request
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from models.storage import StorageUnavailable
from web.context import locale
from web.errors import Broken, TooLarge, Unsupported
from web.form_marks import PAGES
from web.logs import log
from workflow.errors import Busy, Invalid, NotFound, Problem, TooMany, Unauthenticated
from workflow.say import catalogue, say

BUSY_SQLSTATES = ("08", "40", "53", "55P03", "57014", "57P")
"""PostgreSQL: connection lost, deadlock or serialization, no resources, lock timeout, cancelled, shutting down."""
BUSY_SQLITE = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
)


PAGE_OF_PROBLEM = "whistle_page_of_problem"
"""The application's extension that makes a page of a problem."""


def register(app: Flask) -> None:
    """Answer every error of `app` with a problem."""
    app.register_error_handler(Problem, answer)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(Exception, _from_anything)


def answer(problem: Problem) -> Response:
    """The problem as an answer, with the headers that its status asks for: a page for whoever asked for one."""
    if wants_page():
        return _with_headers(cast(Response, current_app.extensions[PAGE_OF_PROBLEM](problem)), problem)
    tongue = locale()
    detail = problem.sentence(tongue)
    body: dict[str, Any] = {
        "type": f"urn:whistle:{problem.key}",
        "title": title(problem.status, tongue),
        "status": problem.status,
        "detail": detail,
    }
    if isinstance(problem, Invalid):
        body["errors"] = problem.field_errors(tongue)
    response = Response(
        json.dumps(body, ensure_ascii=False).encode(errors="replace"),
        status=problem.status,
        content_type="application/problem+json",
    )
    response.headers["Content-Language"] = tongue
    return _with_headers(response, problem)


def wants_page() -> bool:
    """Whether a page was asked for, or something unknown by a browser that reads pages."""
    if request.endpoint is not None:
        return request.blueprint == PAGES
    return not request.path.startswith("/api/") and "text/html" in request.headers.get("Accept", "")


def _with_headers(response: Response, problem: Problem) -> Response:
    if isinstance(problem, TooMany | Busy):
        response.headers["Retry-After"] = str(problem.retry_after)
    if isinstance(problem, Unauthenticated):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def title(status: int, tongue: str) -> str:
    """What a status means, in a few words."""
    key = f"status.{status}"
    return say(key if key in catalogue(tongue) else "status.400", tongue)


def busy(error: BaseException) -> bool:
    """Whether an error of the database or the storage means "try again", not "you or we did something wrong"."""
    if isinstance(error, PoolTimeout | StorageUnavailable):
        return True
    if not isinstance(error, DBAPIError):
        return False
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return (getattr(original, "sqlite_errorcode", 0) & 0xFF) in BUSY_SQLITE
    state = getattr(original, "sqlstate", None)
    if state is None:
        return error.connection_invalidated or isinstance(error, OperationalError)
    return str(state).startswith(BUSY_SQLSTATES)


def _from_http(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    status = error.code or 500
    known = {404: NotFound, 413: TooLarge, 415: Unsupported, 500: Broken}
    if status in known:
        return answer(known[status]())
    problem = Problem("problem.method" if status == 405 else "problem.bad_request", method=request.method)
    problem.status = status
    response = answer(problem)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _from_anything(error: Exception) -> Response:
    if busy(error):
        log("busy", error=type(error).__name__)
        return answer(Busy())
    # Never the error's own words: they may quote what a visitor typed, or a statement's parameters.
    where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    log("broken", error=type(error).__name__, where=where[-12:])
    return answer(Broken())
