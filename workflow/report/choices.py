"""What may be chosen in a transition's fields, and when a field must be filled in."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.tickets import Ticket
from workflow import directory
from workflow.engine.definition import Title
from workflow.known import known
from workflow.points import UNPAID
from workflow.report.vocabulary import REPORT
from workflow.say import say


def _units(session: Session, *kinds: str) -> list[tuple[str, Title]]:
    def read(own: Session) -> list[tuple[str, Title]]:
        found = (unit for unit in directory.units(own).values() if unit.active and unit.kind in kinds)
        return [(unit.code, Title(zh=unit.name_zh, en=unit.name_en)) for unit in found]

    return known(session, f"choices of {', '.join(kinds)}", read, plain=True)


@REPORT.choices
def categories(session: Session, _ticket: Ticket) -> list[tuple[str, Title]]:
    """All matters in use, by code."""
    return known(session, "choices of matters", _read_categories, plain=True)


def _read_categories(session: Session) -> list[tuple[str, Title]]:
    found = (each for each in directory.categories(session).values() if each.active)
    return [(each.code, Title(zh=each.name_zh, en=each.name_en or each.name_zh)) for each in found]


@REPORT.choices
def streets_and_communities(session: Session, _ticket: Ticket) -> list[tuple[str, Title]]:
    """Where a ticket may belong when routing got it wrong."""
    return _units(session, "street", "community", "grid")


@REPORT.choices
def departments(session: Session, _ticket: Ticket) -> list[tuple[str, Title]]:
    """Who may deal with it."""
    return _units(session, "department")


@REPORT.choices
def unpaid_reasons(_session: Session, _ticket: Ticket) -> list[tuple[str, Title]]:
    """Why a report is closed without points."""
    return [(each, Title(zh=say(f"unpaid.{each}", "zh"), en=say(f"unpaid.{each}", "en"))) for each in UNPAID]


@REPORT.condition
def needs_evidence(ticket: Ticket) -> bool:
    """Whether the category asks for a photo after the work."""
    return ticket.category is not None and ticket.category.evidence_required
