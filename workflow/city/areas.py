"""areas.geojson: the ground that streets and communities cover, in WGS-84 degrees.

One feature a unit, `properties: {"unit": code}`, a Polygon or MultiPolygon (RFC 7946). Neighbours share their border;
more than a square metre in common is a mistake, and so is a community that leaves its street.
"""

from __future__ import annotations

import math
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from workflow.city.files import Folder
from workflow.city.mistakes import Mistakes
from workflow.city.pack import Area, Unit

FILE = "areas.geojson"
METRES_A_DEGREE = 111_320.0
TOLERATED_M2 = 1.0
FARTHEST_DEGREES = 5.0
"""No city reaches farther from its centre; what lies beyond is a slip of the pen, or latitude written first."""

Positions = list[list[float]]


def read_areas(folder: Folder, units: tuple[Unit, ...], latitude: float, longitude: float) -> tuple[Area, ...]:
    """The areas in the file's order."""
    known = {unit.code: unit for unit in units}
    features = folder.features(FILE)
    if not units or features is None:
        return ()
    areas: dict[str, Area] = {}
    lines: dict[str, int] = {}
    for line, feature in features:
        code = _unit_of(feature)
        if code not in known:
            folder.mistakes.add(FILE, line, "unknown_unit", name="unit", value=code)
        elif code in areas:
            folder.mistakes.add(FILE, line, "double_code", name="unit", value=code, first=lines[code])
        elif known[code].kind == "department":
            folder.mistakes.add(FILE, line, "department_area", value=code)
        else:
            shape = _Reader(folder.mistakes, line, code, latitude, longitude).shape(feature.get("geometry"))
            if shape is not None:
                areas[code] = Area(code, _plain(feature["geometry"]), shape)
            lines[code] = line
    for unit in units:
        if unit.kind == "street" and unit.code not in lines:
            folder.mistakes.add(FILE, 1, "no_area", value=unit.code)
    _hold_neighbours(folder.mistakes, units, areas, lines)
    return tuple(areas.values())


def square_metres(shape: BaseGeometry) -> float:
    """The area of a small shape given in degrees, good to about 1 %."""
    if shape.is_empty:
        return 0.0
    return float(shape.area) * METRES_A_DEGREE**2 * math.cos(math.radians(shape.centroid.y))


class _Reader:
    """Reads one feature's geometry; what is wrong is noted at the feature's line."""

    def __init__(self, mistakes: Mistakes, line: int, code: str, latitude: float, longitude: float) -> None:
        self.mistakes = mistakes
        self.line = line
        self.code = code
        self.centre = (longitude, latitude)

    def wrong(self, key: str, **params: object) -> None:
        self.mistakes.add(FILE, self.line, key, unit=self.code, **params)

    def shape(self, geometry: Any) -> BaseGeometry | None:
        """The shape, or None after a mistake."""
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        if kind not in ("Polygon", "MultiPolygon"):
            self.wrong("not_polygon", kind=str(kind))
            return None
        given = geometry.get("coordinates")
        parts = given if kind == "MultiPolygon" and isinstance(given, list) and given else [given]
        polygons = [self._polygon(rings) for rings in parts]
        whole = [polygon for polygon in polygons if polygon is not None]
        if len(whole) < len(polygons):
            return None
        shape: BaseGeometry = whole[0] if kind == "Polygon" else MultiPolygon(whole)
        if not shape.is_valid:
            self.wrong("bad_polygon", detail=shapely.is_valid_reason(shape))
            return None
        return shape

    def _polygon(self, rings: Any) -> Polygon | None:
        if not isinstance(rings, list) or not rings:
            self.wrong("bad_ring")
            return None
        if not all(self._ring_holds(ring) for ring in rings):
            return None
        return Polygon([point[:2] for point in rings[0]], [[point[:2] for point in ring] for ring in rings[1:]])

    def _ring_holds(self, ring: Any) -> bool:
        if not isinstance(ring, list) or len(ring) < 4 or not all(map(_is_position, ring)):
            self.wrong("bad_ring")
            return False
        if ring[0] != ring[-1]:
            self.wrong("open_ring")
            return False
        for longitude, latitude in (point[:2] for point in ring):
            if self._near(longitude, latitude):
                continue
            swapped = self._near(latitude, longitude)
            self.wrong("swapped" if swapped else "far_away", longitude=longitude, latitude=latitude)
            return False
        return True

    def _near(self, longitude: float, latitude: float) -> bool:
        across = abs(longitude - self.centre[0])
        return (
            abs(latitude) <= 90
            and abs(longitude) <= 180
            and abs(latitude - self.centre[1]) <= FARTHEST_DEGREES
            and min(across, 360 - across) * math.cos(math.radians(self.centre[1])) <= FARTHEST_DEGREES
        )


def _unit_of(feature: Any) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return str(properties.get("unit", "")) if isinstance(properties, dict) else ""


def _is_position(point: Any) -> bool:
    return (
        isinstance(point, list)
        and len(point) in (2, 3)
        and all(isinstance(part, int | float) and not isinstance(part, bool) and -1e9 < part < 1e9 for part in point)
    )


def _plain(geometry: dict[str, Any]) -> dict[str, Any]:
    return {"type": geometry["type"], "coordinates": geometry["coordinates"]}


def _hold_neighbours(
    mistakes: Mistakes, units: tuple[Unit, ...], areas: dict[str, Area], lines: dict[str, int]
) -> None:
    siblings: dict[tuple[str | None, str], list[Area]] = {}
    for unit in units:
        if unit.code not in areas:
            continue
        area = areas[unit.code]
        siblings.setdefault((unit.parent, unit.kind), []).append(area)
        if unit.parent in areas:
            outside = square_metres(area.shape.difference(areas[unit.parent].shape))
            if outside > TOLERATED_M2:
                mistakes.add(FILE, lines[unit.code], "outside", unit=unit.code, parent=unit.parent, m2=round(outside))
    for group in siblings.values():
        tree = shapely.STRtree([area.shape for area in group])
        for one, other in tree.query([area.shape for area in group], predicate="intersects").T.tolist():
            if one < other:
                common = square_metres(group[one].shape.intersection(group[other].shape))
                if common > TOLERATED_M2:
                    first, second = group[one].unit, group[other].unit
                    mistakes.add(FILE, lines[second], "overlap", unit=second, other=first, m2=round(common))
