"""How a ticket is told, one module an audience: whoever may not know a person has no field that could name one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models import Ticket
from web.api.serializers import admin, department, reporter, street
from web.api.serializers.page import LOADED, Page
from workflow import access
from workflow.errors import NotFound

TELLERS: dict[str, Callable[[Ticket, Page], dict[str, Any]]] = {
    "reporter": reporter.ticket,
    "street": street.ticket,
    "department": department.ticket,
    "admin": admin.ticket,
}

__all__ = ["LOADED", "TELLERS", "Page", "tell"]


def tell(ticket: Ticket, page: Page) -> dict[str, Any]:
    """The ticket as the page's reader may see it. Raises NotFound where they may not."""
    teller = TELLERS.get(access.audience(page.actor, ticket))
    if teller is None:
        raise NotFound
    return teller(ticket, page)
