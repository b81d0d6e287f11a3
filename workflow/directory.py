"""The city's units and matters by code. All of them are only to be read, by whoever says many names or offers many
choices; a single one is the session's own, for its rows to refer to."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.categories import Category
from models.units import Unit
from workflow.known import known, own


def units(session: Session) -> dict[str, Unit]:
    """Every unit, closed ones too, each after the one above it."""
    return known(session, "units", _read_units)


def categories(session: Session) -> dict[str, Category]:
    """Every matter with its group, those out of use too, in the order of the scheme."""
    return known(session, "categories", _read_categories)


def unit(session: Session, code: str) -> Unit:
    """The unit of this code. Raises KeyError for an unknown one."""
    return own(session, known(session, "units", _read_units, plain=True)[code])


def category(session: Session, code: str) -> Category | None:
    """The matter of this code, None for an unknown one."""
    row = known(session, "categories", _read_categories, plain=True).get(code)
    return None if row is None else own(session, row)


def _read_units(session: Session) -> dict[str, Unit]:
    return {each.code: each for each in session.scalars(select(Unit).order_by(Unit.path))}


def _read_categories(session: Session) -> dict[str, Category]:
    query = select(Category).options(joinedload(Category.group)).order_by(Category.position)
    return {each.code: each for each in session.scalars(query)}
