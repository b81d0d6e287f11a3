"""All figures of a dashboard at once, in eight queries whatever the number of tickets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, distinct, func
from sqlalchemy.orm import Session, joinedload

from models.tickets import Ticket
from models.units import Unit
from workflow.actors import Actor
from workflow.figures.figure import Figure, Period, Scope
from workflow.figures.series import Day, series
from workflow.figures.tables import Row, Tables, categories
from workflow.ticket_filters import TicketFilter, conditions, open_at, sums

NOW = {
    "open": TicketFilter(open=True),
    "to_triage": TicketFilter(states=("submitted",)),
    "to_assign": TicketFilter(states=("triaged",)),
    "at_departments": TicketFilter(states=("assigned", "in_progress")),
    "suspended": TicketFilter(states=("suspended",)),
    "to_confirm": TicketFilter(states=("resolved",)),
    "near": TicketFilter(near_due=True),
    "overdue": TicketFilter(overdue=True),
    "bouncing": TicketFilter(bouncing=True),
    "decisions": TicketFilter(waiting_for="decision"),
    "unrouted": TicketFilter(unrouted=True, open=True),
}
"""What is so at this moment."""
SHOWN = (joinedload(Ticket.category), joinedload(Ticket.unit), joinedload(Ticket.department))
"""What a row of a ticket shows beside itself."""


@dataclass(frozen=True)
class Dashboard:
    """Figures of a period and of now, all within `base`.

    `sent_back` is by the department's id. `reporters` is a number of people, which no list of tickets shows. `units`
    are all of the city's.
    """

    period: Period
    base: TicketFilter
    now: dict[str, Figure]
    total: Row
    reporters: int
    days: list[Day]
    streets: list[Row]
    departments: list[Row]
    sent_back: dict[int, Figure]
    categories: list[Row]
    oldest: list[Ticket]
    units: list[Unit]


def dashboard(session: Session, actor: Actor, period: Period, base: TicketFilter) -> Dashboard:
    """The dashboard of what the actor may see. Raises Invalid for an unknown street, department or category."""
    scope = Scope.of(session, actor, base)
    tables = Tables(scope, period)
    reported = and_(*conditions(session, actor, period.reported))
    others = (
        func.count(distinct(case((reported, Ticket.reporter_id)))),
        func.count().filter(open_at(period.bounds(session)[0])),
    )
    now, (reporters, open_then) = _now(scope, NOW, *others)
    return Dashboard(
        period,
        base,
        now,
        tables.total,
        reporters,
        series(scope, period, open_then),
        tables.streets,
        tables.departments,
        tables.sent_back(),
        categories(scope, period),
        oldest(scope),
        list(tables.units.values()),
    )


def standing(scope: Scope, *names: str) -> dict[str, Figure]:
    """Some of the figures of now, in one query."""
    return _now(scope, {name: NOW[name] for name in names})[0]


def oldest(scope: Scope, most: int = 6) -> list[Ticket]:
    """What has been open for longest, the oldest first, with what a row of it shows."""
    tickets = scope.narrowed(TicketFilter(open=True)).order_by(Ticket.created_at, Ticket.id)
    return list(scope.session.scalars(tickets.limit(most).options(*SHOWN)))


def _now(
    scope: Scope, named: dict[str, TicketFilter], *others: ColumnElement[int]
) -> tuple[dict[str, Figure], Sequence[int]]:
    """The figures of `named`, and the values of `others`."""
    columns = sums(scope.session, scope.actor, named)
    found = scope.session.execute(scope.tickets.with_only_columns(*columns, *others)).one()
    figures = {
        name: Figure(value, scope.base.narrowed(wanted))
        for (name, wanted), value in zip(named.items(), found[: len(named)], strict=True)
    }
    return figures, found[len(named) :]
