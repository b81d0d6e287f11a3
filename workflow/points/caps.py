"""How much of a person's caps of a day and of its month is used, and how much is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from models.clock import now
from models.ledger import Award
from models.people import User
from workflow.localtime import local_day
from workflow.points.rules import Paying, rules_of

COUNTS = ("pending", "paid")
"""The states in which an award counts against the caps."""

NO_CAP = 10**9


@dataclass(frozen=True)
class Cap:
    """How much of a cap is used, in points; `cap` None where the city sets none."""

    earned: int
    cap: int | None


_USED = (
    select(Award.day, func.sum(Award.points))
    .where(Award.user_id == bindparam("person"), Award.state.in_(COUNTS))
    .where(Award.day >= bindparam("first"), Award.day < bindparam("following"))
    .group_by(Award.day)
)


def _used(session: Session, person: int, day: date) -> dict[str, int]:
    """Points set aside or paid that count against the caps of this day and of its month."""
    first = day.replace(day=1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    asked = {"person": person, "first": first, "following": following}
    days = {each: int(total) for each, total in session.execute(_USED, asked)}
    return {"day": days.get(day, 0), "month": sum(days.values())}


def left(session: Session, caps: dict[str, Paying], person: int, day: date) -> int:
    """How many points these caps leave a person on a day."""
    used = _used(session, person, day) if caps else {}
    left = [caps[name].body["points"] - used[name] for name in used if name in caps]
    return max(0, min(left, default=NO_CAP))


def used_caps(session: Session, person: User) -> tuple[Cap, Cap]:
    """How far today's and this month's cap are used."""
    used, caps = _used(session, person.id, local_day(session, now())), rules_of(session, "cap")
    today, month = (
        Cap(used[name], caps[name].body["points"] if name in caps else None) for name in ("day", "month")
    )
    return today, month
