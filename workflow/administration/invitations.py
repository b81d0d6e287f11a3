"""Links by which people set their own passwords: made for an administrator to hand over, used once, within a week.

Only a hash is stored. A password's hash takes about 50 ms, so `accept` opens its own transactions around it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from models import Device, Invitation, Membership, User
from models.clock import now
from models.database import Database
from workflow.access import require
from workflow.actors import Actor
from workflow.administration import people
from workflow.administration.acts import record
from workflow.administration.fields import Errors, hold_choice, hold_name
from workflow.administration.roles import unit_for
from workflow.administration.watching import tell_person, tell_watching, watching_rider
from workflow.city_settings import city
from workflow.errors import Invalid, NotFound, Refused
from workflow.identity import accounts, sign_ins
from workflow.notices import address
from workflow.passwords import hash_password, hold_password
from workflow.say import LOCALES

LIFETIME = timedelta(days=7)


@dataclass(frozen=True)
class Invited:
    """A new link. `token` is shown this once and stored only as a hash."""

    person: User
    invitation: Invitation
    token: str


def invite(
    session: Session,
    actor: Actor,
    username: str,
    name: str,
    locale: str,
    roles: Sequence[tuple[str, str]],
    email: str | None = None,
) -> Invited:
    """Add a person with `roles` as (role, unit's code) and a link to set their password with.

    Raises Forbidden, and Invalid naming every field that is wrong.
    """
    require(actor, "user.manage")
    username = accounts.spoken_name(username)
    errors: Errors = {}
    if not accounts.USERNAME.fullmatch(username):
        errors["username"] = ("username.wrong", {})
    elif session.scalar(select(User.id).where(User.username == username)) is not None:
        errors["username"] = ("username.taken", {"username": username})
    hold_name(errors, "name", name, 64)
    hold_choice(errors, "locale", locale, LOCALES)
    if not roles:
        errors["role"] = ("input.missing", {})
    person = User(username=username, name=name.strip(), locale=locale, created_at=now())
    try:
        person.email = address(email or "")
    except Invalid as invalid:
        errors |= invalid.errors
    for role, code in dict.fromkeys(roles):
        try:
            person.memberships.append(Membership(role=role, unit=unit_for(session, role, code)))
        except Invalid as invalid:
            errors |= invalid.errors
    if errors:
        raise Invalid(errors)
    accounts.add_account(session, person)
    given = [[each.role, each.unit.code] for each in person.memberships]
    record(session, actor, "user.invite", "user", person.id, words={"username": username}, roles=given)
    return _link(session, person, "invite")


def reset(session: Session, actor: Actor, number: int, *, seen: int | None = None) -> Invited:
    """A new link for somebody with an account. Their password and every sign-in end at once, and they are told; of a
    rider's, who may have reported without a name, also supervisors and the other administrators.

    Raises Forbidden, NotFound, and Refused for oneself, the last administrator, the disabled, and without an account.
    """
    person = people.held(session, actor, number, seen)
    if person.id == actor.id:
        raise Refused("user.oneself")
    if person.username is None:
        raise Refused("user.no_account")
    if person.disabled_at is not None:
        raise Refused("user.is_disabled")
    people.hold_another_administrator(session, person)
    kind = "invite" if _never_signed_in(session, person) else "reset"
    person.password_hash = None
    sign_ins.end_sessions(session, person)
    session.execute(delete(Device).where(Device.user_id == person.id))
    told = watching_rider(session, actor, person) if kind == "reset" else {}
    act = record(session, actor, "user.reset", "user", person.id, kind=kind, told=len(told))
    if kind == "reset":
        tell_person(session, act, person, "password")
        tell_watching(session, act, person, told)
    return _link(session, person, kind)


def find(session: Session, token: str) -> Invitation:
    """The open link that `token` stands for, with its person. Raises NotFound, the same for used, old and unknown."""
    query = (
        select(Invitation)
        .where(Invitation.token_hash == sign_ins.token_hash(token), Invitation.ended_at.is_(None))
        .where(Invitation.expires_at > now())
        .options(joinedload(Invitation.user))
    )
    row = session.scalars(query).one_or_none()
    if row is None or row.user.disabled_at is not None:
        raise NotFound("invitation.over")
    return row


def accept(database: Database, token: str, password: str) -> str:
    """Set the password of whoever was handed `token`, and end the link. Returns the username.

    Raises NotFound where the link is over, and Invalid for a weak password, which leaves the link as it was.
    """
    with database.reading() as session:
        row, strict = find(session, token), not city(session).demo
        hold_password(password, row.user.username, strict=strict)
    hashed = hash_password(password)
    with database.writing() as session:
        session.execute(select(User.id).where(User.id == row.user_id).with_for_update())
        row = find(session, token)
        row.ended_at = now()
        row.user.password_hash = hashed
        sign_ins.end_sessions(session, row.user)
        return str(row.user.username)


def _link(session: Session, person: User, kind: str) -> Invited:
    moment, token = now(), secrets.token_urlsafe(32)
    accounts.end_links(session, person)
    row = Invitation(
        token_hash=sign_ins.token_hash(token),
        user_id=person.id,
        kind=kind,
        created_at=moment,
        expires_at=moment + LIFETIME,
    )
    session.add(row)
    session.flush()
    return Invited(person, row, token)


def _never_signed_in(session: Session, person: User) -> bool:
    latest = select(Invitation.kind).where(Invitation.user_id == person.id).order_by(Invitation.id.desc()).limit(1)
    return person.password_hash is None and session.scalar(latest) == "invite"
