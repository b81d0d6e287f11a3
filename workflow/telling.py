"""Telling people: the inbox rows that an event asks for, and the sentences that they read later.

A row holds a key and references, never what a person wrote: words may be erased, and then are gone here too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.categories import Category
from models.clock import now
from models.notifications import Notification, Telling
from models.outbox import Outbox
from models.people import Membership, User
from models.tickets import Event, EventWords, Ticket
from models.units import Unit
from models.upsert import insert_missing
from workflow import access
from workflow.city_settings import titles
from workflow.engine import Move
from workflow.localtime import zone
from workflow.report.vocabulary import REPORT
from workflow.say import LOCALES, catalogue, say


@REPORT.teller
def decide(move: Move, event: Event) -> None:
    """Who hears of an event and in which sentence, as it stands in the event's own transaction."""
    session, ticket = move.session, move.subject
    said: dict[str, str] = {}
    for telling in move.transition.tell:
        for person in REPORT.audiences[telling.who](session, ticket):
            heard = person != event.actor_id and (event.public or _is_staff(session, person, ticket))
            if heard:
                said.setdefault(str(person), telling.say)
    if said:
        session.add(Telling(event_id=event.id, said=said, params=_params(session, ticket, event)))


def deliver(session: Session, event_id: int) -> int:
    """Write the inbox rows of an event, each once, as they were decided. Returns how many are new."""
    telling = session.get(Telling, event_id)
    if telling is None:
        return 0
    event, written = session.get_one(Event, event_id), 0
    for person, key in sorted(telling.said.items()):
        reference = None if key.startswith("told.joined.") else event.subject_id
        cause = f"event:{event_id}"
        written += write(session, int(person), cause, key, telling.params, reference, at=event.at)
    session.delete(telling)
    return written


def announce(session: Session, ticket: Ticket, key: str, people: Sequence[int], cause: str) -> int:
    """Tell people of a ticket something that is no event of its own. Returns how many inbox rows are new."""
    params = _about(session, ticket)
    return sum(write(session, person, f"{cause}:{ticket.id}", key, params, ticket.id) for person in people)


def alarm(session: Session, row: Outbox) -> None:
    """Tell every administrator that a job was given up, once for each time it was."""
    query = select(Membership.user_id).join(User).where(Membership.role == "admin", User.disabled_at.is_(None))
    params = {"topic": row.topic, "ref": row.ref or "—", "row": row.id}
    for person in session.scalars(query.distinct()):
        write(session, person, f"dead:{row.id}:{row.attempts}", "told.admin.dead", params, None)


def write(
    session: Session,
    person: int,
    cause: str,
    key: str,
    params: dict[str, Any],
    ticket_id: int | None,
    *,
    at: datetime | None = None,
) -> bool:
    """One inbox row of what happened `at`, by default now; the same cause is told the same person once."""
    about = {"key": key, "params": params, "ticket_id": ticket_id, "created_at": at or now()}
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


