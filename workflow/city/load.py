"""Loading a pack into the database: what is new is added, what changed is updated in place, what left is retired.

Nothing that a ticket may point to is ever deleted: units, categories and rules only cease to be active. What an
administrator set by hand stays (`workflow.city.by_hand`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Area, Base, CalendarDay, CalendarYear, Category, CategoryGroup, City, Rule, Unit
from models.clock import now
from workflow.city.by_hand import ByHand, flat, nested, year_body
from workflow.city.lacks import Lack, lacks
from workflow.city.pack import Category as Matter
from workflow.city.pack import Pack
from workflow.errors import Refused
from workflow.known import forget

Row = TypeVar("Row", bound=Base)


@dataclass(slots=True)
class Tally:
    """What loading did to one kind of row."""

    added: int = 0
    changed: int = 0
    retired: int = 0


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What was done, by table name, and what an administrator should see to."""

    tallies: dict[str, Tally]
    lacks: tuple[Lack, ...]

    @property
    def changed(self) -> bool:
        """Whether the pack brought anything that the database did not hold already."""
        return any(tally.added or tally.changed or tally.retired for tally in self.tallies.values())


def load_pack(session: Session, pack: Pack) -> LoadReport:
    """Bring the database to what the pack says, in the caller's transaction (the caller commits).

    Raises Refused where the database is another city's, or where a matter's code would change its scheme: both would
    change what tickets already mean.
    """
    loader = _Loader(session, pack)
    loader.city()
    units = loader.units()
    loader.areas(units)
    loader.categories(units)
    loader.calendar()
    loader.rules()
    session.flush()
    forget(session)
    return LoadReport(loader.tallies, tuple(lacks(session)))


