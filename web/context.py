"""What belongs to one request: its language, its person, its database session.

Views get the person passed as `actor`; only this module knows where Flask keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import cast

from flask import current_app, g, request
from sqlalchemy.orm import Session

from config import Settings
from models import User
from models.database import database
from models.storage import Storage
from web.keys import Keys
from workflow.errors import Unauthenticated
from workflow.identity.sign_ins import user_for_token
from workflow.say import LOCALES


def settings() -> Settings:
    """The settings that the application was made with."""
    return cast(Settings, current_app.extensions["whistle_settings"])


def keys() -> Keys:
    """The application's keys."""
    return cast(Keys, current_app.extensions["whistle_keys"])


def storage() -> Storage:
    """Where pictures lie."""
    return cast(Storage, current_app.extensions["whistle_storage"])


LANGUAGE = "whistle_language"
"""The cookie that holds which language somebody chose for the pages."""


def locale() -> str:
    """The language of the answer: on pages what was chosen there; then what the client asks for, the person's own, the
    installation's. Found once a request, as soon as it is known who sends it."""
    found = g.get("locale")
    if found is None:
        found = _locale()
        if "actor" in g:
            g.locale = found
    return cast(str, found)


def _locale() -> str:
    if not request.path.startswith("/api/") and (chosen := request.cookies.get(keys().cookie(LANGUAGE))) in LOCALES:
        return chosen
    for asked, _quality in request.accept_languages:
        tongue = asked.replace("_", "-").partition("-")[0].lower()
        if tongue in LOCALES:
            return tongue
    person = g.get("actor")
    return person.locale if person is not None else settings().locale


def reading() -> Session:
    """The request's reading session, closed at its end or before anything is written."""
    if "reading" not in g:
        g.reading_stack = ExitStack()
        g.reading = g.reading_stack.enter_context(database.reading())
    return cast(Session, g.reading)


def stop_reading() -> None:
    """Give the reading session's connection back; what was loaded stays readable."""
    stack = g.pop("reading_stack", None)
    g.pop("reading", None)
    if stack is not None:
        stack.close()


def token() -> str:
    """The token with which the person of this request is signed in. Raises Unauthenticated."""
    if not g.get("token"):
        raise Unauthenticated
    return str(g.token)


def actor() -> User:
    """The person who sends this request. Raises Unauthenticated."""
    person = g.get("actor")
    if person is None:
        raise Unauthenticated
    return cast(User, person)


@contextmanager
def writing() -> Iterator[tuple[Session, User]]:
    """A writing session and the person in it, read again there: a sign-in that ended meanwhile changes nothing."""
    stop_reading()
    with database.writing() as session:
        person = user_for_token(session, token())
        if person is None:
            raise Unauthenticated
        yield session, person
