"""The city's units and matters by code: for whoever says many names or offers many choices. Only to be read."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.categories import Category
from models.units import Unit
from workflow.known import known


def units(session: Session) -> dict[str, Unit]:
    """Every unit, closed ones too, each after the one above it."""
    return known(session, "units", _read_units)


def categories(session: Session) -> dict[str, Category]:
    """Every matter with its group, those out of use too, in the order of the scheme."""
    return known(session, "categories", _read_categories)


def _read_units(session: Session) -> dict[str, Unit]:
    return {each.code: each for each in session.scalars(select(Unit).order_by(Unit.path))}


def _read_categories(session: Session) -> dict[str, Category]:
    query = select(Category).options(joinedload(Category.group)).order_by(Category.position)
    return {each.code: each for each in session.scalars(query)}
