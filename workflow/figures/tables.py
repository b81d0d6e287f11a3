"""The same figures a street, a department and a category."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from operator import add
from statistics import median
from typing import Any

from sqlalchemy import func, select

from models.categories import Category
from models.tickets import Event, Ticket
from models.units import Unit
from workflow import directory
from workflow.figures.figure import Figure, Period, Scope, share
from workflow.figures.series import epoch
from workflow.ticket_filters import TicketFilter, sums


@dataclass(frozen=True)
class Row:
    """The figures of a street, a department or a category; `of` is None for what no street has yet.

    `minutes` is the median from report to resolution of what was resolved in the period, None of nothing.
    """

    of: Any
    figures: dict[str, Figure] = field(default_factory=dict)
    minutes: int | None = None

    @property
    def on_time(self) -> int | None:
        """What was resolved in time, in percent of all of which that is known."""
        met, missed = self.figures["on_time"].value, self.figures["late"].value
        return share(met, met + missed)


def measures(period: Period) -> dict[str, TicketFilter]:
    """What is counted of each row."""
    return {
        "reported": period.reported,
        "resolved": period.resolved,
        "on_time": period.resolved.narrowed(TicketFilter(on_time=True)),
        "late": period.resolved.narrowed(TicketFilter(on_time=False)),
        "open": TicketFilter(open=True),
        "overdue": TicketFilter(overdue=True),
        "bouncing": TicketFilter(bouncing=True),
        "duplicates": period.reported.narrowed(TicketFilter(states=("merged",))),
    }


class Tables:
    """All of it in two queries: `total`, `streets`, `departments`; each list in the units' own order."""

    def __init__(self, scope: Scope, period: Period) -> None:
        self.scope, self.period, self.base = scope, period, scope.base
        session = scope.session
        self.units = {each.id: each for each in sorted(directory.units(session).values(), key=lambda unit: unit.id)}
        self.by_path = {each.path: each for each in self.units.values()}
        self.wanted = measures(period)
        place = (Ticket.unit_id, Ticket.department_id)
        columns = sums(session, scope.actor, self.wanted)
        counted = scope.tickets.with_only_columns(*place, *columns).group_by(*place)
        self.counted: list[tuple[Any, ...]] = [tuple(each) for each in session.execute(counted)]
        took = (epoch(session, Ticket.resolved_at) - epoch(session, Ticket.created_at)).label("took")
        times = scope.narrowed(period.resolved).with_only_columns(*place, took)
        self.took: list[tuple[Any, ...]] = [tuple(each) for each in session.execute(times)]

    @property
    def total(self) -> Row:
        """Of all tickets of the scope."""
        return self._rows({}, None, lambda _key: (None, self.base), [0])[0]

    @property
    def streets(self) -> list[Row]:
        """A row each street that has any figure but 0, and one of what no street has."""
        roots = {each: self._root(each, department=False) for each in self.units}
        return self._rows(roots, 0, self._street, list(self.units))

    @property
    def departments(self) -> list[Row]:
        """A row each department that has any figure but 0, of the tickets that it leads."""
        roots = {each.id: self._root(each.id, department=True) for each in self._departments()}
        return self._rows(roots, 1, self._department, list(self.units))

    def _departments(self) -> list[Unit]:
        return [each for each in self.units.values() if each.kind == "department"]

    def _street(self, key: int) -> tuple[Unit | None, TicketFilter]:
        unit = self.units[key]
        if unit.kind == "city":
            return None, self.base.but(unrouted=True)
        return unit, self.base.but(unit=self._lower(unit, self.base.unit))

    def _department(self, key: int) -> tuple[Unit | None, TicketFilter]:
        unit = self.units[key]
        return unit, self.base.but(department=self._lower(unit, self.base.department))

    def _lower(self, unit: Unit, asked: str | None) -> str:
        """The lower one of a row's unit and of the one that was asked for: the row holds what lies below both."""
        chosen = next((each for each in self.units.values() if each.code == asked), unit)
        return chosen.code if unit.contains(chosen) else unit.code

    def _root(self, unit: int, *, department: bool) -> int:
        """The highest street or department that a unit belongs to; the city is itself."""
        if self.units[unit].kind == "city":
            return unit
        codes = self.units[unit].path.strip("/").split("/")
        above = (self.by_path["/".join(codes[:end]) + "/"] for end in range(1, len(codes) + 1))
        fitting = (each.id for each in above if each.kind != "city" and (each.kind == "department") == department)
        return next(fitting, unit)

    def _rows(
        self,
        roots: dict[int, int],
        place: int | None,
        about: Callable[[int], tuple[Unit | None, TicketFilter]],
        order: list[int],
    ) -> list[Row]:
        """The rows of the units at `place` of what was counted, rolled up to their roots; without a place, of all."""
        found: defaultdict[int, list[int]] = defaultdict(lambda: [0] * len(self.wanted))
        took: defaultdict[int, list[int]] = defaultdict(list)
        for *units, seconds in self.took:
            unit = 0 if place is None else units[place]
            if unit is not None:
                took[roots.get(unit, unit)].append(seconds)
        for values in self.counted:
            unit = 0 if place is None else values[place]
            if unit is not None:
                root = roots.get(unit, unit)
                found[root] = list(map(add, found[root], values[2:]))
        rows = []
        for key in order:
            if place is None or any(found[key]):
                of, within = about(key)
                asked = zip(self.wanted.items(), found[key], strict=True)
                figures = {name: Figure(value, within.narrowed(each)) for (name, each), value in asked}
                rows.append(Row(of, figures, _minutes(took[key])))
        return rows

    def sent_back(self) -> dict[int, Figure]:
        """How many of the tickets reported in the period each department has sent back, by the department's id."""
        reported = self.base.narrowed(self.period.reported)
        ids = self.scope.narrowed(self.period.reported).where(Ticket.send_backs >= 1).with_only_columns(Ticket.id)
        events = select(Event.subject_id, Event.actor_unit_id).where(
            Event.action == "send_back", Event.subject_id.in_(ids)
        )
        found: defaultdict[int, set[int]] = defaultdict(set)
        for ticket, unit in self.scope.session.execute(events.distinct()):
            if unit is not None and self.units[unit].kind == "department":
                found[self._root(unit, department=True)].add(ticket)
        return {
            root: Figure(len(each), reported.but(sent_back_by=self.units[root].code))
            for root, each in found.items()
        }


def categories(scope: Scope, period: Period, most: int = 10) -> list[Row]:
    """The categories of which most was reported in the period, the most first."""
    matters: dict[int | None, Category] = {each.id: each for each in directory.categories(scope.session).values()}
    number, still = func.count(), func.count().filter(Ticket.settled_at.is_(None))
    counted = scope.narrowed(period.reported).with_only_columns(Ticket.category_id, number, still)
    known = counted.where(Ticket.category_id.is_not(None)).group_by(Ticket.category_id)
    found = [(matters[matter], [reported, left]) for matter, reported, left in scope.session.execute(known)]
    found.sort(key=lambda each: (-each[1][0], each[0].position, each[0].id))
    return [_category(matter, values, scope.base.narrowed(period.reported)) for matter, values in found[:most]]


def _category(category: Category, values: list[int], base: TicketFilter) -> Row:
    about = base.but(category=category.code)
    still = about.but(open=True)
    return Row(category, {"reported": Figure(values[0], about), "open": Figure(values[1], still)})


def _minutes(seconds: Iterable[int]) -> int | None:
    known = list(seconds)
    return round(median(known) / 60) if known else None
