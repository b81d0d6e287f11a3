"""Sending a report."""

from __future__ import annotations

import json
from typing import Any

from flask import Response
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from models import User
from web import pictures
from web.action import action
from web.api import idempotency
from web.api.answers import written
from web.api.blueprint import PREFIX, api
from web.api.operation import operation
from web.api.schemas.incoming import ReportIn
from web.api.schemas.outgoing import TicketOut
from web.api.tickets import shown_to
from web.context import actor, reading, storage, writing
from web.reporting import open_sent
from workflow.errors import Forbidden
from workflow.photos import Rendered
from workflow.pictures import keep, stored


@api.post("/reports")
@action("report.create")
@operation(
    "report_create",
    json=ReportIn,
    form=ReportIn,
    files="photos",
    headers=(idempotency.HEADER,),
    answers={201: TicketOut},
    answer_headers=("ETag", "Location"),
    problems=(403, 409, 429),
)
def create_report(body: ReportIn, files: list[FileStorage]) -> Response:
    person = actor()
    if body.on_behalf_of is not None and not person.has_role("clerk"):
        raise Forbidden
    key = idempotency.key_of_request()
    digest = idempotency.fingerprint(body.model_dump(mode="json"), pictures.digests(files)) if key else ""
    # Asked before pictures are made; without any, whoever takes the key is told as soon.
    if key and files and (earlier := idempotency.before(reading(), person, key, digest)):
        return earlier
    rendered = pictures.render(files)
    try:
        with stored(storage(), rendered) as files_kept, writing() as (session, person):
            if key:
                idempotency.claim(session, person, key, digest)
            shown = _open(session, person, body, rendered, files_kept)
            text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
            if key:
                idempotency.give(session, person, key, 201, text)
    except idempotency.Answered as answered:
        return answered.response
    return written(text, 201, etag=shown["version"], location=f"{PREFIX}/tickets/{shown['number']}")


def _open(
    session: Session, person: User, body: ReportIn, rendered: list[Rendered], files_kept: list[str]
) -> dict[str, Any]:
    rows = keep(session, person, rendered, files_kept)
    ticket = open_sent(session, person, body, [*body.photos, *(row.public_id for row in rows)])
    return shown_to(session, person, ticket)
