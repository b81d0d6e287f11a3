"""A place for whoever cannot say where they are but by name: a street or community of the city."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from math import hypot

from shapely.geometry import shape
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Area, Unit
from workflow import directory
from workflow.known import known
from workflow.places import distance_m


@dataclass(frozen=True)
class Somewhere:
    """A point inside an area, in WGS-84 degrees, and how far in metres any other of its points may be."""

    latitude: float
    longitude: float
    accuracy_m: int


@dataclass(frozen=True)
class Street:
    """A street and its communities, to be chosen from: codes and names."""

    code: str
    name: str
    communities: list[tuple[str, str]]


def streets(session: Session, locale: str) -> list[Street]:
    """The streets that have an area, each with its communities."""
    mapped = known(session, "mapped units", _read_mapped)
    rows = [unit for unit in directory.units(session).values() if unit.active and unit.id in mapped]
    within: dict[int | None, list[tuple[str, str]]] = {}
    for unit in rows:
        within.setdefault(unit.parent_id, []).append((unit.code, unit.name(locale)))
    return [Street(each.code, each.name(locale), within.get(each.id, [])) for each in rows if each.kind == "street"]


def _read_mapped(session: Session) -> set[int]:
    return set(session.scalars(select(Area.unit_id)))


def somewhere_in(session: Session, code: str) -> Somewhere | None:
    """A point in the area of the unit with this code; None where there is no such unit or it covers no ground."""
    query = select(Area).join(Unit, Unit.id == Area.unit_id).where(Unit.code == code, Unit.active)
    area = session.scalars(query).one_or_none()
    return None if area is None else _middle(json.dumps(area.geometry))


@lru_cache(maxsize=256)
def _middle(geometry: str) -> Somewhere:
    ground = shape(json.loads(geometry))
    point = ground.representative_point()
    west, south, east, north = ground.bounds
    here = point.y, point.x
    height = max(distance_m(here, (edge, point.x)) for edge in (south, north))
    width = max(distance_m(here, (point.y, edge)) for edge in (west, east))
    return Somewhere(round(point.y, 6), round(point.x, 6), round(hypot(height, width)))
