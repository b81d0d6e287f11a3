"""Others' words that name a person: where they lie, and how they are told from those that do not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import Act, ActWords, Answer, Event, EventWords, Join, JournalWords, Notification, Ticket, User
from models.base import canonical
from models.clock import now
from workflow.personal.holdings import HOLDINGS, NAMELESS, about, tickets_of
from workflow.phones import PhoneBook

SHORTEST_NAME = 2
"""A single letter names nobody: half of all sentences would go."""
NOT_DIGITS = re.compile(r"[^0-9]")


class Naming:
    """What names one person: name, username, address for mail, telephone number."""

    def __init__(self, person: User, phones: PhoneBook) -> None:
        names = (person.name, person.username, person.email) if person.erased_at is None else ()
        self.names = [each for each in names if each and len(each) >= SHORTEST_NAME]
        number = phones.open(person.phone_encrypted) if person.phone_encrypted else None
        self.number = NOT_DIGITS.sub("", number or "").removeprefix("86")

    def names_them(self, text: str) -> bool:
        """Whether a text says who they are; a number also where it is written in groups."""
        folded = text.casefold()
        return any(name.casefold() in folded for name in self.names) or (
            bool(self.number) and self.number in NOT_DIGITS.sub("", text)
        )

    def without(self, value: Any) -> Any:
        """A JSON value with `NAMELESS` for every text that is a name of theirs."""
        if isinstance(value, dict):
            return {key: self.without(each) for key, each in value.items()}
        return NAMELESS if value in self.names else value


def erase_words(session: Session, person: User, naming: Naming) -> None:
    """Erase what others wrote that names the person: on the tickets that they have to do with, of points taken back
    from them, and in the record of administration."""
    joined = select(Join.ticket_id).where(Join.user_id == person.id)
    there = select(Event.id).where(or_(Event.subject_id.in_(tickets_of(person)), Event.subject_id.in_(joined)))
    written = select(EventWords).where(EventWords.event_id.in_(there), EventWords.words.is_not(None))
    for words in session.scalars(written):
        if naming.names_them(canonical(words.words)):
            words.words, words.salt, words.erased_at = None, "", now()
    for reason in session.scalars(select(JournalWords).where(_shown(session, person, JournalWords))):
        if reason.words is not None and naming.names_them(reason.words):
            reason.words, reason.salt, reason.erased_at = None, "", now()
    numbers = [ticket.number for ticket in session.scalars(select(Ticket).where(Ticket.reporter_id == person.id))]
    looks = select(Act.id).where(or_(about(person), Act.subject.in_(numbers)))
    for act in session.scalars(select(ActWords).where(ActWords.act_id.in_(looks))):
        if naming.names_them(canonical(act.words)):
            session.delete(act)


def rename_in_inboxes(session: Session, person: User, naming: Naming) -> None:
    """Others were told what an administrator did to the person, or the person as one, by name."""
    acts = session.scalars(select(Act.id).where(or_(about(person), Act.actor_id == person.id))).all()
    for number in acts:
        told = or_(*(Notification.cause == f"{kind}:{number}" for kind in ("act", "look")))
        told = or_(told, Notification.cause.startswith(f"act:{number}:"))
        for row in session.scalars(select(Notification).where(told)):
            row.params = naming.without(row.params)


def forget_answers(session: Session, tickets: Iterable[Ticket]) -> None:
    """What was answered to whoever entered their reports holds the reports' words."""
    for ticket in tickets:
        if ticket.entered_by_id is not None:
            kept = select(Answer).where(Answer.user_id == ticket.entered_by_id, Answer.body.contains(ticket.number))
            for row in session.scalars(kept):
                session.delete(row)


def _shown(session: Session, person: User, model: Any) -> Any:
    return next(each for each in HOLDINGS if each.model is model).handed(session, person)