class _Loader:
    """One load: reads each table once, then adds, updates and retires."""

    def __init__(self, session: Session, pack: Pack) -> None:
        self.session = session
        self.pack = pack

        self.hands: ByHand
        self.tallies: dict[str, Tally] = {}

    def city(self) -> None:
        row = self.session.scalars(select(City).with_for_update()).one_or_none()
        if row is not None and row.code != self.pack.code:
            raise Refused("pack.another_city", stored=row.code, given=self.pack.code)
        self.hands = ByHand(self.session)  # behind the city's lock, which an administrator's change takes as well
        row = self._put(
            City,
            row,
            code=self.pack.code,
            prefix=self.pack.prefix,
            name_zh=self.pack.name.zh,
            name_en=self.pack.name.en,
            timezone=self.pack.timezone,
            settings=nested(self.hands.over("city", self.pack.code, flat(self.pack.settings()))),
            pack_sha256=self.pack.sha256,
        )
        row.loaded_at = now()

    def units(self) -> dict[str, Unit]:
        """The pack's units by code; those that left the pack are retired."""
        stored = {row.code: row for row in self.session.scalars(select(Unit))}
        units: dict[str, Unit] = {}
        for unit in self.pack.units:
            said = {"name_zh": unit.name.zh, "name_en": unit.name.en, "active": True}
            units[unit.code] = self._put(
                Unit,
                stored.get(unit.code),
                code=unit.code,
                kind=unit.kind,
                parent=units[unit.parent] if unit.parent else None,
                path=unit.path,
                **self.hands.over("unit", unit.code, said),
            )
        self._retire(stored[code] for code in stored.keys() - units.keys())
        self.session.flush()
        return units

    def areas(self, units: Mapping[str, Unit]) -> None:
        stored = {row.unit_id: row for row in self.session.scalars(select(Area))}
        covered = {units[area.unit].id for area in self.pack.areas}
        for area in self.pack.areas:
            unit = units[area.unit]
            west, south, east, north = area.shape.bounds
            self._put(
                Area,
                stored.get(unit.id),
                unit_id=unit.id,
                geometry=area.geometry,
                south=south,
                west=west,
                north=north,
                east=east,
            )
        self._delete(row for unit_id, row in stored.items() if unit_id not in covered)

    def categories(self, units: Mapping[str, Unit]) -> None:
        """Groups and categories. `position` puts the usual ones first in each group, as the pack ranks them."""
        groups = {row.code: row for row in self.session.scalars(select(CategoryGroup))}
        stored = {row.code: row for row in self.session.scalars(select(Category))}
        for group in self.pack.groups:
            self._put(
                CategoryGroup,
                groups.get(group.code),
                code=group.code,
                name_zh=group.name.zh,
                name_en=group.name.en,
                icon=group.icon,
                position=group.position,
            )
        self.session.flush()
        places = {group.code: place for place, group in enumerate(self.pack.groups)}
        ordered = sorted(self.pack.categories, key=lambda each: (places[each.group], each.usual or math.inf))
        for position, category in enumerate(ordered):
            self._category(stored.get(category.code), category, position, units)
        gone = stored.keys() - {category.code for category in self.pack.categories}
        self._retire(stored[code] for code in gone)
        needed = set(places) | {stored[code].group_code for code in gone}
        self._delete(row for code, row in groups.items() if code not in needed)

    def calendar(self) -> None:
        """The pack's years replace what was known of them, but for those that an administrator imported; other years
        stay, and so does one that is announced while the pack still guesses."""
        years = {row.year: row for row in self.session.scalars(select(CalendarYear))}
        days = {row.day: row for row in self.session.scalars(select(CalendarDay))}
        kept = {year for year, row in years.items() if row.published}
        given = {
            year.year: year_body(year.published, [day for day in self.pack.days if day.day.year == year.year])
            for year in self.pack.years
        }
        by_hand = self.hands.years(given)
        taken = [
            year
            for year in self.pack.years
            if year.year not in by_hand and (year.published or year.year not in kept)
        ]
        declared = {year.year for year in taken}
        for year in taken:
            self._put(CalendarYear, years.get(year.year), year=year.year, published=year.published)
        for day in self.pack.days:
            if day.day.year in declared:
                self._put(CalendarDay, days.get(day.day), day=day.day, workday=day.workday, name=day.name)
        named = {day.day for day in self.pack.days}
        self._delete(row for day, row in days.items() if day.year in declared and day not in named)

    def rules(self) -> None:
        stored = {(row.kind, row.code): row for row in self.session.scalars(select(Rule))}
        for position, rule in enumerate(self.pack.rules):
            said = {"title_zh": rule.title.zh, "title_en": rule.title.en, **flat({"body": rule.body})}
            values = nested(self.hands.over("rule", f"{rule.kind}/{rule.code}", said))
            self._put(
                Rule,
                stored.get((rule.kind, rule.code)),
                kind=rule.kind,
                code=rule.code,
                position=position,
                active=True,
                **{"body": rule.body, **values},
            )
        given = {(rule.kind, rule.code) for rule in self.pack.rules}
        self._retire(stored[key] for key in stored.keys() - given)

    def _category(self, row: Category | None, category: Matter, position: int, units: Mapping[str, Unit]) -> None:
        if row is not None and row.scheme != category.scheme:
            raise Refused("pack.another_scheme", code=row.code, stored=row.scheme, given=category.scheme)
        said = {
            "limit_minutes": category.limit.minutes,
            "limit_counts": category.limit.counts,
            "points": category.points,
            "photo_required": category.photo_required,
            "evidence_required": category.evidence_required,
            "department": category.department,
            "active": True,
        }
        values = self.hands.over("category", category.code, said)
        # The department that was set by hand may have left the pack.
        department = units.get(values.pop("department")) or units[category.department]
        self._put(
            Category,
            row,
            scheme=category.scheme,
            code=category.code,
            kind=category.kind,
            class_name=category.class_name,
            name_zh=category.name_zh,
            name_en=category.name_en,
            group_code=category.group,
            department_id=department.id,
            urgent=category.urgent,
            usual=category.usual is not None,
            position=position,
            keywords=list(category.keywords),
            **values,
        )

    def _put(self, kind: type[Row], row: Row | None, /, **values: Any) -> Row:
        tally = self._tally(kind)
        if row is None:
            row = kind(**values)
            self.session.add(row)
            tally.added += 1
            return row
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        for name, value in changed.items():
            setattr(row, name, value)
        tally.changed += bool(changed)
        return row

    def _retire(self, rows: Iterable[Unit | Category | Rule]) -> None:
        for row in rows:
            self._tally(type(row)).retired += row.active
            row.active = False

    def _delete(self, rows: Iterable[Base]) -> None:
        for row in rows:
            self._tally(type(row)).retired += 1
            self.session.delete(row)

    def _tally(self, kind: type[Base]) -> Tally:
        return self.tallies.setdefault(kind.__tablename__, Tally())
