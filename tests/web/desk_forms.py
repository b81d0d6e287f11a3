"""The forms of a ticket's page as the offices see it: what the page holds of them, and one sent with its pictures."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from models import Ticket
from models.database import Database
from stage.photos import upload
from tests.web.browsing import Visitor

OFFICES = ("carol", "sam", "ada", "erin", "hana", "frank")
FORM = re.compile(r'<form class="form[^"]*"[^>]*action="/tickets/[^/]+/transitions/(\w+)"(.*?)</form>', re.DOTALL)


def version_of(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def form_with(visitor: Visitor, *pictures: bytes, **given: Any) -> dict[str, Any]:
    """A multipart form, for `Visitor.post(path, **…)`."""
    whole = upload(*pictures, csrf=visitor.mark, **given)
    return {"fields": whole["data"], "content_type": whole["content_type"]}


def state_of(db: Database, number: str) -> str:
    with db.reading() as session:
        return session.scalars(select(Ticket).where(Ticket.id == int(number[-6:]))).one().state
