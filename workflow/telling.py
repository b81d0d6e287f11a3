"""Telling people: the inbox rows that an event asks for, and the sentences that they read later.

A row holds a key and references, never what a person wrote: words may be erased, and then are gone here too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.categories import Category
from models.clock import now
from models.notifications import Notification
from models.people import User
from models.tickets import Event, EventWords, Ticket
from models.units import Unit
from models.upsert import insert_missing
from workflow import access
from workflow.city_settings import titles
from workflow.engine.machines import machinery_of
from workflow.localtime import zone
from workflow.report.vocabulary import REPORT
from workflow.say import LOCALES, catalogue, say


def tell(session: Session, event: Event) -> int:
    """Write the inbox rows of an event, each once. Returns how many are new."""
    ticket = session.get_one(Ticket, event.subject_id)
    transition = machinery_of(session, ticket).lifecycle.transitions[event.action]
    said: dict[int, str] = {}
    for telling in transition.tell:
        for person in REPORT.audiences[telling.who](session, ticket):
            if person != event.actor_id:
                said.setdefault(person, telling.say)
    params = _params(session, ticket, event)
    written = 0
    for person, key in sorted(said.items()):
        if not event.public and not _is_staff(session, person, ticket):
            continue
        reference = None if key.startswith("told.joined.") else ticket.id
        written += write(session, person, f"event:{event.id}", key, params, reference)
    return written


def announce(session: Session, ticket: Ticket, key: str, people: Sequence[int], cause: str) -> int:
    """Tell people of a ticket something that is no event of its own. Returns how many inbox rows are new."""
    params = _about(session, ticket)
    return sum(write(session, person, f"{cause}:{ticket.id}", key, params, ticket.id) for person in people)


def write(
    session: Session, person: int, cause: str, key: str, params: dict[str, Any], ticket_id: int | None
) -> bool:
    """One inbox row; the same cause is told the same person once."""
    about = {"key": key, "params": params, "ticket_id": ticket_id, "created_at": now()}
    return insert_missing(session, Notification, user_id=person, cause=cause, **about)


def _is_staff(session: Session, person: int, ticket: Ticket) -> bool:
    return access.audience(session.get_one(User, person), ticket) in ("street", "department", "admin")


def _params(session: Session, ticket: Ticket, event: Event) -> dict[str, Any]:
    details = json.loads(event.details)
    unit = session.get(Unit, event.actor_unit_id) if event.actor_unit_id else None
    return _about(session, ticket) | {
        "unit": titles(unit) if unit else _both("told.nothing"),
        "day": details.get("until") or details.get("review_on") or "—",
        "into": details.get("target", "—"),
        "points": details.get("points", 0),
        "why": _both(f"unpaid.{details['why']}") if "why" in details else "",
        "event": event.id,
    }


def _both(key: str) -> dict[str, str]:
    return {locale: say(key, locale) for locale in LOCALES}


def _about(session: Session, ticket: Ticket) -> dict[str, Any]:
    due = ticket.due_at.astimezone(zone(session)).strftime("%m-%d %H:%M") if ticket.due_at else "—"
    what = ticket.category or _likely(session, ticket)
    return {
        "number": ticket.number,
        "matter": titles(what) if what else _both("told.matter"),
        "department": titles(ticket.department) if ticket.department else _both("told.nothing"),
        "due": due,
    }


def _likely(session: Session, ticket: Ticket) -> Category | None:
    code = (ticket.routing or {}).get("category")
    return session.scalars(select(Category).where(Category.code == code)).first() if code else None


def sentences(session: Session, rows: Sequence[Notification], locale: str) -> list[str]:
    """The rows as sentences, with what was written at the time where it still exists; one query for all."""
    ids = {each.params.get("event") for each in rows} - {None}
    query = select(EventWords.event_id, EventWords.words).where(EventWords.event_id.in_(ids))
    words = {event: found or {} for event, found in session.execute(query)}
    return [_sentence(each, words.get(each.params.get("event", 0), {}), locale) for each in rows]


def _sentence(row: Notification, words: dict[str, Any], locale: str) -> str:
    if row.key not in catalogue("zh"):
        return say("told.other", locale, number=row.params.get("number", ""))
    written = words.get("reason") or words.get("note") or ""
    return say(row.key, locale, **{**row.params, "words": written}).strip()


