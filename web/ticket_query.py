"""The query string of every list of tickets on our pages: what the API's takes, and what only pages ask."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import quote_plus

from pydantic import BeforeValidator, Field

from web.api.schemas.base import Flag, MomentOrDay, wrong
from web.api.schemas.incoming import Code, Page, Words
from workflow.ticket_filters import TicketFilter

DESK = "/desk/tickets"


def _states(value: Any) -> Any:
    """`submitted,triaged`: several states at once."""
    return [each.strip() for each in value.split(",") if each.strip()] if isinstance(value, str) else value


def _day(value: Any) -> Any:
    try:
        day = date.fromisoformat(value.strip())
    except (AttributeError, ValueError):
        raise wrong("input.form") from None
    if not 1990 <= day.year <= 2199:
        raise wrong("input.form")
    return day


Day = Annotated[date, BeforeValidator(_day)]


class TicketsPageQuery(Page):
    """Which tickets, in which order; `TicketFilter` says what each field means."""

    state: Annotated[list[Code], Field(max_length=20), BeforeValidator(_states)] = []
    open: Flag | None = None
    unit: Code | None = None
    department: Code | None = None
    category: Code | None = None
    priority: Literal["normal", "urgent"] | None = None
    overdue: Flag | None = None
    near_due: Flag | None = None
    mine: Flag | None = None
    waiting_for: Literal["decision", "clerk", "supervisor"] | None = None
    bouncing: Flag | None = None
    reopened: Flag | None = None
    unrouted: Flag | None = None
    sent_back_by: Code | None = None
    on_time: Flag | None = None
    q: Words | None = None
    near: Words | None = None
    since: MomentOrDay | None = None
    until: MomentOrDay | None = None
    resolved_since: MomentOrDay | None = None
    resolved_until: MomentOrDay | None = None
    open_on: Day | None = None
    sort: Literal["due", "created", "-created"] = "-created"

    @property
    def wanted(self) -> TicketFilter:
        """The filter that was asked for."""
        asked = self.model_dump(exclude={"state", "sort", "limit", "cursor"})
        return TicketFilter(states=tuple(self.state), **asked)


def query_string(wanted: TicketFilter, **more: Any) -> str:
    """The query string that asks for the filter, `open=true&unit=loufeng`; `more` is `sort`, `limit` and such."""
    asked = {"state": ",".join(wanted.states) or None, **vars(wanted), **more}
    del asked["states"]
    said = ((name, _said(value)) for name, value in asked.items() if value is not None)
    return "&".join(f"{name}={quote_plus(value, safe=',:')}" for name, value in said)


def desk(wanted: TicketFilter, **more: Any) -> str:
    """The address of the desk's list that holds exactly the filter's tickets."""
    asked = query_string(wanted, **more)
    return f"{DESK}?{asked}" if asked else DESK


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)
