"""Sign-ins as rows in the database, with hashes of tokens alone: whose they are, how long they last, what ends them."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from config.sign_ins import SignIns, Term
from models import Membership, Unit, User
from models import Session as SignIn
from models.clock import now
from models.database import Database
from models.loaded import as_loaded, columns, names

NOTED_EVERY = timedelta(minutes=5)
"""A use is noted so often at most: else each page would write."""
FORM_TIME = timedelta(hours=1)
"""Whoever is given a form has this long to send it before the sign-in is over."""


def token_hash(token: str) -> str:
    """What is stored of a token: 64 hexadecimal digits. Its 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


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


def prune(session: Session) -> int:
    """Delete the sign-ins that ended or ran out over thirty days ago; returns how many."""
    before = now() - timedelta(days=30)
    gone = delete(SignIn).where((SignIn.ended_at < before) | (SignIn.expires_at < before) | (SignIn.idle_at < before))
    return int(session.execute(gone).rowcount)  # type: ignore[attr-defined]
