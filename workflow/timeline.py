"""History in plain words: one sentence an event, which feeds pages, inbox, mails and the API alike."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models.categories import Category
from models.people import User
from models.tickets import Event, Ticket
from models.units import Unit
from workflow import access
from workflow.actors import Actor
from workflow.engine.firing import actor_words
from workflow.engine.machines import machinery_of
from workflow.say import catalogue, say

OTHERS = ("into", "target", "from_ticket")  # details that name another ticket


@dataclass(frozen=True)
class Line:
    """An event as a reader may know it. `name` is None where the actor's name is not theirs to know."""

    event: Event
    role: str
    name: str | None
    sentence: str
    details: dict[str, Any]


def events_of(session: Session, ticket: Ticket, audience: access.Audience) -> list[Event]:
    """The events that an audience may see, oldest first. A reporter sees every step but internal comments."""
    query = select(Event).where(Event.subject_id == ticket.id).order_by(Event.seq)
    if audience in ("reporter", "public"):
        query = query.where(Event.public)
    return list(
        session.scalars(
            query.options(selectinload(Event.actor), selectinload(Event.actor_unit), selectinload(Event.said))
        )
    )


def lines(session: Session, ticket: Ticket, actor: Actor, locale: str) -> list[Line]:
    """The history of a ticket as the actor may read it."""
    audience = access.audience(actor, ticket)
    words = _Words(session, ticket, locale)
    return [words.line(event, audience) for event in events_of(session, ticket, audience)]


def sentence(session: Session, ticket: Ticket, event: Event, locale: str) -> str:
    """One event as a sentence that everybody may read who may see the event."""
    return _Words(session, ticket, locale).sentence(event, _details(event))


def _details(event: Event) -> dict[str, Any]:
    said = event.said.words if event.said and event.said.words else {}
    details: dict[str, Any] = json.loads(event.details) | said
    return details


class _Words:
    """Says the events of one ticket, with the names behind codes looked up once."""

    def __init__(self, session: Session, ticket: Ticket, locale: str) -> None:
        self.ticket, self.locale = ticket, locale
        self.lifecycle = machinery_of(session, ticket).lifecycle
        self.names = _Names(session, locale)

    def line(self, event: Event, audience: access.Audience) -> Line:
        """An event for an audience: another rider's ticket has no number for a rider."""
        details = _details(event)
        if audience in ("reporter", "public"):
            details = {name: value for name, value in details.items() if name not in OTHERS}
        return Line(event, event.actor_role, self._name(event, audience), self.sentence(event, details), details)

    def _name(self, event: Event, audience: access.Audience) -> str | None:
        """Staff know each other; a rider's name is for the street, not for departments nor when anonymous."""
        person: User | None = event.actor
        if person is None:
            return None
        if event.actor_role == "rider":
            hidden = audience not in ("reporter", "street") or (self.ticket.anonymous and audience != "reporter")
            return None if hidden else person.name
        return None if audience in ("reporter", "public") else person.name

    def sentence(self, event: Event, details: dict[str, Any]) -> str:
        """Who did what, with what matters of it, in the order in which it was asked for."""
        transition = self.lifecycle.transitions[event.action]
        order = [*transition.fields, *(name for name in details if name not in transition.fields)]
        done = getattr(transition.done, self.locale if self.locale in ("zh", "en") else "zh")
        who = actor_words(event.actor_role, event.actor_unit, self.locale)
        said = say("event.line", self.locale, who=who, done=done)
        parts = [self._part(name, details.get(name)) for name in order]
        rest = ("；" if self.locale == "zh" else "; ").join(part for part in parts if part)
        return said + (("：" if self.locale == "zh" else ": ") + rest if rest else "")

    def _part(self, name: str, value: Any) -> str:
        key = f"event.{name}"
        if value in (None, "", []) or key not in catalogue("zh"):
            return ""
        if name == "why":
            return say(f"unpaid.{value}", self.locale)
        if name in ("department", "assisting", "unit", "from_department"):
            codes = value if isinstance(value, list) else [value]
            value = ("、" if self.locale == "zh" else ", ").join(self.names.unit(code) for code in codes)
        elif name == "category":
            value = self.names.category(value)
        elif name == "photos":
            value = len(value)
        return say(key, self.locale, value=value)


class _Names:
    def __init__(self, session: Session, locale: str) -> None:
        self.session, self.locale = session, locale
        self._units: dict[str, str] | None = None
        self._categories: dict[str, str] = {}

    def unit(self, code: str) -> str:
        if self._units is None:
            self._units = {each.code: each.name(self.locale) for each in self.session.scalars(select(Unit))}
        return self._units.get(code, code)

    def category(self, code: str) -> str:
        if code not in self._categories:
            row = self.session.scalars(select(Category).where(Category.code == code)).first()
            self._categories[code] = row.name(self.locale) if row else code
        return self._categories[code]
