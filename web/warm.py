"""What the first visitors would wait for, made before the server's processes are parted from each other."""

from __future__ import annotations

import contextlib
import gc

from sqlalchemy.exc import SQLAlchemyError

from config import Settings
from models import Ticket
from models.database import database
from web.pages import assets, maps
from workflow import directory
from workflow.city_settings import calendar
from workflow.engine.machines import current, machinery
from workflow.pretended import hold_real
from workflow.routing import area_index
from workflow.say import LOCALES

FILES = ("app.css", "css/dark.css", "icons.svg", "js/app.js", *(f"js/texts.{each}.js" for each in LOCALES))

COLLECTING = (20_000, 50, 50)
"""A page makes some ten thousand objects, and next to none in circles: Python's own 700 has the collector look through
them a dozen times a page, which takes a tenth of its time (docs/decisions.md)."""


def read_files() -> None:
    """Read the sentences and compress the files, which needs no database."""
    assets.version()
    for name in FILES:
        assets.content(name)


def know_the_city(settings: Settings) -> None:
    """Read what every request asks of the city, where there is one already. Raises CannotStart for a demo in
    production."""
    with contextlib.suppress(SQLAlchemyError, LookupError), database.reading() as session:
        hold_real(session, settings)
        machinery(session, Ticket.kind, current(session, Ticket.kind).id)
        directory.units(session)
        directory.categories(session)
        calendar(session)
        area_index(session)
        for tongue in LOCALES:
            maps.outlines(session, tongue)


def keep() -> None:
    """Tell the collector that all this stays: to look through it would stop every request for a tenth of a second."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTING)
