"""A ticket as a department sees it: no field of it could name a rider."""

from __future__ import annotations

from typing import Any

from models import Ticket
from web.api.serializers.common import facts
from web.api.serializers.page import Page


def ticket(row: Ticket, page: Page) -> dict[str, Any]:
    """The matter, and never who reported it, nor what it earns: that would tell staff and the nameless from riders."""
    return facts(row, page, internal=True) | {"points": {"pending": 0, "paid": 0}}
