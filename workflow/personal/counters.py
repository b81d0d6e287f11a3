"""The counters of what a person tried: their keys are hashes, found again from who it is."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from models import Device, Throttle, User
from workflow.throttle import digest


def counted(session: Session, person: User) -> ColumnElement[bool]:
    """The counters that are a person's, whatever they count: by number, by username, and by each of their devices."""
    whose: list[tuple[str, ...]] = [(str(person.id),)]
    if person.username is not None:
        devices = session.scalars(select(Device.token_hash).where(Device.user_id == person.id))
        whose += [(person.username,), *((person.username, each) for each in devices)]
    return or_(*(Throttle.key.endswith(f":{digest(*each)}") for each in whose))
