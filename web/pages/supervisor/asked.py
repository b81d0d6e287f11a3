"""What a supervisor's pages are asked for: a period, a street, a department."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from flask import request, url_for

from models import Unit, User
from web.api.schemas.base import Flag, Input
from web.api.schemas.incoming import Code
from workflow.ticket_filters import TicketFilter

PERIODS = (7, 30, 90)
DID = "did"
"""Says what was just done, and asks for nothing."""


class Asked(Input):
    """The query of a supervisor's page."""

    days: Literal["7", "30", "90"] = "30"
    unit: Code | None = None
    department: Code | None = None
    by_day: Flag = False
    """With the figures of each day as a table, too."""

    @property
    def base(self) -> TicketFilter:
        return TicketFilter(unit=self.unit, department=self.department)

    def address(self, endpoint: str, **other: str | None) -> str:
        """Another page, or this one, asked the same but for `other`."""
        days = self.days if self.days != "30" else None
        values: dict[str, Any] = {"days": days, "unit": self.unit, "department": self.department}
        return url_for(endpoint, **(values | other))


def asked() -> Asked:
    """What this request asks for. Raises Invalid."""
    return Asked.read({name: text for name, text in request.args.items() if name != DID}, as_text=True)


@dataclass(frozen=True)
class Option:
    """A street or a department that may be chosen."""

    value: str
    title: str


def options(units: Sequence[Unit], actor: User, locale: str) -> tuple[list[Option], list[Option]]:
    """The streets and the departments that may be chosen; no departments for whoever sees only what theirs leads."""
    citywide = any(each.unit.kind != "department" for each in actor.memberships if each.role != "rider")
    streets = [Option(each.code, each.name(locale)) for each in units if each.kind == "street"]
    departments = [Option(each.code, each.name(locale)) for each in units if each.kind == "department"]
    return streets, departments if citywide else []
