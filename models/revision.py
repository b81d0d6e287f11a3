"""What a city is has a revision: whatever changes a unit, an area, a matter, a rule, the calendar, a definition or a
setting lets it grow in the same transaction. What was read of the city holds for as long as the revision stands."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import event, update
from sqlalchemy.orm import ORMExecuteState, Session

from models.categories import Category, CategoryGroup
from models.city import CalendarDay, CalendarYear, City, Rule
from models.lifecycle import Definition
from models.units import Area, Unit

PARTS = (City, Rule, CalendarDay, CalendarYear, Unit, Area, Category, CategoryGroup, Definition)


_growth: WeakKeyDictionary[Session, int] = WeakKeyDictionary()


def _grow(session: Session) -> None:
    # First of all that this transaction writes: who changes a city waits here for whoever does so already.
    session.connection().execute(update(City).values(revision=City.revision + 1))
    _growth[session] = growth(session) + 1


def growth(session: Session) -> int:
    """How often this session has changed the city; nobody else sees it before it commits."""
    return _growth.get(session, 0)


def is_changing(session: Session) -> bool:
    """Whether this session has changed the city or is about to: what others know of it does not hold here."""
    pending = (*session.new, *session.deleted, *session.dirty)
    return growth(session) > 0 or any(isinstance(row, PARTS) for row in pending)


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
