"""Who somebody is: accounts, sign-ins as rows in the database, and what ends them.

Only hashes of tokens are stored. A password's hash takes about 50 ms, so it is never computed while a write
transaction is open: `sign_in` opens its own short ones around it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from config.sign_ins import SignIns, Term
from models import Device, Invitation, Membership, Unit, User
from models import Session as SignIn
from models.clock import now
from models.database import Database
from models.loaded import as_loaded, columns, names
from models.people import ROLES
from workflow import throttle
from workflow.errors import Invalid, Unauthenticated
from workflow.passwords import HASHER, NOBODYS_HASH, hash_password, hold_password, verify_password
from workflow.say import LOCALES

NOTED_EVERY = timedelta(minutes=5)
"""A use is noted so often at most: else each page would write."""
FORM_TIME = timedelta(hours=1)
"""Whoever is given a form has this long to send it before the sign-in is over."""
DEVICES_KEPT = 20
USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
GUESSES = throttle.Limit("sign-in", 10, 15)
GUESSES_OF_OLD = throttle.Limit("old-password", 10, 15)
GUESSES_OF_DEVICE = throttle.Limit("sign-in-device", 10, 15)


class WrongCredentials(Unauthenticated):
    """401: the name or the password is wrong; which of them is never said."""

    key = "sign_in.wrong"


@dataclass(frozen=True)
class SignedIn:
    """A new sign-in. `token` and `device_token` are shown this once and stored only as hashes."""

    session: SignIn
    token: str
    device_token: str


def token_hash(token: str) -> str:
    """What is stored of a token: 64 hexadecimal digits. Its 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


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
    attempts in a quarter of an hour. A device that the person signed in from before is counted by itself, so that
    a stranger's guesses lock nobody out. Right passwords are not counted.
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

    password_hash = user.password_hash if user is not None and user.disabled_at is None else None
    if not verify_password(password_hash or NOBODYS_HASH, password) or user is None or password_hash is None:
        with database.writing() as session:
            throttle.count(session, limit, *whose)
        raise WrongCredentials

    renewed = hash_password(password) if HASHER.check_needs_rehash(password_hash) else None
    with database.writing() as session:
        throttle.hold(session, limit, *whose)
        mine = session.scalar(select(User).where(User.id == user.id).with_for_update())
        if mine is None or mine.disabled_at is not None or mine.password_hash != password_hash:
            raise WrongCredentials
        if renewed is not None:
            mine.password_hash = renewed
        if old_token:
            sign_out(session, old_token)
        return _open(session, mine, kind, terms or SignIns(), device_token)


def sign_out(session: Session, token: str) -> None:
    """End the sign-in that `token` stands for, everywhere at once."""
    session.execute(
        update(SignIn).where(SignIn.token_hash == token_hash(token), SignIn.ended_at.is_(None)).values(ended_at=now())
    )


def end_sessions(session: Session, user: User) -> None:
    """End every sign-in of a person."""
    session.execute(update(SignIn).where(SignIn.user_id == user.id, SignIn.ended_at.is_(None)).values(ended_at=now()))


def shorten(session: Session, user: User) -> None:
    """Let every sign-in of somebody who is to have other terms end soon unless it is used, when `note_use` holds it to
    those: of a rider's, which last for weeks, none is left lying about once they work for the city."""
    soon = now() + FORM_TIME
    session.execute(update(SignIn).where(SignIn.user_id == user.id, SignIn.idle_at > soon).values(idle_at=soon))


def end_links(session: Session, user: User) -> None:
    """End the link by which a person could set a password, if there is one."""
    mine = update(Invitation).where(Invitation.user_id == user.id, Invitation.ended_at.is_(None))
    session.execute(mine.values(ended_at=now()))


_SIGN_IN, _PERSON, _ROLE, _UNIT = names(SignIn), names(User), names(Membership), names(Unit)
_AT_PERSON = len(_SIGN_IN)
_AT_ROLE = _AT_PERSON + len(_PERSON)
_AT_UNIT = _AT_ROLE + len(_ROLE)
_WHOSE = (
    select(*columns(SignIn), *columns(User), *columns(Membership), *columns(Unit))
    .join(User, User.id == SignIn.user_id)
    .outerjoin(Membership, Membership.user_id == User.id)
    .outerjoin(Unit, Unit.id == Membership.unit_id)
    .where(SignIn.token_hash == bindparam("token_hash"), SignIn.ended_at.is_(None), User.disabled_at.is_(None))
    .where(SignIn.expires_at > bindparam("moment"), SignIn.idle_at > bindparam("moment"))
    .order_by(Membership.id)
)


