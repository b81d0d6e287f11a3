"""Values set by hand in place of the pack's, and given back to it: what the pages of matters, units, rules and limits
stand on.

Each thing that can be set is a `Thing`: what of it is in force, what may come into force, and how. The act, the
override and the row change in one transaction, behind the city's lock, which loading a pack takes too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import City, Override
from models.clock import now
from workflow.access import require
from workflow.actors import Actor
from workflow.administration.acts import hold_seen, record
from workflow.errors import NotFound


class Thing(Protocol):
    """Something with fields that an administrator may set."""

    thing: str
    code: str

    def values(self) -> dict[str, Any]:
        """What is in force, by field."""

    def check(self, values: Mapping[str, Any]) -> None:
        """Raise Invalid or Refused where `values` cannot come into force."""

    def put(self, field: str, value: Any) -> None:
        """Bring one value into force."""


@dataclass(frozen=True)
class Difference:
    """A value that is not the pack's."""

    field: str
    value: Any
    pack: Any
    set_at: datetime
    set_by: str | None
    """The administrator's name; None for the command line."""


def begin(session: Session, actor: Actor) -> City:
    """Wait for whoever else changes the city now: before a thing is read that is to be changed. Raises Forbidden."""
    require(actor, "city.manage")
    return session.scalars(select(City).with_for_update()).one()


def change(session: Session, actor: Actor, thing: Thing, values: Mapping[str, Any], *, seen: int | None = None) -> bool:
    """Set values by hand; whether any was another. One that is the pack's own is the pack's again.

    Raises Invalid naming fields, and Refused where somebody changed it after `seen` or it must stay.
    """
    hold_seen(session, thing.thing, thing.code, seen)
    before = thing.values()
    unknown = values.keys() - before.keys()
    if unknown:
        raise NotFound()
    other = {field: value for field, value in values.items() if value != before[field]}
    if not other:
        return False
    thing.check(other)
    rows = _overrides(session, thing)
    for field, value in other.items():
        thing.put(field, value)
        _keep(session, actor, thing, field, value, rows.get(field), before[field])
    changes = {field: [before[field], value] for field, value in other.items()}
    record(session, actor, f"{thing.thing}.change", thing.thing, thing.code, changes=changes)
    session.flush()
    return True


def restore(session: Session, actor: Actor, thing: Thing, fields: Sequence[str], *, seen: int | None = None) -> bool:
    """Give fields back to the pack; whether any was by hand. Raises as `change` does."""
    hold_seen(session, thing.thing, thing.code, seen)
    rows = {field: row for field, row in _overrides(session, thing).items() if field in fields}
    if not rows:
        return False
    before = thing.values()
    thing.check({field: row.pack for field, row in rows.items()})
    for field, row in rows.items():
        thing.put(field, row.pack)
        session.delete(row)
    changes = {field: [before[field], row.pack] for field, row in rows.items()}
    record(session, actor, f"{thing.thing}.restore", thing.thing, thing.code, changes=changes)
    session.flush()
    return True


def differences(session: Session, thing: str, code: str | None = None) -> dict[str, list[Difference]]:
    """What was set by hand, by the thing's code. One query."""
    query = select(Override).where(Override.thing == thing).order_by(Override.code, Override.field)
    if code is not None:
        query = query.where(Override.code == code)
    found: dict[str, list[Difference]] = {}
    for row in session.scalars(query.options(joinedload(Override.set_by))):
        name = row.set_by.name if row.set_by else None
        found.setdefault(row.code, []).append(Difference(row.field, row.value, row.pack, row.set_at, name))
    return found


def _overrides(session: Session, thing: Thing) -> dict[str, Override]:
    query = select(Override).where(Override.thing == thing.thing, Override.code == thing.code)
    return {row.field: row for row in session.scalars(query)}


def _keep(
    session: Session, actor: Actor, thing: Thing, field: str, value: Any, row: Override | None, before: Any
) -> None:
    if row is None:
        row = Override(thing=thing.thing, code=thing.code, field=field, pack=before)
        session.add(row)
    elif value == row.pack:
        session.delete(row)
        return
    row.value, row.set_at, row.set_by_id = value, now(), actor.id
