"""Erasing a person: decided in one transaction, which shuts them out at once, and done by a job that may run again.

Their number stays, as that of nobody: history and ledger are hashed over it. What they wrote is gone with the salts of
its hashes, so that nobody can even try a guess.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from models import Act, Award, Join, Photo, Ticket, User
from models.clock import now
from models.outbox import later
from workflow import ledger
from workflow.actors import Actor
from workflow.administration.acts import record
from workflow.engine import fire, lock
from workflow.errors import Busy, Invalid, Refused
from workflow.identity import accounts
from workflow.personal.holdings import HOLDINGS, Holding, pictures_of, tickets_of
from workflow.personal.naming import Naming, erase_words, forget_answers, rename_in_inboxes
from workflow.personal.standing import standing, waiting
from workflow.phones import PhoneBook

AGAIN_AFTER = timedelta(hours=1)
"""What was under way while it was decided has come to rest by then, and goes as well."""


def ask(session: Session, person: User, *, actor: Actor, let_go: bool) -> Act | None:
    """Decide that nothing shall say who `person` was: they are signed out for good, reports that no office has taken up
    are withdrawn, and a job erases the rest. Again changes nothing.

    `let_go` is that whoever decides has read what is given up. Raises Refused for whoever works for the city, and
    Invalid naming `let_go`.
    """
    if person.is_staff:
        raise Refused("leave.staff")
    if person.erasure_asked_at is not None:
        return None
    if standing(session, person).is_open and not let_go:
        raise Invalid.field("let_go", "leave.let_go_first")
    if person.disabled_at is None:
        for ticket in session.scalars(waiting(person)).all():
            fire(ticket, "withdraw", actor=person)
    session.refresh(person, ["erasure_asked_at", "disabled_at"], with_for_update=True)
    if person.erasure_asked_at is not None:
        return None
    person.erasure_asked_at = now()
    accounts.disable(session, person)
    later(session, "erase_person", person.id)
    return record(session, actor, "user.erase", "user", person.id)


def erase(session: Session, number: int, phones: PhoneBook) -> list[str]:
    """Erase whom it was decided for, in the caller's transaction, and ask for a second look; nobody else.

    Returns the storage keys of their pictures, whose files go after the commit. Locks tickets, then accounts, then the
    person: whoever is still writing something of theirs holds a key lock on that row and is waited for. Raises Busy
    where such a one brought another ticket.
    """
    person = session.get(User, number)
    if person is None or person.erasure_asked_at is None:
        return []
    tickets = lock(session, Ticket, _concerned(session, person))
    ledger.lapse(session, number)
    held = select(User).where(User.id == number).with_for_update().execution_options(populate_existing=True)
    session.scalars(held).one()
    if not set(_concerned(session, person)) <= tickets.keys():
        raise Busy()
    for award in session.scalars(select(Award).where(Award.user_id == number, Award.state == "pending")):
        award.state = "released"
    naming = Naming(person, phones)
    own = [ticket for ticket in tickets.values() if ticket.reporter_id == number]
    erase_words(session, person, naming)
    rename_in_inboxes(session, person, naming)
    forget_answers(session, own)
    keys = list(session.scalars(select(Photo.storage_key).where(pictures_of(person)).order_by(Photo.id)))
    # The person last: until then it is from their names that the rest is found.
    for holding in reversed(HOLDINGS):
        _clear(session, holding, person)
    if person.erased_at is None:
        person.erased_at = now()
        later(session, "erase_person", number, due=now() + AGAIN_AFTER)
    person.disabled_at = person.disabled_at or person.erasure_asked_at
    session.flush()
    return keys


def _concerned(session: Session, person: User) -> Iterable[int]:
    joined = select(Join.ticket_id).where(Join.user_id == person.id)
    return session.scalars(select(Ticket.id).where(or_(Ticket.id.in_(tickets_of(person)), Ticket.id.in_(joined)))).all()


def _clear(session: Session, holding: Holding, person: User) -> None:
    own = holding.own(session, person)
    if holding.is_deleted:
        session.execute(delete(holding.model).where(own))
    elif holding.blanked:
        for row in session.scalars(select(holding.model).where(own)):
            for column, value in holding.blanked.items():
                setattr(row, column, value(getattr(row, column)) if callable(value) else value)
            if hasattr(row, "erased_at") and row is not person:
                row.erased_at = row.erased_at or now()
        session.flush()
