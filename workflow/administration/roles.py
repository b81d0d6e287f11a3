"""Which role somebody may have in which unit: the rule of the pages and of `bin/whistle user`."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Unit
from models.people import ROLES
from workflow.errors import Invalid

KINDS = {
    "clerk": ("city", "street", "community", "grid"),
    "officer": ("department",),
    "head": ("department",),
    "admin": ("city",),
}
"""Roles that make sense in some kinds of units only. Whoever administers, administers everybody: never in a part."""


def fits(role: str, unit: Unit) -> bool:
    """Whether somebody may have `role` in `unit`."""
    return unit.kind in KINDS.get(role, (unit.kind,))


def unit_for(session: Session, role: str, code: str, *, field: str = "unit") -> Unit:
    """The unit in use that `code` names. Raises Invalid where there is none, or none for this role."""
    unit = session.scalars(select(Unit).where(Unit.code == code, Unit.active)).one_or_none()
    if unit is None:
        raise Invalid.field(field, "input.unknown_value", value=code)
    if role not in ROLES:
        raise Invalid.field("role", "input.choice", expected=", ".join(ROLES))
    if not fits(role, unit):
        raise Invalid.field(field, f"role_unit.{role}")
    return unit
