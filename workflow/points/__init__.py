"""Points: what a report pays and whom, under which caps, and what a person has of it.

    points.reserve(session, ticket)  # at triage
    points.pay(session, ticket)  # when it is confirmed
    points.summary(session, person).balance
"""

from workflow.points.awards import (
    UNPAID,
    nameless,
    nothing_yet,
    of_tickets,
    paid,
    pay,
    payable,
    release,
    reserve,
    why_unpaid,
)
from workflow.points.caps import Cap, used_caps
from workflow.points.statement import Awaited, Entry, Summary, awaited, entries, summary

__all__ = [
    "UNPAID", "Awaited", "Cap", "Entry", "Summary", "awaited", "entries", "nameless", "nothing_yet", "of_tickets",
    "paid", "pay", "payable", "release", "reserve", "summary", "used_caps", "why_unpaid",
]  # fmt: skip
