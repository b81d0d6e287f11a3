"""A ticket as whoever reported it sees it."""

from __future__ import annotations

from typing import Any

from models import Ticket
from web.api.serializers.common import facts
from web.api.serializers.page import Page
from web.api.serializers.street import named_reporter


def ticket(row: Ticket, page: Page) -> dict[str, Any]:
    """Everything but what the offices say among themselves."""
    return facts(row, page, internal=False) | {"reporter": named_reporter(row)}