def sign_in_of(session: Session, token: str) -> SignIn | None:
    """The sign-in that `token` stands for, with its person, memberships and their units; None where it ended, ran out,
    was not used for too long or never was, or where the person is disabled.

    Every request asks it, some twice: it is read past the unit of work, in half the time.
    """
    asked = {"token_hash": token_hash(token), "moment": now()}
    rows = [tuple(row) for row in session.connection().execute(_WHOSE, asked)]
    if not rows:
        return None
    roles = []
    for row in rows:
        if row[_AT_ROLE] is not None:
            unit = as_loaded(session, Unit, _UNIT, row[_AT_UNIT:])
            roles.append(as_loaded(session, Membership, _ROLE, row[_AT_ROLE:_AT_UNIT], unit=unit))
    person = as_loaded(session, User, _PERSON, rows[0][_AT_PERSON:_AT_ROLE], memberships=roles)
    return as_loaded(session, SignIn, _SIGN_IN, rows[0], user=person)


def user_for_token(session: Session, token: str) -> User | None:
    """Whose sign-in `token` stands for, as `sign_in_of` finds it."""
    found = sign_in_of(session, token)
    return found.user if found is not None else None


def nearly_over(row: SignIn) -> bool:
    """Whether so little of a sign-in's whole time is left that a form which is opened now might not be sent in it."""
    return row.expires_at - now() < min(FORM_TIME, (row.expires_at - row.created_at) / 4)


def why_over(session: Session, token: str) -> str | None:
    """Why nobody is signed in with `token` though nobody ended it: `idle`, not used for too long, or `whole`, its time
    is over or nearly so; None for all else."""
    unended = select(SignIn).where(SignIn.token_hash == token_hash(token), SignIn.ended_at.is_(None))
    row = session.scalars(unended).one_or_none()
    if row is None:
        return None
    return "whole" if nearly_over(row) else "idle" if row.idle_at is None or row.idle_at <= now() else None


def term_of(terms: SignIns, user: User, kind: str) -> Term:
    """How long a sign-in of this kind lasts for this person."""
    if kind == "cookie":
        return terms.staff if user.is_staff else terms.rider
    if user.is_staff:
        return terms.token
    # A rider's reports may wait on a phone for as long as its sign-in may rest.
    return Term(min(terms.token.whole, max(terms.token.idle, terms.rider.idle)), terms.token.whole)


def note_use(database: Database, row: SignIn, terms: SignIns) -> None:
    """Let a sign-in that was just used last for another idle time, in a transaction of its own, where that moves its
    end by minutes. One that ended meanwhile stays ended; none lasts longer than the terms of today say."""
    term, moment = term_of(terms, row.user, row.kind), now()
    end, latest = moment + term.idle, min(row.expires_at, row.created_at + term.whole)
    if row.idle_at is not None and abs(end - row.idle_at) < min(NOTED_EVERY, term.idle / 4):
        return
    live = (SignIn.id == row.id, SignIn.ended_at.is_(None), SignIn.idle_at > moment)
    with database.writing() as session:
        session.execute(update(SignIn).where(*live).values(idle_at=end, expires_at=latest))


def set_password(session: Session, user: User, password: str, *, strict: bool = True) -> None:
    """Give a person a new password; every sign-in and link ends and every device is forgotten. Raises Invalid.

    Hashes before it touches the database: call it before anything else in its transaction.
    """
    hold_password(password, user.username, strict=strict)
    hashed = hash_password(password)
    user.password_hash = hashed
    end_sessions(session, user)
    end_links(session, user)
    session.execute(delete(Device).where(Device.user_id == user.id))


