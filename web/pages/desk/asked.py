"""What a desk's list was asked for, out of a query string, and the address that asks for it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import parse_qsl

from web.ticket_query import DESK, TicketsPageQuery, query_string
from workflow.errors import Invalid
from workflow.ticket_filters import TicketFilter

ON_A_PAGE = 30
NEWEST = "-created"
BESIDE = ("show", "did", "ticket")
"""What the address says beside the filter: list or map, and what was just done to which ticket."""
NARROWING = ("unit", "department", "category", "priority", "q", "since", "until")
"""The filters that narrow every view; the others make up the views themselves."""


@dataclass(frozen=True)
class Asked:
    """A filter, its order and its page; `map` shows it as a map."""

    query: TicketsPageQuery
    map: bool = False

    @property
    def wanted(self) -> TicketFilter:
        return self.query.wanted

    @property
    def as_text(self) -> str:
        """The query string without the page: what a ticket's page takes along to come back, or to go on."""
        return self.text_of(self.wanted)

    def text_of(self, wanted: TicketFilter, **other: Any) -> str:
        """The query string of another filter in the same order and shape; `other` is `sort`, `show` or `cursor`."""
        order = self.query.sort if self.query.sort != NEWEST else None
        more: dict[str, Any] = {"sort": order, "show": "map" if self.map else None} | other
        return query_string(wanted, **more)

    def address(self, wanted: TicketFilter, **other: Any) -> str:
        """The list's address of another filter. Bare, it would be the reader's first view: so it says its order."""
        return f"{DESK}?{self.text_of(wanted, **other) or 'sort=' + NEWEST}"

    def without(self, name: str) -> str:
        """The address without one of the filters."""
        gone: dict[str, Any] = {name: () if name == "states" else None}
        return self.address(replace(self.wanted, **gone))


def read(values: Mapping[str, str]) -> Asked:
    """What a query string asks for. Raises Invalid naming each parameter that is wrong."""
    given = {name: value for name, value in values.items() if name not in BESIDE}
    given.setdefault("limit", str(ON_A_PAGE))
    return Asked(TicketsPageQuery.read(given, as_text=True), values.get("show") == "map")


def read_back(text: str | None) -> Asked | None:
    """The list that a ticket was opened from, by its query string; None where there was none, or it is wrong."""
    if not text:
        return None
    try:
        return read(dict(parse_qsl(text)))
    except Invalid:
        return None


def parted(wanted: TicketFilter) -> tuple[TicketFilter, TicketFilter]:
    """The part of a filter that stays when another view is chosen, and the rest."""
    narrowing = {name: getattr(wanted, name) for name in NARROWING}
    without: dict[str, Any] = dict.fromkeys(NARROWING)
    return TicketFilter(**narrowing), replace(wanted, **without)


def set_fields(wanted: TicketFilter) -> list[str]:
    """The names of the filters that ask for something."""
    return [each.name for each in fields(wanted) if getattr(wanted, each.name) not in (None, ())]
