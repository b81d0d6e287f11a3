"""Telling people: the inbox rows that an event asks for, and the sentences that they read later.

A row holds a key and references, never what a person wrote: words may be erased, and then are gone here too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from models.categories import Category
from models.clock import now
from models.notifications import Notification, Telling
from models.outbox import Outbox, later
from models.people import Membership, User
from models.tickets import Event, EventWords, Ticket
from models.units import Unit
from models.upsert import insert_missing
from workflow import access, directory, moments, notices
from workflow.alone import find, gather, is_alone, once, put_aside, take_back
from workflow.city_settings import as_day, titles
from workflow.engine import Move
from workflow.localtime import local_day, zone
from workflow.report.appeals import called
from workflow.report.vocabulary import REPORT
from workflow.say import both, catalogue, say

ENDS = "。.！!；; \n"


@REPORT.teller
def decide(move: Move, event: Event) -> None:
    """Who hears of an event and in which sentence, as it stands in the event's own transaction. Of what the system does
    because a deadline has passed, people hear as of the deadline."""
    if move.facts.get("overdue"):
        return
    session, ticket = move.session, move.subject
    said: dict[str, str] = {}
    for telling in move.transition.tell:
        for person in REPORT.audiences[telling.who](session, ticket):
            heard = person != event.actor_id and (event.public or _is_staff(session, person, ticket))
            if heard:
                said.setdefault(str(person), _called(event, telling.say))
    if said:
        told = {"event_id": event.id, "said": said, "params": _params(session, ticket, event)}
        put_aside(session, Telling, event.id, told)


def _called(event: Event, key: str) -> str:
    """The sentence of what the step is called, where it has one of its own."""
    own = key.removesuffix(event.action) + called(event)
    return own if key.endswith(f".{event.action}") and own in catalogue("zh") else key


def deliver(session: Session, event_id: int) -> int:
    """Write the inbox rows of an event, each once, as they were decided. Returns how many are new."""
    telling = take_back(session, Telling, event_id)
    if telling is None:
        return 0
    event, written = find(session, Event, event_id), 0
    for person, key in sorted(telling.said.items()):
        reference = None if key.startswith("told.joined.") else event.subject_id
        cause = f"event:{event_id}"
        written += write(session, int(person), cause, key, telling.params, reference, at=event.at)
    return written


def announce(session: Session, ticket: Ticket, key: str, people: Sequence[int], cause: str, **more: Any) -> int:
    """Tell people of a ticket something that is no event of its own. Returns how many inbox rows are new."""
    told: dict[str, Any] = {"cause": f"{cause}:{ticket.id}", "key": key, "params": _about(session, ticket) | more}
    told |= {"ticket_id": ticket.id, "created_at": now()}
    by = _channels(session, people, key)
    return sum(_write(session, by[person], user_id=person, **told) for person in people)


def alarm(session: Session, row: Outbox) -> None:
    """Tell every administrator that a job was given up, once for each time it was; of messages that could not be sent,
    once a day and in the inbox alone, since telling of each by mail would make more of them."""
    query = select(User).join(Membership).where(Membership.role == "admin", User.disabled_at.is_(None)).distinct()
    sending = row.topic in notices.CHANNELS
    cause = f"unsent:{row.topic}:{local_day(session, now())}" if sending else f"dead:{row.id}:{row.attempts}"
    key = "told.admin.unsent" if sending else "told.admin.dead"
    params = {"topic": row.topic, "ref": row.ref or "—", "row": row.id}
    for person in session.scalars(query):
        write(session, person.id, cause, key, params, None, inbox_alone=sending)


def write(
    session: Session,
    person: int,
    cause: str,
    key: str,
    params: dict[str, Any],
    ticket_id: int | None,
    *,
    at: datetime | None = None,
    inbox_alone: bool = False,
) -> bool:
    """Tell one person what happened `at`, by default now, by every channel that they want its kind by; the same cause
    is told the same person once. Returns whether it was."""
    by = ["inbox"] if inbox_alone else _channels(session, [person], key)[person]
    about: dict[str, Any] = {"key": key, "params": params, "ticket_id": ticket_id, "created_at": at or now()}
    return _write(session, by, user_id=person, cause=cause, **about)


def _channels(session: Session, people: Sequence[int], key: str) -> dict[int, list[str]]:
    """By which channels each of them is told of what is said by `key`."""
    kind = notices.kind_of(key)
    if is_alone(session):
        ask = partial(notices.channels_for, session, kind=kind)
        return {each: once(session, ("channels", each, kind), partial(ask, each)) for each in people}
    return notices.channels_of(session, people, kind)


def _write(session: Session, by: list[str], *, user_id: int, cause: str, **told: Any) -> bool:
    if not by:
        return False
    told |= {"user_id": user_id, "cause": cause, "hidden": "inbox" not in by}
    if by == ["inbox"] and is_alone(session):
        return gather(session, Notification, (user_id, cause), told)
    if not insert_missing(session, Notification, **told):
        return False
    outside = [channel for channel in by if channel != "inbox"]
    if outside:
        mine = and_(Notification.user_id == user_id, Notification.cause == cause)
        row = session.scalars(select(Notification.id).where(mine)).one()
        for channel in outside:
            later(session, channel, row)
    return True


def in_inbox(person: User) -> ColumnElement[bool]:
    """Which notifications stand in a person's inbox."""
    return and_(Notification.user_id == person.id, Notification.hidden.is_(False))


