"""A number with the list behind it, the tickets that are counted, and the days that it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select
from sqlalchemy.orm import Session

from models.clock import now
from models.tickets import Ticket
from workflow.access import visible_tickets
from workflow.actors import Actor
from workflow.localtime import day_starts, local_day
from workflow.ticket_filters import TicketFilter, conditions


@dataclass(frozen=True)
class Figure:
    """How many tickets `wanted` holds."""

    value: int
    wanted: TicketFilter


@dataclass(frozen=True)
class Scope:
    """The tickets of `base` that `actor` may see. Made by `of`, which looks the filter's names up once."""

    session: Session
    actor: Actor
    base: TicketFilter
    tickets: Select[Ticket]

    @classmethod
    def of(cls, session: Session, actor: Actor, base: TicketFilter) -> Scope:
        """Raises Invalid naming what of `base` is unknown."""
        return cls(session, actor, base, visible_tickets(session, actor).where(*conditions(session, actor, base)))

    def narrowed(self, wanted: TicketFilter) -> Select[Ticket]:
        """The tickets that `wanted` holds beside."""
        return self.tickets.where(*conditions(self.session, self.actor, wanted))


@dataclass(frozen=True)
class Period:
    """The city's days from `first` to `last`, both included."""

    first: date
    last: date

    @classmethod
    def latest(cls, session: Session, days: int) -> Period:
        """So many days up to today."""
        today = local_day(session, now())
        return cls(today - timedelta(days=days - 1), today)

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    @property
    def reported(self) -> TicketFilter:
        """What was reported in it."""
        return TicketFilter(since=self.first, until=self.last)

    @property
    def resolved(self) -> TicketFilter:
        """What was resolved in it, and has not been opened again."""
        return TicketFilter(resolved_since=self.first, resolved_until=self.last)

    def bounds(self, session: Session) -> list[datetime]:
        """The moments at which its days begin, and at which the last one ends."""
        return [day_starts(session, day) for day in [*self.days, self.last + timedelta(days=1)]]


def share(part: int, whole: int) -> int | None:
    """`part` of `whole` in whole percent, or None of nothing. Never 100 where something is missing."""
    if not whole:
        return None
    return min(round(100 * part / whole), 99) if part < whole else 100
