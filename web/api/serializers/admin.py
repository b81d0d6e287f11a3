"""A ticket as an administrator sees it. Who sent an anonymous report takes an audited look of its own."""

from __future__ import annotations

from typing import Any

from models import Ticket
from web.api.serializers.common import facts
from web.api.serializers.page import Page
from web.api.serializers.street import named_reporter


def ticket(row: Ticket, page: Page) -> dict[str, Any]:
    """As the street sees it."""
    return facts(row, page, internal=True) | {"reporter": named_reporter(row)}
