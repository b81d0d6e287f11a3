"""Ada, who administers the city, a second one beside her, what is on record of them, who was told, and a restart."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Act, Notification, User
from stage.cast import person
from tests.conftest import SIP
from workflow.administration.invitations import invite
from workflow.city import load_pack, read_pack
from workflow.telling import sentences


def ada(session: Session) -> User:
    return person(session, "ada")


def a_second_administrator(session: Session) -> User:
    invited = invite(session, ada(session), "grace", "葛瑞丝", "en", [("admin", "sip")])
    invited.person.password_hash = "set"
    return invited.person


def done(session: Session) -> list[tuple[str, str]]:
    return [(row.action, row.subject) for row in session.scalars(select(Act).order_by(Act.id))]


def told(session: Session) -> dict[str, list[str]]:
    """What stands in whose inbox of it."""
    found: dict[str, list[str]] = {}
    for row in session.scalars(select(Notification).where(Notification.hidden.is_(False)).order_by(Notification.id)):
        (sentence,) = sentences(session, [row], "en")
        found.setdefault(str(session.get_one(User, row.user_id).username), []).append(sentence)
    return found


def restart(session: Session) -> None:
    """Load the pack as every start does, and see all of it anew."""
    session.flush()
    load_pack(session, read_pack(SIP))
    session.flush()
    session.expire_all()