def hold_password_of(database: Database, user_id: int, password: str, field: str) -> User:
    """Let a signed-in person prove that it is them. Returns them as they were then.

    Raises Invalid naming `field`, and TooMany after ten wrong passwords in a quarter of an hour. Opens its own short
    transactions: the hash takes time.
    """
    with database.reading() as session:
        user = session.get_one(User, user_id)
        throttle.hold(session, GUESSES_OF_OLD, str(user_id))
    if not verify_password(user.password_hash or NOBODYS_HASH, password):
        with database.writing() as session:
            throttle.count(session, GUESSES_OF_OLD, str(user_id))
        raise Invalid.field(field, "password.old_wrong")
    return user


def change_password(
    database: Database, token: str, user_id: int, old: str, new: str, *, strict: bool = True
) -> None:
    """Let a signed-in person give themselves a new password: every other sign-in of theirs ends, this one stays.

    Raises Invalid naming `old` or `new`, and TooMany after ten wrong old ones in a quarter of an hour. Opens its own
    short transactions: both hashes take time.
    """
    user = hold_password_of(database, user_id, old, "old")
    hold_password(new, user.username, field="new", strict=strict)
    hashed = hash_password(new)
    with database.writing() as session:
        mine = session.scalar(select(User).where(User.id == user_id).with_for_update())
        if mine is None or mine.password_hash != user.password_hash or user_for_token(session, token) is None:
            raise Unauthenticated
        mine.password_hash = hashed
        session.execute(
            update(SignIn)
            .where(SignIn.user_id == user_id, SignIn.ended_at.is_(None), SignIn.token_hash != token_hash(token))
            .values(ended_at=now())
        )
        session.execute(delete(Device).where(Device.user_id == user_id))


def disable(session: Session, user: User) -> None:
    """Shut a person out: they cannot sign in, and every sign-in ends, and the link to a new password with them."""
    user.disabled_at = user.disabled_at or now()
    end_sessions(session, user)
    end_links(session, user)


def enable(session: Session, user: User) -> None:
    """Let a disabled person sign in again."""
    user.disabled_at = None


def create_user(
    session: Session,
    username: str,
    name: str,
    password: str,
    memberships: Iterable[tuple[str, Unit]],
    locale: str = "zh",
    *,
    strict: bool = True,
) -> User:
    """Add a person who can sign in, with `memberships` as (role, unit). Raises Invalid naming what is wrong.

    Hashes before it touches the database: call it before anything else in its transaction.
    """
    username, name, memberships = spoken_name(username), name.strip(), list(memberships)
    errors: dict[str, tuple[str, dict[str, object]]] = {}
    if not USERNAME.fullmatch(username):
        errors["username"] = ("username.wrong", {})
    if not 1 <= len(name) <= 64 or not name.isprintable():
        errors["name"] = ("name.wrong", {"most": 64})
    if locale not in LOCALES:
        errors["locale"] = ("input.choice", {"expected": ", ".join(LOCALES)})
    if any(role not in ROLES for role, _ in memberships):
        errors["role"] = ("input.choice", {"expected": ", ".join(ROLES)})
    if errors:
        raise Invalid(errors)
    hold_password(password, username, strict=strict)
    hashed = hash_password(password)
    if session.scalar(select(User.id).where(User.username == username)) is not None:
        raise Invalid.field("username", "username.taken", username=username)
    user = User(username=username, name=name, locale=locale, password_hash=hashed, created_at=now())
    user.memberships = [Membership(role=role, unit=unit) for role, unit in dict.fromkeys(memberships)]
    add_account(session, user)
    return user


def add_account(session: Session, user: User) -> None:
    """Store a new person with a username. Raises Invalid where somebody else was faster with that name."""
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError as error:
        if session.scalar(select(User.id).where(User.username == user.username)) is None:
            raise
        raise Invalid.field("username", "username.taken", username=user.username) from error


def prune(session: Session) -> int:
    """Delete the sign-ins that ended or ran out over thirty days ago; returns how many."""
    before = now() - timedelta(days=30)
    gone = delete(SignIn).where((SignIn.ended_at < before) | (SignIn.expires_at < before) | (SignIn.idle_at < before))
    return int(session.execute(gone).rowcount)  # type: ignore[attr-defined]


def spoken_name(username: str) -> str:
    """A username as it is compared and stored: without spaces around it, in lower case, full-width letters narrow."""
    return unicodedata.normalize("NFKC", username).strip().lower()


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
