"""Flask-Login's part: who is signed in, once a request, from the token that the request carries.

Only its request loader is used. Flask's own session cookie never holds an identity, since it would still work after a
sign-out, and a remember-me cookie is never set, so the name under which the library would look for one is none that a
client can send: it would ask for that cookie instead of asking the loader.
"""

from __future__ import annotations

from typing import NoReturn, cast

from flask import Flask, Request
from flask_login import LoginManager, UserMixin, current_user

from models import User
from web.auth import note, sender
from workflow.errors import Unauthenticated

NO_COOKIE = "no;cookie"  # a semicolon ends a cookie's name (RFC 6265), so no request can carry this one


class Account(UserMixin):  # type: ignore[misc]  # the library has no types
    """A signed-in person as Flask-Login knows one; templates and the library see nothing else."""

    def __init__(self, person: User) -> None:
        self.person = person

    @property
    def is_active(self) -> bool:
        """A disabled person is signed out everywhere."""
        return self.person.disabled_at is None

    def get_id(self) -> str:
        """The row's id."""
        return str(self.person.id)


def register(app: Flask) -> None:
    """Make `current_user` the person of each request, and note that they were there."""
    app.config.update(REMEMBER_COOKIE_NAME=NO_COOKIE, SESSION_PROTECTION=None)
    manager = LoginManager()
    manager.session_protection = None
    manager.request_loader(_load)
    manager.unauthorized_handler(_refuse)
    manager.init_app(app)
    app.after_request(note)


def _load(_request: Request) -> Account | None:
    person = sender()
    return Account(person) if person is not None else None


def _refuse() -> NoReturn:
    raise Unauthenticated


def signed_in() -> User | None:
    """The person of this request, or None."""
    return cast(Account, current_user).person if current_user.is_authenticated else None
