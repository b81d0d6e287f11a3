"""The city's time: UTC in the database, the city's zone for people, days and calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from workflow.known import find_city

NIGHT = time(3)


def zone(session: Session) -> ZoneInfo:
    """The city's time zone, read once a session. UTC before a city is loaded."""
    known = session.info.get("zone")
    if not isinstance(known, ZoneInfo):
        row = find_city(session)
        known = session.info["zone"] = ZoneInfo(row.timezone if row else "UTC")
    return known


def local_day(session: Session, moment: datetime) -> date:
    """The city's calendar day at `moment`."""
    return moment.astimezone(zone(session)).date()


def day_starts(session: Session, day: date) -> datetime:
    """The moment, in UTC, at which the city's `day` begins."""
    return datetime.combine(day, time(), zone(session)).astimezone(UTC)


def next_night(session: Session, moment: datetime) -> datetime:
    """The next three o'clock in the morning of the city's after `moment`, in UTC: when fewest people report."""
    local = moment.astimezone(zone(session))
    tonight = local.hour < NIGHT.hour
    day = local.date() if tonight else local.date() + timedelta(days=1)
    return datetime.combine(day, NIGHT, zone(session)).astimezone(UTC)
