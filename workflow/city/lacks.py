"""What a loaded city still lacks: streets without a clerk, departments without an officer, years without a calendar.

Said at every load and in `/readyz`'s body: reports would come in and nobody could deal with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import CalendarYear, City, Membership, Unit, User
from models.clock import now
from workflow.say import say

STAFF = {
    "street": ("pack.street_without_clerk", ("clerk",)),
    "department": ("pack.department_without_officer", ("officer", "head")),
}
LOOK_AHEAD = timedelta(days=60)
"""Deadlines reach into the next year before it begins, so its calendar is asked for as early as that."""


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that an administrator should see to: a sentence as key and parameters; `subject` a unit's code or a
    year."""

    key: str
    subject: str
    params: dict[str, Any]

    def sentence(self, locale: str) -> str:
        """What is lacking, in the reader's language."""
        return say(self.key, locale, **self.params)


def lacks(session: Session) -> list[Lack]:
    """What the loaded city lacks now: units in the order of their codes, then years. Four queries."""
    return [*_unstaffed(session), *_years(session)]


def _unstaffed(session: Session) -> list[Lack]:
    staff = session.execute(
        select(Membership.role, Unit.path)
        .join(Membership.unit)
        .join(User, User.id == Membership.user_id)
        .where(User.disabled_at.is_(None))
        .distinct()
    ).all()
    units = session.scalars(select(Unit).where(Unit.active, Unit.kind.in_(STAFF)).order_by(Unit.kind.desc(), Unit.code))
    found = []
    for unit in units:
        key, roles = STAFF[unit.kind]
        if not any(role in roles and unit.path.startswith(path) for role, path in staff):
            found.append(Lack(key, unit.code, {"unit": {"zh": unit.name_zh, "en": unit.name_en}}))
    return found


def missing_years(session: Session) -> list[int]:
    """The years that deadlines reach now or soon and whose calendar is not known, or not announced. Two queries."""
    return [int(each.subject) for each in _years(session)]


def _years(session: Session) -> list[Lack]:
    city = session.scalars(select(City)).one_or_none()
    if city is None:
        return []
    today = now().astimezone(ZoneInfo(city.timezone)).date()
    known = {row.year: row.published for row in session.scalars(select(CalendarYear))}
    found = []
    for year in sorted({today.year, (today + LOOK_AHEAD).year}):
        if not known.get(year, False):
            key = "pack.year_unpublished" if year in known else "pack.year_without_calendar"
            found.append(Lack(key, str(year), {"year": year}))
    return found
