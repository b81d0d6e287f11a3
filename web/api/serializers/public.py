"""What a rider may know of another's report: an opaque id, its group, how far, how old, its state."""

from __future__ import annotations

from typing import Any

from web.api.blueprint import PREFIX
from workflow.report.joining import Nearby


def nearby(found: Nearby) -> dict[str, Any]:
    """The public projection of a ticket."""
    view = {
        "id": found.ticket.public_id,
        "group": found.group,
        "state": found.ticket.state,
        "age_minutes": found.age_minutes,
        "distance_m": found.distance_m,
    }
    if found.thumb is not None:
        view["thumb"] = f"{PREFIX}/nearby/{found.ticket.public_id}/thumb"
    return view
