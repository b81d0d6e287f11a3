"""/.well-known/security.txt (RFC 9116): where somebody who found a hole tells of it."""

from __future__ import annotations

from datetime import timedelta

from flask import Response

from models.clock import now
from web.action import public
from web.context import settings
from workflow.errors import NotFound

GOOD_FOR = timedelta(days=180)


@public
def show() -> Response:
    """The contact that was set, good for half a year from today. Raises NotFound where there is none."""
    contact = settings().security_contact
    if contact is None:
        raise NotFound
    end = (now() + GOOD_FOR).strftime("%Y-%m-%dT00:00:00Z")
    base = settings().base_url
    lines = [
        f"Contact: {contact}", f"Expires: {end}", "Preferred-Languages: zh, en",
        f"Canonical: {base}/.well-known/security.txt",
    ]  # fmt: skip
    return Response("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
