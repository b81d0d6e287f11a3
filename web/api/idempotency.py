"""The first answer given again: phones stay offline, and a report that was sent twice is one report.

The answer lies in the same transaction as what it answers: either both are there or neither.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from flask import Response, request
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models import Answer, User
from models.base import canonical
from models.clock import now
from models.upsert import insert_missing
from web.api.answers import written
from web.api.blueprint import PREFIX
from workflow.errors import Invalid, Refused

KEY = re.compile(r"[\x21-\x7e]{1,200}")
HEADER = "Idempotency-Key"
LOCK_TIMEOUT = "55P03"
_GIVE = update(Answer).where(Answer.user_id == bindparam("person"), Answer.key == bindparam("of"))


class Answered(Exception):
    """The request was answered before, by whoever came first."""

    def __init__(self, response: Response) -> None:
        super().__init__("answered before")
        self.response = response


def key_of_request() -> str | None:
    """The request's key; a blank one counts as missing. Raises Invalid for one that is too long or not plain ASCII."""
    key = request.headers.get(HEADER, "").strip() or None
    if key is not None and not KEY.fullmatch(key):
        raise Invalid.field(HEADER, "input.key")
    return key


def fingerprint(fields: dict[str, Any], digests: list[str]) -> str:
    """The SHA-256 of a request's fields and pictures, in hexadecimal."""
    return hashlib.sha256(canonical([fields, digests]).encode()).hexdigest()


def before(session: Session, person: User, key: str, digest: str) -> Response | None:
    """The answer given before to the same request. Raises Invalid where the key was used for another."""
    row = kept(session, person, key)
    if row is None:
        return None
    if row.request_hash != digest:
        raise Invalid.field(HEADER, "input.key_used")
    return again(row)


def kept(session: Session, person: User, key: str) -> Answer | None:
    """The row of a key that was answered."""
    return session.scalar(select(Answer).where(Answer.user_id == person.id, Answer.key == key))


def claim(session: Session, person: User, key: str, digest: str) -> None:
    """Take the key for this transaction, waiting for another that has it.

    Raises Answered where that one answered, Refused where it is still at work, Invalid where it was another request.
    """
    try:
        fresh = insert_missing(
            session,
            Answer,
            user_id=person.id,
            key=key,
            request_hash=digest,
            status=0,
            body="",
            created_at=now(),
        )
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == LOCK_TIMEOUT:
            raise Refused("problem.in_work") from None
        raise
    if not fresh:
        response = before(session, person, key, digest)
        raise Refused("problem.in_work") if response is None else Answered(response)


def give(session: Session, person: User, key: str, status: int, body: str) -> None:
    """Keep the answer with what it answers."""
    session.connection().execute(_GIVE, {"person": person.id, "of": key, "status": status, "body": body})


def again(row: Answer) -> Response:
    """The kept answer, with the headers that it had."""
    told = json.loads(row.body)
    return written(row.body, row.status, etag=told["version"], location=f"{PREFIX}/tickets/{told['number']}")
