"""Taking a report in by one policy, whichever way it was sent: over the API, by a rider's form or by a clerk's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models import Ticket, User
from web.api import idempotency
from web.api.schemas.incoming import ReportIn
from web.context import actor, keys, reading, writing
from workflow import throttle
from workflow.city_settings import city, governance
from workflow.errors import Invalid
from workflow.report.opening import NewReport, open_report
from workflow.riders import rider_of_phone

ONCE = "once"
"""The hidden field of a form that is sent once: a key made with the page."""


@dataclass(frozen=True)
class Taken:
    """What became of a form: the number of its report. `other`: the form had been sent before with other content, and
    nothing was opened now."""

    number: str
    other: bool = False


def open_sent(session: Session, person: User, body: ReportIn, photos: Sequence[str]) -> Ticket:
    """Open the report that `person` sends, for themselves or on behalf of a rider; `photos` are ids of their uploads.

    Raises Forbidden, TooMany and Invalid. The caller commits.
    """
    # Of clerks who enter reports too: a number's ticket says whose it is, and nobody shall look up many.
    if not city(session).demo:
        most = governance(session, "reports_per_hour")
        throttle.count(session, throttle.Limit("reports", most, 60), str(person.id))
    reporter = None
    if body.on_behalf_of is not None:
        whose = body.on_behalf_of
        reporter = rider_of_phone(session, keys().phones, whose.phone, whose.name, field="on_behalf_of.phone")
    new = NewReport(
        category=body.category,
        description=body.description,
        latitude=body.latitude,
        longitude=body.longitude,
        datum=body.datum,
        accuracy_m=body.accuracy_m,
        address=body.address,
        taken_at=body.taken_at,
        anonymous=body.anonymous,
        photos=list(photos),
    )
    return open_report(session, person, new, reporter=reporter)


def taken_before(key: str | None, digest: str) -> Taken | None:
    """What became of the form with this key, where it was sent before. Raises Invalid for a key that is none."""
    if key is None or not idempotency.KEY.fullmatch(key):
        raise Invalid.field(ONCE, "input.key")
    return _taken(reading(), actor(), key, digest)


def take_once(body: ReportIn, photos: Sequence[str], key: str, digest: str) -> Taken:
    """Open a form's report, once for its key, however often and however fast it is sent.

    Raises what `open_sent` does, and Refused where the same form is still at work.
    """
    try:
        with writing() as (session, person):
            idempotency.claim(session, person, key, digest)
            ticket = open_sent(session, person, body, photos)
            session.flush()
            told = json.dumps({"number": ticket.number, "version": ticket.version})
            idempotency.give(session, person, key, 201, told)
            return Taken(ticket.number)
    except (idempotency.Answered, Invalid):
        found = _taken(reading(), actor(), key, digest)
        if found is None:
            raise
        return found


def _taken(session: Session, person: User, key: str, digest: str) -> Taken | None:
    row = idempotency.kept(session, person, key)
    return None if row is None else Taken(json.loads(row.body)["number"], other=row.request_hash != digest)
