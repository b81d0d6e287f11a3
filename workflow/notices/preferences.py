"""What people want to hear by which channel. Only what differs from saying nothing is a row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from models.notifications import Preference as Row
from models.people import User
from workflow.errors import Invalid
from workflow.notices.kinds import CHANNELS, TABLE, allowed

_CHANNELS = (
    select(User.id, User.disabled_at, User.email, User.email_refused, Row.channel, Row.wanted)
    .outerjoin(Row, and_(Row.user_id == User.id, Row.kind == bindparam("kind")))
    .where(User.erasure_asked_at.is_(None), User.id.in_(bindparam("people", expanding=True)))
)


class Preference(NamedTuple):
    """Whether a kind reaches a person by a channel; a `fixed` one cannot be switched off."""

    kind: str
    channel: str
    on: bool
    fixed: bool


def preferences(session: Session, person: User) -> list[Preference]:
    """Every kind that the person's roles can hear of, by every channel."""
    said = _said(session, person.id)
    kinds = [kind.name for kind in TABLE.values() if person.has_role(*kind.roles)]
    return [
        Preference(kind, channel, allowed(kind, channel, said.get((kind, channel))), _fixed(kind, channel))
        for kind in kinds
        for channel in CHANNELS
    ]


def switch(session: Session, person: User, wanted: Mapping[tuple[str, str], bool]) -> None:
    """Switch kinds on or off, by (kind, channel); what is not named stays. Raises Invalid."""
    for (kind, channel), on in wanted.items():
        if kind not in TABLE:
            raise Invalid.field("kind", "input.choice", expected=", ".join(TABLE))
        if channel not in CHANNELS:
            raise Invalid.field("channel", "input.choice", expected=", ".join(CHANNELS))
        if not on and _fixed(kind, channel):
            raise Invalid.field(f"{kind}.{channel}", "notice.fixed")
    for (kind, channel), on in wanted.items():
        row = session.get(Row, (person.id, kind, channel))
        if row is None:
            session.add(Row(user_id=person.id, kind=kind, channel=channel, wanted=on))
        else:
            row.wanted = on
    session.flush()


def channels_for(session: Session, person: int, kind: str) -> list[str]:
    """`channels_of` one person."""
    return channels_of(session, [person], kind)[person]


def channels_of(session: Session, people: Collection[int], kind: str) -> dict[int, list[str]]:
    """By which channels each person is told of a kind now: nothing leaves the inbox for whoever is disabled, no mail
    for whoever has no address that takes it, and nothing reaches whoever has left. One query."""
    said: dict[int, dict[str, bool]] = {}
    outside: dict[int, list[str]] = {}
    asked = {"people": list(people), "kind": kind}
    for person, disabled, email, refused, channel, wanted in session.execute(_CHANNELS, asked):
        mailed = email is not None and refused is None
        can = [each for each in CHANNELS if each != "inbox" and (each != "mail" or mailed)]
        outside[person] = can if disabled is None else []
        said.setdefault(person, {})[channel] = wanted
    return {
        person: [each for each in ("inbox", *outside[person]) if allowed(kind, each, said[person].get(each))]
        if person in said
        else []
        for person in people
    }


def _said(session: Session, person: int) -> dict[tuple[str, str], bool]:
    query = select(Row.kind, Row.channel, Row.wanted).where(Row.user_id == person)
    return {(kind, channel): wanted for kind, channel, wanted in session.execute(query)}


def _fixed(kind: str, channel: str) -> bool:
    return channel == "inbox" and TABLE[kind].kept
