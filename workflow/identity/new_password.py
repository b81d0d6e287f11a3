"""A new password for somebody, by themselves or by a link, and what ends with the old one."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models import Device, User
from models import Session as SignIn
from models.clock import now
from models.database import Database
from workflow import throttle
from workflow.errors import Invalid, Unauthenticated
from workflow.identity.accounts import end_links
from workflow.identity.sign_ins import end_sessions, token_hash, user_for_token
from workflow.passwords import NOBODYS_HASH, hash_password, hold_password, verify_password

GUESSES_OF_OLD = throttle.Limit("old-password", 10, 15)


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
    with database.writing() as session:
        throttle.count(session, GUESSES_OF_OLD, str(user_id))
    if not verify_password(user.password_hash or NOBODYS_HASH, password):
        raise Invalid.field(field, "password.old_wrong")
    with database.writing() as session:
        throttle.give_back(session, GUESSES_OF_OLD, str(user_id))
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
