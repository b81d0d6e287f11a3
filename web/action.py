"""Every route declares what it does, or the application does not start.

    @api.post("/reports")
    @action("report.create")
    def create() -> Response: ...

Whoever asks is signed in and may do this kind of thing before the view runs; what they may do to the very ticket
is asked with the ticket in hand (`workflow.access`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request

from web.auth import SAFE, hold_no_other_origin
from web.login import signed_in
from workflow import access
from workflow.errors import Unauthenticated

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"


class UndeclaredRoute(RuntimeError):
    """A route that does not say what it does."""


def action(name: str) -> Callable[[View], View]:
    """Declare that a view does `name`, such as `report.create`: asked of `access.can` before it runs."""

    def declare(view: View) -> View:
        view.whistle_action = name  # type: ignore[attr-defined]
        return view

    return declare


public = action(PUBLIC)
"""Declare that anyone may call a view, signed in or not."""


def action_of(view: Callable[..., Any]) -> str | None:
    """What a view declared."""
    return getattr(view, "whistle_action", None)


def guard() -> None:
    """Before every matched request: raise Unauthenticated or Forbidden by what its view declared. What anyone may do
    another site's page still may not."""
    if request.endpoint is None:
        return
    name = action_of(current_app.view_functions[request.endpoint])
    if name == PUBLIC:
        if request.method not in SAFE:
            hold_no_other_origin()
        return
    actor = signed_in()
    if actor is None:
        raise Unauthenticated
    access.require(actor, str(name))


def hold_declared(app: Flask) -> None:
    """Raise UndeclaredRoute naming every route whose view declares nothing."""
    bare = sorted(
        f"{rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        if action_of(app.view_functions[rule.endpoint]) is None
    )
    if bare:
        raise UndeclaredRoute(f"declare @action or @public for: {', '.join(bare)}")
