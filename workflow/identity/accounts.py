"""People's accounts: new ones, their names, and who is shut out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Invitation, Membership, Unit, User
from models.clock import now
from models.people import ROLES
from workflow.errors import Invalid
from workflow.identity.sign_ins import end_sessions
from workflow.passwords import hash_password, hold_password
from workflow.say import LOCALES

USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")


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


def disable(session: Session, user: User) -> None:
    """Shut a person out: they cannot sign in, and every sign-in ends, and the link to a new password with them."""
    user.disabled_at = user.disabled_at or now()
    end_sessions(session, user)
    end_links(session, user)


def enable(session: Session, user: User) -> None:
    """Let a disabled person sign in again."""
    user.disabled_at = None


def end_links(session: Session, user: User) -> None:
    """End the link by which a person could set a password, if there is one."""
    mine = update(Invitation).where(Invitation.user_id == user.id, Invitation.ended_at.is_(None))
    session.execute(mine.values(ended_at=now()))


def spoken_name(username: str) -> str:
    """A username as it is compared and stored: without spaces around it, in lower case, full-width letters narrow."""
    return unicodedata.normalize("NFKC", username).strip().lower()
