"""Who acts in the demo's past, and how each of them works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models import Membership, Ticket, Unit, User

SHOWN = ("rider1", "rider2", "rider3")
"""Whom a visitor signs in as: they report less than the busiest, so that today's cap is theirs to use."""
ENGLISH = "rider43"


@dataclass(frozen=True)
class Manner:
    """How a department works: how often it is on time, is asked what is not its own, asks for more time."""

    on_time: float = 0.87
    pace: float = 1.0
    sends_back: float = 0.03
    extends: float = 0.03
    suspends: float = 0.015


MANNERS = {
    "enforcement": Manner(on_time=0.85, pace=0.9),
    "market": Manner(on_time=0.86, pace=1.1, extends=0.06),
    "municipal": Manner(on_time=0.9, pace=0.8, suspends=0.03),
    "traffic": Manner(on_time=0.83, sends_back=0.16),
    "fire": Manner(on_time=0.93, pace=0.7),
    "housing": Manner(on_time=0.58, pace=1.5, extends=0.2),
}
"""One is slower than the others, one sends back what others would do."""


class Cast:
    """The demo's people by what they are."""

    def __init__(self, session: Session) -> None:
        query = select(User).where(User.demo).order_by(User.id)
        people = session.scalars(query.options(selectinload(User.memberships).selectinload(Membership.unit))).all()
        self.by_name = {each.username or "": each for each in people}
        self.riders = [each for each in people if each.has_role("rider")]
        self.supervisor = next(each for each in people if each.has_role("supervisor"))
        self.departments = {
            each.unit.code: each.unit
            for person in people
            for each in person.memberships
            if each.unit.kind == "department"
        }
        self._clerks = {
            each.unit.path: person for person in people for each in person.memberships if each.role == "clerk"
        }
        self._root = min(self._clerks, key=len)

    def diligence(self) -> Sequence[float]:
        """How much each rider reports, compared with the others: a few very much, most now and then."""
        order = Random(43)  # noqa: S311 -- a story, not a secret
        weights = [1 / (0.35 + rank * 0.14) for rank in range(len(self.riders))]
        order.shuffle(weights)
        return [1.1 if each.username in SHOWN else weight for each, weight in zip(self.riders, weights, strict=True)]

    def clerk(self, ticket: Ticket) -> User:
        """The clerk of the ticket's street; the city's where it lies in none."""
        path = ticket.unit.path
        found = [each for each in self._clerks if each != self._root and path.startswith(each)]
        return self._clerks[found[0] if found else self._root]

    def another(self, unit: Unit, chance: Random) -> Unit:
        """A department that is not this one."""
        return chance.choice([each for code, each in sorted(self.departments.items()) if code != unit.code])

    def officer(self, unit: Unit | None) -> User:
        """The officer of a department."""
        assert unit is not None
        return self.by_name[f"officer.{unit.code}"]

    def head(self, unit: Unit | None) -> User:
        """The head of a department."""
        assert unit is not None
        return self.by_name[f"head.{unit.code}"]


def manner(unit: Unit | None) -> Manner:
    """How a department works."""
    return MANNERS.get(unit.code if unit else "", Manner())
