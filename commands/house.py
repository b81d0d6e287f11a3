"""The house that a command works on: its settings and its database, once they are known to fit this code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from config import Settings
from models import City, User, migrations
from models.database import database
from queues.preflight import check_database
from workflow import localtime
from workflow.errors import Forbidden, Invalid, NotFound, Refused
from workflow.identity.accounts import spoken_name
from workflow.phones import PhoneBook, normalise


@contextmanager
def connected() -> Iterator[Settings]:
    """The settings, with the database connected. Raises CannotStart, or Refused where it is not ready for this code."""
    settings = Settings.load()
    place = make_url(settings.database_url)
    if place.get_backend_name() == "sqlite" and not Path(place.database or "").is_file():
        raise Refused("cli.no_database")
    check_database(settings)
    database.connect(settings.database_url)
    try:
        revision = migrations.current(database)
        if revision != migrations.head():
            raise Refused("cli.no_database" if revision is None else "cli.old_database")
        with database.reading() as session:
            if session.scalar(select(City.id)) is None:
                raise Refused("cli.no_database")
        yield settings
    finally:
        database.engine.dispose()


def person_called(session: Session, text: str, settings: Settings) -> User:
    """The person with this username or telephone number. Raises NotFound."""
    person = session.scalars(select(User).where(User.username == spoken_name(text))).one_or_none()
    if person is None:
        try:
            kept = PhoneBook(settings.secret_key).hash(normalise(text))
        except Invalid:
            kept = ""
        person = session.scalars(select(User).where(User.phone_hash == kept)).one_or_none()
    if person is None:
        raise NotFound("cli.no_person", name=text)
    return person


def acting(session: Session, name: str, settings: Settings, role: str) -> User:
    """The person in whose name something is done. Raises NotFound, or Forbidden without the role or once disabled."""
    person = person_called(session, name, settings)
    if person.disabled_at is not None or not person.has_role(role):
        raise Forbidden("cli.not_acting", name=name, role={"zh": role, "en": role})
    return person


def local(session: Session, moment: datetime | None) -> str:
    """A moment in the city's time, to the minute; a dash for none."""
    return "-" if moment is None else f"{moment.astimezone(localtime.zone(session)):%Y-%m-%d %H:%M}"
