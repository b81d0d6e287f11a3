"""Public numbers: `SIP-26-000123` is the city's prefix, the year and the row's id."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tickets import Ticket
from workflow.city_settings import city
from workflow.localtime import local_day

_NUMBER = re.compile(r"([A-Z]{1,8}-[0-9]{2})-([0-9]{6,10})")
LARGEST_ID = 2**31 - 1  # of an INTEGER column; what lies above is no row's


def parse_number(number: str) -> tuple[str, int] | None:
    """Series and id, or None for what cannot be a number."""
    match = _NUMBER.fullmatch(number.strip().upper())
    return (match[1], int(match[2])) if match and int(match[2]) <= LARGEST_ID else None


def ticket_id(session: Session, number: str) -> int | None:
    """The row behind a public number, or None."""
    parsed = parse_number(number)
    if parsed is None:
        return None
    return session.scalar(select(Ticket.id).where(Ticket.series == parsed[0], Ticket.id == parsed[1]))


def series(session: Session, moment: datetime) -> str:
    """The series of a ticket opened at `moment`: prefix and local year."""
    return f"{city(session).prefix}-{local_day(session, moment):%y}"
