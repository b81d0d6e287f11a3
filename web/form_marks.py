"""The mark in every form that says it came from a page that we made for this person.

It is made of who they are and not of the sign-in, so that a form that was open overnight, or waited in a queue, is
still good after they have signed in again. Where nobody is signed in there is none, and the Origin header alone
decides.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from flask import g

from models import User
from web.context import keys

FIELD = "csrf"
SALT_LETTERS = 8
PAGES = "pages"
"""The blueprint whose calls come from forms."""


def mark() -> str:
    """The mark for the forms of this request's person; blank where nobody is signed in."""
    person = g.get("actor")
    return mark_of(person) if person is not None else ""


def genuine(sent: str | None, person: User) -> bool:
    """Whether a form's mark is this person's."""
    if sent is None:
        return False
    return hmac.compare_digest(sent.encode(errors="replace"), mark_of(person, sent[:SALT_LETTERS]).encode())


def mark_of(person: User, salt: str | None = None) -> str:
    """40 hexadecimal digits that only this installation can make of a person. They differ in every page: what stands in
    all of somebody's compressed pages alike can be guessed by their length."""
    salt = secrets.token_hex(SALT_LETTERS // 2) if salt is None else salt
    made = hmac.new(keys().forms, f"{salt}:{person.id}".encode(errors="replace"), hashlib.sha256)
    return salt + made.hexdigest()[:32]