def _is_staff(session: Session, person: int, ticket: Ticket) -> bool:
    return access.audience(session.get_one(User, person), ticket) in ("street", "department", "admin")


def _params(session: Session, ticket: Ticket, event: Event) -> dict[str, Any]:
    details = json.loads(event.details)
    unit = session.get(Unit, event.actor_unit_id) if event.actor_unit_id else None
    return _about(session, ticket) | {
        "unit": titles(unit) if unit else both("told.nothing"),
        "day": details.get("until") or details.get("review_on") or "—",
        "into": details.get("target", "—"),
        "points": details.get("points", 0),
        "why": both(f"unpaid.{details['why']}") if "why" in details else "",
        "event": event.id,
    }


def _about(session: Session, ticket: Ticket) -> dict[str, Any]:
    what = ticket.category or _likely(session, ticket)
    return {
        "number": ticket.number,
        "matter": titles(what) if what else both("told.matter"),
        "department": titles(ticket.department) if ticket.department else both("told.nothing"),
        "due": ticket.due_at.isoformat() if ticket.due_at else "—",
    }


def _likely(session: Session, ticket: Ticket) -> Category | None:
    code = (ticket.routing or {}).get("category")
    return directory.category(session, code) if code else None


def sentences(session: Session, rows: Sequence[Notification], locale: str) -> list[str]:
    """The rows as sentences, with what was written at the time where it still exists; one query for all."""
    ids = {each.params.get("event") for each in rows} - {None}
    query = select(EventWords.event_id, EventWords.words).where(EventWords.event_id.in_(ids))
    words = {event: found or {} for event, found in session.execute(query)}
    return [_sentence(session, each, words.get(each.params.get("event", 0), {}), locale) for each in rows]


def _sentence(session: Session, row: Notification, words: dict[str, Any], locale: str) -> str:
    if row.key not in catalogue("zh"):
        return say("told.other", locale, number=row.params.get("number", ""))
    written = words.get("reason") or words.get("note") or ""
    if not catalogue(locale).get(row.key, "").endswith("{words}"):
        written = written.rstrip(ENDS)  # the sentence goes on
    return say(row.key, locale, **{**row.params, **_when(session, row.params, locale), "words": written}).strip()


def _when(session: Session, params: dict[str, Any], locale: str) -> dict[str, str]:
    """The moment and the day that a row speaks of, as they are said. What is neither is left as it was written: rows of
    earlier versions hold the deadline in words."""
    moment, found = now(), {}
    with suppress(KeyError, ValueError):
        found["due"] = moments.absolute(datetime.fromisoformat(params["due"]), moment, zone(session), locale)
    with suppress(KeyError, ValueError):
        found["day"] = moments.day(as_day(params["day"]), local_day(session, moment), locale)
    return found
