"""The city's units and matters by code, and its rules. All of them are only to be read, by whoever says many names or
offers many choices; a single one is the session's own, for its rows to refer to."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.base import Base
from models.categories import Category
from models.city import Rule
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


def unit_numbered(session: Session, number: int) -> Unit:
    """The unit of this number. Raises KeyError for an unknown one."""
    return own(session, known(session, "units by number", _number_units, plain=True)[number])


def matters(session: Session) -> list[Category]:
    """Those in use, in the order of the scheme, as plain facts: only to be read, and without what they refer to."""
    every = known(session, "categories", _read_categories, plain=True)
    return [each for each in every.values() if each.active]


def group_of(session: Session, category: int | None) -> str | None:
    """The group of the matter of this number."""
    return known(session, "groups by number", _number_groups, plain=True).get(category)


def rules(session: Session, kind: str) -> list[Rule]:
    """The rules of a kind that are in force, in the city's order; only to be read."""
    return known(session, "rules", _read_rules, plain=True).get(kind, [])


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


def _number_units(session: Session) -> dict[int, Unit]:
    return {each.id: each for each in units(session).values()}


def _number_groups(session: Session) -> dict[int | None, str]:
    return {each.id: each.group_code for each in categories(session).values()}


def _read_rules(session: Session) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for each in session.scalars(select(Rule).where(Rule.active).order_by(Rule.position)):
        found.setdefault(each.kind, []).append(each)
    return found


def _read_units(session: Session) -> dict[str, Unit]:
    return {each.code: each for each in session.scalars(select(Unit).order_by(Unit.path))}


def _read_categories(session: Session) -> dict[str, Category]:
    query = select(Category).options(joinedload(Category.group)).order_by(Category.position)
    return {each.code: each for each in session.scalars(query)}
