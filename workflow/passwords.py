"""Passwords: what a new one must be, and the slow hash that is stored of it."""

from __future__ import annotations

import os
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from workflow.common_passwords import is_common
from workflow.errors import Invalid

HASHER = PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1)
"""Argon2id with OWASP's 19 MiB and one pass more than its two: 44 to 54 ms on one core of a small server."""
NOBODYS_HASH = "$argon2id$v=19$m=19456,t=3,p=1$ZqGmykS/pkfY56gvxkub5g$j8SOOtlvUh24IxLVi4+n5oeEZxmbuTmbprF8x65gpS8"
"""Of 32 random bytes that were never kept: verified for unknown names, so that they cost the same time."""
HASHING = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))
"""More hashes at once than cores finish no sooner, and each takes 19 MiB."""

PASSWORD_LENGTH = 10
PASSWORD_LONGEST = 256


def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    with HASHING:
        return HASHER.hash(password.encode(errors="replace"))


def hold_password(password: str, username: str | None = None, *, field: str = "password", strict: bool = True) -> None:
    """Raise Invalid where a new password is too weak: shorter than ten characters, longer than 256, of three letters,
    the username, or one that others have. Nothing is asked of what it is made of.

    `strict=False`, outside production only, asks for nothing but one character.
    """
    if not password or (strict and len(password) < PASSWORD_LENGTH):
        raise Invalid.field(field, "password.too_short", least=PASSWORD_LENGTH if strict else 1)
    if len(password) > PASSWORD_LONGEST:
        raise Invalid.field(field, "password.too_long", most=PASSWORD_LONGEST)
    if strict and (len(set(password)) < 4 or (username and password.lower() == username)):
        raise Invalid.field(field, "password.too_simple")
    if strict and is_common(password, username):
        raise Invalid.field(field, "password.common")


def verify_password(password_hash: str, password: str) -> bool:
    """Whether the hash is that of the password."""
    with HASHING:
        try:
            return HASHER.verify(password_hash, password.encode(errors="replace"))
        except (VerificationError, InvalidHashError):
            return False
