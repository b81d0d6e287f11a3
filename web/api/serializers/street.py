"""A ticket as its street and the supervisors see it."""

from __future__ import annotations

from typing import Any

from models import Ticket
from web.api.serializers.common import facts
from web.api.serializers.page import Page


def ticket(row: Ticket, page: Page) -> dict[str, Any]:
    """With who reported it, unless they asked not to be named."""
    return facts(row, page, internal=True) | {"reporter": named_reporter(row)}


def named_reporter(row: Ticket) -> dict[str, Any] | None:
    """Who reported it, for those who may know; nobody where the report is anonymous."""
    if row.anonymous:
        return None
    return {"name": row.reporter.name, "phone_tail": row.reporter.phone_tail}
