"""Loads the demo's past into a city that has its people and nothing else."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from random import Random

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, selectinload

from config import Settings
from models import Area, Category, Notification, Unit, User
from models.storage import open_storage
from queues.demo.cast import Cast
from queues.demo.clockwork import Clockwork
from queues.demo.offices import Offices
from queues.demo.pictures import Album
from queues.demo.plan import Plan
from queues.demo.reports import send
from queues.demo.studio import Studio
from workflow.alone import be_alone, spill
from workflow.city_settings import calendar
from workflow.demo.roads import spots
from workflow.engine.machines import current

DAYS, REPORTS = 90, 1500
SEED = 20251
UNREAD, MOST_UNREAD = timedelta(days=3), 12

Progress = Callable[[float], None]


def load(
    session: Session, settings: Settings, *, until: datetime, passed: Progress, days: int = DAYS, reports: int = REPORTS
) -> Offices:
    """Live through `days` up to `until` with about `reports` reports; `passed` is told the share that is done.

    The same `until` gives the same city. The caller commits.
    """
    # A story, not a secret.
    chance, picturing, placing = (Random(SEED + more) for more in range(3))  # noqa: S311
    since = until - timedelta(days=days)
    be_alone(session)
    zone = calendar(session).tz
    with _seldom_collecting(), Studio(zone) as studio:
        session.execute(update(User).where(User.demo).values(created_at=since - timedelta(days=30)))
        cast, categories = Cast(session), _categories(session)
        units = session.scalars(select(Unit).order_by(Unit.path)).all()
        areas = session.scalars(select(Area).join(Unit).where(Unit.active).order_by(Unit.path)).all()
        held = (current(session, "report"), units)
        album = Album(session, open_storage(settings.storage_url), studio, picturing)
        album.know({code: each.group_code for code, each in categories.items()})
        plan = Plan(cast, spots(units, areas, placing), categories, zone, chance)
        offices: Offices

        clockwork = Clockwork(session, until, lambda event: offices.hear(event))
        offices = Offices(session, cast, clockwork, album, categories)
        for story in plan.stories(since, until, reports):
            clockwork.at(story.moment, partial(send, offices, story))
        clockwork.run(lambda moment: passed((moment - since) / (until - since)))
        spill(session)
        album.store()
        _read(session, until)
        del held
    return offices


def _categories(session: Session) -> dict[str, Category]:
    query = select(Category).where(Category.active).options(selectinload(Category.department))
    return {each.code: each for each in session.scalars(query)}


def _read(session: Session, until: datetime) -> None:
    """The newest sentences of each inbox are unread, all older ones read."""
    order = Notification.created_at.desc(), Notification.id.desc()
    place = func.row_number().over(partition_by=Notification.user_id, order_by=order)
    newest = select(Notification.id, place.label("place")).where(Notification.created_at > until - UNREAD).subquery()
    session.execute(
        update(Notification)
        .where(Notification.id.not_in(select(newest.c.id).where(newest.c.place <= MOST_UNREAD)))
        .values(read_at=Notification.created_at)
        .execution_options(synchronize_session=False)
    )


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Nothing here is garbage before the end: looking for it often takes a tenth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
