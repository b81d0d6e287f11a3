"""History in plain words: one sentence an event, which feeds pages, inbox, mails and the API alike."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.clock import now
from models.people import User
from models.tickets import Event, Ticket
from workflow import access, moments, plainly
from workflow.actors import Actor
from workflow.city_settings import as_day
from workflow.directory import Names
from workflow.engine.firing import actor_words
from workflow.engine.machines import machinery_of
from workflow.localtime import local_day
from workflow.report import turns
from workflow.report.appeals import called
from workflow.say import catalogue, say

OTHERS = ("into", "target", "from_ticket")  # details that name another ticket
PAID = ("points", "why")  # details of what a report was worth to its reporter, and so of who they are
DAYS = ("until", "review_on")  # details that are a day
HIDDEN: dict[str, tuple[str, ...]] = {"reporter": OTHERS, "public": (*OTHERS, *PAID), "department": PAID}
"""What of an event's details an audience is not told."""


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
            query.options(joinedload(Event.actor), joinedload(Event.actor_unit), joinedload(Event.said))
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
        self.session, self.ticket, self.locale = session, ticket, locale
        self.lifecycle = machinery_of(session, ticket).lifecycle
        self.names = Names(session, locale)
        self.today = local_day(session, now())

    def line(self, event: Event, audience: access.Audience) -> Line:
        """An event for an audience: a rider knows no other's ticket, a department no rider's pay."""
        hidden = HIDDEN.get(audience, ())
        details = {name: value for name, value in _details(event).items() if name not in hidden}
        said = self._plainly(event, details) if audience == "reporter" else self.sentence(event, details)
        return Line(event, event.actor_role, self._name(event, audience), said, details)

    def _name(self, event: Event, audience: access.Audience) -> str | None:
        """Staff know each other; a rider's name is for the street and the city alone, and not when anonymous."""
        person: User | None = event.actor
        if person is None:
            return None
        if event.actor_role == "rider":
            known = audience in access.KNOWING and not self.ticket.anonymous
            return person.name if known or audience == "reporter" else None
        return None if audience in ("reporter", "public") else person.name

    def _plainly(self, event: Event, details: dict[str, Any]) -> str:
        """As its reporter reads it: in plain words, or as offices do where a city's step has none."""
        mine = event.actor_id == self.ticket.reporter_id
        said = plainly.sentence(event, self._facts(event, details), details, self.locale, mine=mine)
        return said or self.sentence(event, details, say("role.you", self.locale) if mine else None)

    def _facts(self, event: Event, details: dict[str, Any]) -> dict[str, str]:
        """What plain sentences name: units and matters by their names, days as days."""
        units = {name: self._units(details[name]) for name in ("department", "assisting") if details.get(name)}
        days = [self._day(details[name]) for name in DAYS if details.get(name)]
        matter = {"category": self.names.category(details["category"])} if details.get("category") else {}
        street = turns.street(self.session, self.ticket).name(self.locale)
        unit = event.actor_unit.name(self.locale) if event.actor_unit is not None else street
        numbers = {name: str(details[name]) for name in ("points", "rating") if details.get(name)}
        return units | matter | numbers | ({"day": days[0]} if days else {}) | {"unit": unit, "street": street}

    def sentence(self, event: Event, details: dict[str, Any], who: str | None = None) -> str:
        """Who did what, with what matters of it, in the order in which it was asked for."""
        transition = self.lifecycle.transitions[event.action]
        order = [*transition.fields, *(name for name in details if name not in transition.fields)]
        done = getattr(transition.done, self.locale if self.locale in ("zh", "en") else "zh")
        if called(event) != event.action:
            done = say(f"event.done.{called(event)}", self.locale)
        if event.action == "reward" and details.get("why"):
            done = say("event.paid_joiners", self.locale)
        who = who or actor_words(event.actor_role, event.actor_unit, self.locale)
        said = say("event.line", self.locale, who=who[:1].upper() + who[1:], done=done)
        parts = [part for name in order if (part := self._part(event.action, name, details.get(name)))]
        ended = [*(part.rstrip("。；.; ") for part in parts[:-1]), *parts[-1:]]
        rest = ("；" if self.locale == "zh" else "; ").join(ended)
        return said + (("：" if self.locale == "zh" else ": ") + rest if rest else "")

    def _part(self, action: str, name: str, value: Any) -> str:
        own, key = f"event.{action}.{name}", f"event.{name}"
        if value in (None, "", []) or key not in catalogue("zh"):
            return ""
        key = own if own in catalogue("zh") else key
        if name == "why":
            return say(f"unpaid.{value}", self.locale)
        if name in ("department", "assisting", "unit", "from_department"):
            value = self._units(value)
        elif name == "category":
            value = self.names.category(value)
        elif name == "photos":
            value = len(value)
        elif name in DAYS:
            value = self._day(value)
        one = f"{key}.one"
        return say(one if value == 1 and one in catalogue("zh") else key, self.locale, value=value)

    def _units(self, codes: str | list[str]) -> str:
        names = [self.names.unit(code) for code in (codes if isinstance(codes, list) else [codes])]
        return ("、" if self.locale == "zh" else ", ").join(names)

    def _day(self, value: str) -> str:
        return moments.day(as_day(value), self.today, self.locale)
