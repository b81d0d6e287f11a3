"""Tickets by words and by place."""

from __future__ import annotations

import re
from math import cos, isfinite, radians
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, func, literal, or_
from sqlalchemy.orm import Session

from models.tickets import Ticket
from workflow.places import METRES_PER_DEGREE, bounding_box

FARTHEST_M = 50_000
NUMBER = re.compile(r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?")
UPPER, LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"


def around(place: str) -> list[ColumnElement[bool]] | None:
    """`latitude,longitude,metres`: a box that an index finds, and in it a circle, flat at this size. None where the
    text is no such place or the circle too large."""
    parts = [part.strip() for part in place.split(",")]
    if len(parts) != 3 or not all(NUMBER.fullmatch(part) for part in parts):
        return None
    latitude, longitude, metres = map(float, parts)
    inside = isfinite(metres) and abs(latitude) <= 90 and abs(longitude) <= 180 and 0 < metres <= FARTHEST_M
    if not inside:
        return None
    south, west, north, east = bounding_box(latitude, longitude, metres)
    up = (Ticket.latitude - latitude) * METRES_PER_DEGREE
    right = (Ticket.longitude - longitude) * (METRES_PER_DEGREE * cos(radians(latitude)))
    return [
        Ticket.latitude.between(south, north),
        Ticket.longitude.between(west, east),
        up * up + right * right <= metres * metres,
    ]


def text(session: Session, words: str) -> ColumnElement[bool]:
    """Words somewhere in number, description or address. Latin letters count alike large and small, on both databases:
    SQLite's LIKE folds those and no others, so PostgreSQL is asked for the same."""
    shown = cast(Ticket.id, String)
    padded = func.substr(literal("000000").concat(shown), func.length(shown) + 1)
    number = Ticket.series.concat("-").concat(case((Ticket.id < 1_000_000, padded), else_=shown))
    wanted = words.translate(str.maketrans(UPPER, LOWER))
    fields: list[Any] = [number, Ticket.description, Ticket.address]
    if session.get_bind().dialect.name != "sqlite":
        fields = [func.translate(each, UPPER, LOWER) for each in fields]
    return or_(*(each.contains(wanted, autoescape=True) for each in fields))
