"""Where things are: data of coordinates, distances, and which area a point lies in.

    to_wgs84(31.3032, 120.6593, "gcj02")  # -> (31.3053…, 120.6550…)

Latitudes and longitudes are decimal degrees, in that order (GeoJSON has the longitude first). What is stored is WGS-84.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from math import asin, atan2, cos, degrees, floor, isfinite, pi, radians, sin, sqrt
from typing import Any, Generic, TypeVar

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

Point = tuple[float, float]
Key = TypeVar("Key", bound=Hashable)

DATA = ("wgs84", "gcj02", "bd09")

EARTH_RADIUS_M = 6_371_008.8  # IUGG mean radius
METRES_PER_DEGREE = pi * EARTH_RADIUS_M / 180

# The Krasovsky 1940 ellipsoid, on which GCJ-02's offsets are computed.
_SEMI_MAJOR_M = 6_378_245.0
_ECCENTRICITY_2 = 0.00669342162296594323

# GCJ-02 has no published border; this box is what the maps' own scripts use for "in China".
_CHINA_LAT = (0.8293, 55.8271)
_CHINA_LNG = (72.004, 137.8347)

_COARSE_M = 200


def to_wgs84(lat: float, lng: float, datum: str) -> Point:
    """The WGS-84 place of coordinates in `datum` (`wgs84`, `gcj02`, `bd09`), exact to 1e-9 degrees.

    Outside the box of China the data are one. A point within 700 m of that box's edge may have two origins; the one
    inside is given. Raises ValueError for another datum and for numbers that are no place on earth.
    """
    _refuse_nowhere(lat, lng)
    offset = _offset(datum)
    if offset is None or not _in_china(lat, lng, margin=0.02):
        return lat, lng
    place = _origin(offset, (lat, lng))
    return place if _in_china(*place) else (lat, lng)


def from_wgs84(lat: float, lng: float, datum: str) -> Point:
    """The coordinates in `datum` of a WGS-84 place; the other way round of `to_wgs84`, with the same errors."""
    _refuse_nowhere(lat, lng)
    offset = _offset(datum)
    return offset((lat, lng)) if offset and _in_china(lat, lng) else (lat, lng)


def distance_m(a: Point, b: Point) -> float:
    """Metres between two (lat, lng) on the mean sphere (haversine), at most 0.6 % off the ellipsoid."""
    lat_a, lat_b = radians(a[0]), radians(b[0])
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin(radians(b[1] - a[1]) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))


def bounding_box(lat: float, lng: float, metres: float) -> tuple[float, float, float, float]:
    """(south, west, north, east) that holds every point within `metres`: the index's first sieve before `distance_m`.

    Never too small; where the circle meets a pole or the 180th meridian it spans all longitudes.
    Raises ValueError for a negative or endless distance.
    """
    _refuse_nowhere(lat, lng)
    if not isfinite(metres) or metres < 0:
        raise ValueError(f"no distance: {metres}")
    angle = metres / EARTH_RADIUS_M * (1 + 1e-9)
    south, north = lat - degrees(angle), lat + degrees(angle)
    if south <= -90 or north >= 90:
        return max(south, -90.0), -180.0, min(north, 90.0), 180.0
    reach = degrees(asin(min(1.0, sin(angle) / cos(radians(lat))))) + 1e-12
    if lng - reach < -180 or lng + reach > 180:
        return south, -180.0, north, 180.0
    return south, lng - reach, north, lng + reach


def coarse(lat: float, lng: float) -> Point:
    """The middle of the 200 m square that a place lies in: what strangers may know of it.

    A fixed grid, so that asking again or from near by gives nothing more away.
    """
    _refuse_nowhere(lat, lng)
    step = _COARSE_M / METRES_PER_DEGREE
    middle_lat = (floor(lat / step) + 0.5) * step
    wide = step / max(cos(radians(middle_lat)), 0.01)
    middle_lng = (floor(lng / wide) + 0.5) * wide
    return round(max(-90.0, min(90.0, middle_lat)), 5), round(max(-180.0, min(180.0, middle_lng)), 5)


class AreaIndex(Generic[Key]):
    """Which of many areas a point lies in. Areas may nest and overlap; a border belongs to the area, a hole does not.

    `polygons` yields (key, GeoJSON Polygon or MultiPolygon in WGS-84). Raises ValueError that names the key for any
    other or broken geometry.
    """

    def __init__(self, polygons: Iterable[tuple[Key, Mapping[str, Any]]]) -> None:
        areas = [(key, _polygon(key, geometry)) for key, geometry in polygons]
        areas.sort(key=lambda area: _square_metres(area[1]))
        self._keys = [key for key, _ in areas]
        self._shapes = [polygon for _, polygon in areas]
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)

    def __len__(self) -> int:
        return len(self._keys)

    def covering(self, lat: float, lng: float) -> list[Key]:
        """The keys of all areas that the point lies in, the smallest area first (equal ones as they were given)."""
        found = self._tree.query(shapely.Point(lng, lat), predicate="intersects")
        return [self._keys[index] for index in sorted(found.tolist())]

    def nearest(self, lat: float, lng: float) -> tuple[Key, float] | None:
        """The area nearest to the point and the metres to its border (0 inside); None where there are no areas."""
        if not self._keys:
            return None
        if inside := self.covering(lat, lng):
            return inside[0], 0.0
        index, metres = min(enumerate(self._metres_to(lat, lng)), key=lambda found: found[1])
        return self._keys[index], metres

    def _metres_to(self, lat: float, lng: float) -> list[float]:
        # A degree of longitude is shorter than one of latitude: on a plane of degrees another area could seem nearest.
        squeeze = np.array([max(cos(radians(lat)), 0.01), 1.0])
        flat = shapely.transform(np.array(self._shapes), lambda corners: (corners - (lng, lat)) * squeeze)
        lines = shapely.shortest_line(shapely.Point(0, 0), flat)
        ends = shapely.get_coordinates(lines)[1::2] / squeeze + (lng, lat)
        return [distance_m((lat, lng), (end_lat, end_lng)) for end_lng, end_lat in ends.tolist()]


def _polygon(key: Hashable, geometry: Mapping[str, Any]) -> BaseGeometry:
    kind = geometry.get("type")
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"area {key}: a Polygon or MultiPolygon is needed, not {kind}")
    try:
        polygon = shape(dict(geometry))
    except (ValueError, TypeError, LookupError, AttributeError, shapely.errors.ShapelyError) as error:
        raise ValueError(f"area {key}: {error}") from error
    if polygon.is_empty:
        raise ValueError(f"area {key}: it is empty")
    if not polygon.is_valid:
        raise ValueError(f"area {key}: {shapely.is_valid_reason(polygon)}")
    west, south, east, north = polygon.bounds
    if west < -180 or south < -90 or east > 180 or north > 90:
        raise ValueError(f"area {key}: it reaches beyond the earth; GeoJSON gives the longitude first")
    return polygon


def _square_metres(polygon: BaseGeometry) -> float:
    return float(polygon.area * METRES_PER_DEGREE**2 * cos(radians(polygon.centroid.y)))


def _refuse_nowhere(lat: float, lng: float) -> None:
    if not (isfinite(lat) and isfinite(lng) and -90 <= lat <= 90 and -180 <= lng <= 180):
        raise ValueError(f"no place on earth: {lat}, {lng}")


def _in_china(lat: float, lng: float, *, margin: float = 0.0) -> bool:
    south, north = _CHINA_LAT
    west, east = _CHINA_LNG
    return south - margin <= lat <= north + margin and west - margin <= lng <= east + margin


def _offset(datum: str) -> Callable[[Point], Point] | None:
    if datum not in DATA:
        raise ValueError(f"unknown datum: {datum}")
    return {"wgs84": None, "gcj02": _gcj02, "bd09": _bd09}[datum]


def _origin(offset: Callable[[Point], Point], target: Point) -> Point:
    """The point that `offset` moves to `target`. Offsets hardly change with the place: a round gains two digits."""
    lat, lng = target
    for _ in range(30):
        moved_lat, moved_lng = offset((lat, lng))
        miss_lat, miss_lng = target[0] - moved_lat, target[1] - moved_lng
        lat, lng = lat + miss_lat, lng + miss_lng
        if abs(miss_lat) < 1e-12 and abs(miss_lng) < 1e-12:
            break
    return lat, lng


def _gcj02(place: Point) -> Point:
    """GCJ-02 of a WGS-84 point: the offset as the public transcriptions of the national algorithm have it."""
    lat, lng = place
    x, y = lng - 105.0, lat - 35.0
    ripple = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    bend = 1 - _ECCENTRICITY_2 * sin(radians(lat)) ** 2
    meridian_m = _SEMI_MAJOR_M * (1 - _ECCENTRICITY_2) / (bend * sqrt(bend))
    parallel_m = _SEMI_MAJOR_M / sqrt(bend) * cos(radians(lat))
    return lat + degrees(north / meridian_m), lng + degrees(east / parallel_m)


def _bd09(place: Point) -> Point:
    """BD-09 of a WGS-84 point: Baidu's second offset on top of GCJ-02."""
    y, x = _gcj02(place)
    turn = pi * 3000 / 180
    distance = sqrt(x * x + y * y) + 0.00002 * sin(y * turn)
    angle = atan2(y, x) + 0.000003 * cos(x * turn)
    return distance * sin(angle) + 0.006, distance * cos(angle) + 0.0065
