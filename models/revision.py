"""What a city is has a revision: whatever changes a unit, an area, a matter, a rule, the calendar, a definition or a
setting lets it grow in the same transaction. What was read of the city holds for as long as the revision stands."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, update
from sqlalchemy.orm import ORMExecuteState, Session

from models.categories import Category, CategoryGroup
from models.city import CalendarDay, CalendarYear, City, Rule
from models.lifecycle import Definition
from models.units import Area, Unit

PARTS = (City, Rule, CalendarDay, CalendarYear, Unit, Area, Category, CategoryGroup, Definition)


def _grow(session: Session) -> None:
    # First of all that this transaction writes: who changes a city waits here for whoever does so already.
    session.connection().execute(update(City).values(revision=City.revision + 1))
    session.info["grown"] = True


def has_grown(session: Session) -> bool:
    """Whether this session has changed the city, which nobody else sees before it commits."""
    return "grown" in session.info


@event.listens_for(Session, "before_flush")
def _rows(session: Session, _context: Any, _instances: Any) -> None:
    if any(isinstance(row, PARTS) for row in (*session.new, *session.deleted)) or any(
        isinstance(row, PARTS) and session.is_modified(row) for row in session.dirty
    ):
        _grow(session)


@event.listens_for(Session, "do_orm_execute")
def _statements(state: ORMExecuteState) -> None:
    if state.is_update or state.is_insert or state.is_delete:
        mapper = state.bind_mapper
        if mapper is not None and issubclass(mapper.class_, PARTS):
            _grow(state.session)
