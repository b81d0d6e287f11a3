"""The JSON API, one module a resource. Nothing here decides who may do what or what a report is: workflow does."""

from __future__ import annotations

from flask import Flask

from web.api.blueprint import PREFIX, api

__all__ = ["PREFIX", "api", "register"]


def register(app: Flask) -> None:
    """Add every call of the API to the application."""
    from web.api import catalogue, nearby, notifications, people, photos, points, reports, tickets, tokens  # noqa: F401

    app.register_blueprint(api)
