"""A person's address for mail: theirs and the administrators' to see, never a department's."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from models.people import User
from workflow.errors import Invalid

LONGEST = 254
LONGEST_LOCAL = 64  # RFC 5321, 4.5.3.1
LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def address(text: str) -> str | None:
    """An address as it is stored, its domain in lower case and ASCII; None for a blank. Raises Invalid.

    Quoted local parts, comments and addresses of numbers are refused: hardly anybody has one.
    """
    text = text.strip()
    if not text:
        return None
    local, _, domain = text.rpartition("@")
    try:
        domain = domain.encode("idna").decode().lower()
    except UnicodeError:
        domain = ""
    labels = domain.split(".")
    right = len(labels) > 1 and all(LABEL.fullmatch(each) for each in labels) and not labels[-1].isdigit()
    right = right and LOCAL.fullmatch(local) is not None and len(local) <= LONGEST_LOCAL
    if not right or len(local) + 1 + len(domain) > LONGEST:
        raise Invalid.field("email", "email.wrong")
    return f"{local}@{domain}"


def set_address(session: Session, person: User, text: str | None) -> None:
    """Give a person another address, or none. What was refused at the old one is forgotten. Raises Invalid."""
    email = address(text or "")
    if email != person.email:
        person.email_refused = None
    person.email = email
    session.flush()
