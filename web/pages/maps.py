"""What maps draw: the outlines of the city's areas."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from flask import Response, request
from shapely.geometry import mapping, shape
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Area, Unit
from web.action import action
from web.context import locale, reading
from web.pages.blueprint import pages
from workflow.city_settings import city
from workflow.known import known

TOLERANCE_DEGREES = 0.00003
"""Three metres: what an outline on a screen can do without."""


@pages.get("/maps/areas.json", endpoint="areas")
@action("unit.list")
def areas() -> Response:
    """GeoJSON of the streets and communities, thinned out, the larger first."""
    response = Response(outlines(reading(), locale()), content_type="application/geo+json")
    # Asked for again each time: after a change of the city nobody reads a former name.
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


def outlines(session: Session, tongue: str) -> str:
    """A FeatureCollection as JSON; `name` is the city's; `properties` have `code`, `kind` and `name`."""
    return known(session, f"outlines {tongue}", lambda apart: json.dumps(_features(apart, tongue), ensure_ascii=False))


def _features(session: Session, tongue: str) -> dict[str, Any]:
    query = select(Area, Unit).join(Unit, Unit.id == Area.unit_id).where(Unit.active).order_by(Unit.path)
    features = [
        {
            "type": "Feature",
            "properties": {"code": unit.code, "kind": unit.kind, "name": unit.name(tongue)},
            "geometry": _thinned(json.dumps(area.geometry)),
        }
        for area, unit in session.execute(query)
    ]
    home = city(session)
    return {"type": "FeatureCollection", "name": home.name_en if tongue == "en" else home.name_zh, "features": features}


@lru_cache(maxsize=512)
def _thinned(geometry: str) -> dict[str, Any]:
    thin = shape(json.loads(geometry)).simplify(TOLERANCE_DEGREES)
    drawn: dict[str, Any] = mapping(thin)
    return drawn
