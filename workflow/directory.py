"""The city's units and matters by code. All of them are only to be read, by whoever says many names or offers many
choices; a single one is the session's own, for its rows to refer to."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.base import Base
from models.categories import Category
from models.tickets import Ticket
from models.units import Unit
from workflow.known import known, own


class Names:
    """Units and matters as they are called in a language; an unknown code is its own name."""

    def __init__(self, session: Session, locale: str) -> None:
        self.session = session
        self.locale = locale

    def unit(self, code: str) -> str:
        """A unit's name by its code."""
        row = units(self.session).get(code)
        return row.name(self.locale) if row else code

    def category(self, code: str) -> str:
        """A matter's name by its code."""
        row = categories(self.session).get(code)
        return row.name(self.locale) if row else code


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


def bring(session: Session, *tickets: Ticket) -> None:
    """What tickets, and their assignments as far as they are loaded, refer to of the city becomes the session's own:
    nobody has to ask the database for it."""
    numbered = known(session, "rows by number", _number, plain=True)
    wanted: set[tuple[type[Base], int | None]] = set()
    for ticket in tickets:
        wanted |= {(Unit, ticket.unit_id), (Unit, ticket.department_id), (Category, ticket.category_id)}
        wanted |= {(Unit, each.unit_id) for each in ticket.__dict__.get("assignments", ())}
    for each in wanted & numbered.keys():
        own(session, numbered[each])


def below(session: Session, unit: Unit) -> list[int]:
    """The numbers of a unit and of all below it. As a list they let a database use its indexes within an OR, which it
    does with no subquery."""
    return [number for path, number in known(session, "paths", _read_paths, plain=True) if path.startswith(unit.path)]


def _read_paths(session: Session) -> list[tuple[str, int]]:
    return [(path, number) for path, number in session.execute(select(Unit.path, Unit.id).order_by(Unit.path))]


def _number(session: Session) -> dict[tuple[type[Base], int | None], Unit | Category]:
    rows: list[Unit | Category] = [*units(session).values(), *categories(session).values()]
    return {(type(row), row.id): row for row in rows}


def _read_units(session: Session) -> dict[str, Unit]:
    return {each.code: each for each in session.scalars(select(Unit).order_by(Unit.path))}


def _read_categories(session: Session) -> dict[str, Category]:
    query = select(Category).options(joinedload(Category.group)).order_by(Category.position)
    return {each.code: each for each in session.scalars(query)}
