"""Signing in with a name and a password.

A password's hash takes about 50 ms, so it is never computed while a write transaction is open: `sign_in` opens its own
short ones around it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from config.sign_ins import SignIns
from models import Device, User
from models import Session as SignIn
from models.clock import now
from models.database import Database
from workflow import throttle
from workflow.errors import Unauthenticated
from workflow.identity.accounts import spoken_name
from workflow.identity.sign_ins import sign_out, term_of, token_hash
from workflow.passwords import HASHER, NOBODYS_HASH, hash_password, verify_password

DEVICES_KEPT = 20
GUESSES = throttle.Limit("sign-in", 10, 15)
GUESSES_OF_DEVICE = throttle.Limit("sign-in-device", 10, 15)
EVALUATED = throttle.Limit("sign-in-evaluated", 20, 15)
"""Counted before a password is looked at and given back where it was right: of those that come at once, all would find
the ten not used up yet."""


class WrongCredentials(Unauthenticated):
    """401: the name or the password is wrong; which of them is never said."""

    key = "sign_in.wrong"


@dataclass(frozen=True)
class SignedIn:
    """A new sign-in. `token` and `device_token` are shown this once and stored only as hashes."""

    session: SignIn
    token: str
    device_token: str


def sign_in(
    database: Database,
    username: str,
    password: str,
    *,
    kind: str,
    terms: SignIns | None = None,
    device_token: str | None = None,
    old_token: str | None = None,
) -> SignedIn:
    """Sign a person in on `kind` ("bearer" or "cookie") for as long as `terms` say, the usual ones unless given;
    `old_token`, if any, ends with it.

    Raises WrongCredentials, in the same time for an unknown name as for a known one, and TooMany after ten wrong
    attempts in a quarter of an hour, or where twenty are under way at once. A device that the person signed in from
    before is counted by itself, so that a stranger's guesses lock nobody out. Right passwords are not counted.
    """
    username = spoken_name(username)
    limit, whose = GUESSES, [username]
    with database.reading() as session:
        user = session.scalar(select(User).where(User.username == username))
        if user is not None and device_token and _knows(session, user, device_token):
            limit, whose = GUESSES_OF_DEVICE, [username, token_hash(device_token)]
        else:
            device_token = None
        throttle.hold(session, limit, *whose)
    with database.writing() as session:
        throttle.count(session, EVALUATED, *whose)

    password_hash = user.password_hash if user is not None and user.disabled_at is None else None
    if not verify_password(password_hash or NOBODYS_HASH, password) or user is None or password_hash is None:
        with database.writing() as session:
            throttle.count(session, limit, *whose)
        raise WrongCredentials

    renewed = hash_password(password) if HASHER.check_needs_rehash(password_hash) else None
    with database.writing() as session:
        throttle.hold(session, limit, *whose)
        throttle.give_back(session, EVALUATED, *whose)
        mine = session.scalar(select(User).where(User.id == user.id).with_for_update())
        if mine is None or mine.disabled_at is not None or mine.password_hash != password_hash:
            raise WrongCredentials
        if renewed is not None:
            mine.password_hash = renewed
        if old_token:
            sign_out(session, old_token)
        return _open(session, mine, kind, terms or SignIns(), device_token)


def _open(session: Session, user: User, kind: str, terms: SignIns, device_token: str | None) -> SignedIn:
    moment, token = now(), secrets.token_urlsafe(32)
    term = term_of(terms, user, kind)
    row = SignIn(
        token_hash=token_hash(token),
        user_id=user.id,
        kind=kind,
        created_at=moment,
        expires_at=moment + term.whole,
        idle_at=moment + term.idle,
    )
    session.add(row)
    if device_token is None:
        device_token = secrets.token_urlsafe(32)
        session.add(Device(token_hash=token_hash(device_token), user_id=user.id, created_at=moment))
        session.flush()
        kept = select(Device.id).where(Device.user_id == user.id).order_by(Device.id.desc()).limit(DEVICES_KEPT)
        session.execute(delete(Device).where(Device.user_id == user.id, Device.id.not_in(kept.scalar_subquery())))
    session.flush()
    return SignedIn(row, token, device_token)


def _knows(session: Session, user: User, device_token: str) -> bool:
    known = select(Device.id).where(Device.token_hash == token_hash(device_token), Device.user_id == user.id)
    return session.scalar(known) is not None
