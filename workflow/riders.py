"""Riders who never signed up: known by their telephone number alone, entered by a clerk who took their report."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Membership, Unit, User
from models.clock import now
from models.upsert import insert_missing
from workflow.phones import PhoneBook, normalise
from workflow.say import say


def rider_of_phone(session: Session, book: PhoneBook, phone: str, name: str | None, *, field: str = "phone") -> User:
    """The person with this number, added as a rider of the city if it is new; a known one keeps the name they have.

    Raises Invalid naming `field` for what is no telephone number.
    """
    number = normalise(phone, field)
    kept = book.keep(number)
    inserted = insert_missing(
        session,
        User,
        name=name or say("rider.unnamed", "zh", tail=kept.tail),
        phone_encrypted=kept.encrypted,
        phone_hash=kept.hash,
        phone_tail=kept.tail,
        created_at=now(),
        locale="zh",
        demo=False,
    )
    rider = session.scalars(select(User).where(User.phone_hash == kept.hash)).one()
    if inserted:
        city = session.scalars(select(Unit).where(Unit.kind == "city")).one()
        rider.memberships.append(Membership(role="rider", unit=city))
        session.flush()
    return rider
