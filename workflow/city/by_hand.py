"""What an administrator set in place of the pack: it survives each loading, which notes what the pack says meanwhile.

    hands = ByHand(session)
    values = hands.over("unit", unit.code, {"name_zh": unit.name.zh, "active": True})

A field is a column, or the way to a value inside one: `governance.send_backs`, `body.points`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import CalendarDay, Override
from workflow.city.pack import Day

DAYS = "days"
"""The one field of a calendar's year: all of it is the administrator's, or the pack's."""


class ByHand:
    """The overrides of one loading, read once."""

    def __init__(self, session: Session) -> None:
        self._rows: dict[tuple[str, str], dict[str, Override]] = {}
        for row in session.scalars(select(Override)):
            self._rows.setdefault((row.thing, row.code), {})[row.field] = row

    def over(self, thing: str, code: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """The pack's `values` with those set by hand instead."""
        merged = dict(values)
        for field, row in self._rows.get((thing, code), {}).items():
            if field in merged:
                row.pack = merged[field]
                merged[field] = row.value
        return merged

    def years(self, pack: Mapping[int, dict[str, Any]]) -> set[int]:
        """The years whose calendar is an administrator's; `pack` as `year_body` shapes what the pack says of each."""
        kept = set()
        for (thing, code), fields in self._rows.items():
            if thing == "calendar":
                fields[DAYS].pack = pack.get(int(code))
                kept.add(int(code))
        return kept


def year_body(published: bool, days: Sequence[Day | CalendarDay]) -> dict[str, Any]:
    """A calendar's year as an override holds it: `{published, days: [[date, workday, name]]}`, by date."""
    ordered = sorted(days, key=lambda each: each.day)
    return {"published": published, "days": [[each.day.isoformat(), each.workday, each.name] for each in ordered]}


def flat(body: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A mapping of mappings as one, its keys joined by dots."""
    found: dict[str, Any] = {}
    for name, value in body.items():
        if isinstance(value, Mapping) and value:
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """What `flat` was made of."""
    body: dict[str, Any] = {}
    for path, value in values.items():
        *way, name = path.split(".")
        inner = body
        for step in way:
            inner = inner.setdefault(step, {})
        inner[name] = value
    return body
