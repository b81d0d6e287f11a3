"""schemathesis asks what the document says may be asked, and what it says may not, as every kind of person.

No answer is a server's error, every status, header, content type and body is as documented, and what breaks the schema
is refused. The same requests come every time.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core import NOT_SET
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import delete, select, update

from models import Category, Notification, Photo, Rule, Session, Throttle, Ticket
from models.clock import now
from models.database import database
from stage.access_matrix import TABLE
from stage.cast import STEPS, a_ticket, person
from stage.photos import picture
from tests.web.conftest import settings_for, signed_in
from tests.web.test_openapi import UNDOCUMENTED
from web.app import create_app

PEOPLE = ("alice", "carol", "erin", "ada", None)
CONFORMANCE = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = {GenerationMode.POSITIVE: 20, GenerationMode.NEGATIVE: 12}
PROBES = ("GET /healthz", "GET /readyz", "GET /metrics")
"""Whatever asks them is answered, and "not ready" is an answer."""
UNBREAKABLE = (*PROBES, "GET /api/v1/categories")
"""There is nothing in such a request that could be wrong."""
ITSELF = "GET /api/v1/openapi.json"
OPERATIONS = [
    route
    for route in TABLE
    if route != ITSELF and (route in PROBES or "/api/" in route) and route.split(" ")[1] not in UNDOCUMENTED
]
CASES = [
    pytest.param(route, mode, id=f"{route} {mode.value}")
    for route in OPERATIONS
    for mode in EXAMPLES
    if mode is GenerationMode.POSITIVE or route not in UNBREAKABLE
]
FIXED = settings(
    database=None,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Known:
    """What there really is, so that some requests reach further than a 404."""

    app: Flask
    schema: Any
    tokens: dict[str, str]
    paths: dict[str, list[str]]
    fields: dict[str, list[Any]]
    operations: dict[str, APIOperation] = field(default_factory=dict)


@pytest.fixture(scope="module")
def known(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    folder = tmp_path_factory.mktemp("contract")
    shutil.copyfile(sqlite_template, folder / "whistle.db")
    url = f"sqlite:///{folder / 'whistle.db'}"
    database.connect(url)
    app = create_app(settings_for(url, folder))
    with database.writing() as session:
        session.execute(update(Rule).where(Rule.kind == "cap").values(active=False))
        tickets = [a_ticket(session, state) for state in STEPS] + [a_ticket(session, "submitted", "bob")]
        for number, ticket in enumerate(tickets):
            ticket.created_at = now()
            session.add(
                Notification(
                    user_id=person(session, "alice").id, cause=f"c{number}", key="join.own", params={},
                    ticket_id=ticket.id, created_at=now(),
                )
            )  # fmt: skip
        session.flush()
        photos = list(session.scalars(select(Photo.public_id)))
        paths = {
            "number": [ticket.number for ticket in session.scalars(select(Ticket))],
            "public_id": [ticket.public_id for ticket in session.scalars(select(Ticket))],
            "photo": photos,
            "name": ["triage", "assign", "accept", "resolve", "confirm", "comment", "merge", "reopen", "reject"],
        }
        fields: dict[str, list[Any]] = {
            "category": list(session.scalars(select(Category.code)))[:5],
            "department": ["enforcement", "market"],
            "into": paths["number"],
            "group": ["rubbish"],
            "unit": ["sip", "loufeng"],
            "near": ["31.305,120.655,500"],
            "taken_at": ["2026-11-20T08:00:00Z"],
            "latitude": [31.305],
            "longitude": [120.655],
            "ids": [[row] for row in session.scalars(select(Notification.id))],
        }
    tokens = {name: signed_in(name) for name in PEOPLE if name}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    found = Known(app, schema, tokens, paths, fields)
    for result in schema.get_all_operations():
        operation = result.ok()
        found.operations[f"{operation.method.upper()} {operation.path}"] = operation
    yield found
    database.engine.dispose()


def reach_further(case: Any, known: Known, data: st.DataObject) -> None:
    """Put things that there are into a right request, here and there."""
    for name in case.path_parameters or {}:
        if name in known.paths:
            case.path_parameters[name] = data.draw(st.sampled_from(known.paths[name]))
    if case.query:
        case.query.pop("cursor", None)
    for part in (case.query, case.body):
        if isinstance(part, dict):
            for name in sorted(part.keys() & known.fields.keys()):
                part[name] = data.draw(st.sampled_from(known.fields[name]))


@pytest.mark.parametrize(("route", "mode"), CASES)
def test_it_answers_as_documented(known: Known, route: str, mode: GenerationMode) -> None:
    operation = known.operations[route.replace("<", "{").replace(">", "}")]
    checks = [each for each in CONFORMANCE if route not in PROBES or each is not not_a_server_error]
    if mode is GenerationMode.NEGATIVE:
        checks.append(negative_data_rejection)

    @settings(FIXED, max_examples=EXAMPLES[mode])
    @given(case=operation.as_strategy(generation_mode=mode), who=st.sampled_from(PEOPLE), data=st.data())
    def ask(case: Any, who: str | None, data: st.DataObject) -> None:
        if mode is GenerationMode.POSITIVE and data.draw(st.booleans()):
            reach_further(case, known, data)
        forgive()
        headers = {"Authorization": f"Bearer {known.tokens[who]}"} if who else {}
        case.validate_response(case.call(headers=headers), checks=checks)

    ask()


def forgive() -> None:
    """Signing out and throttling are documented answers, but every later one would be theirs."""
    with database.writing() as session:
        session.execute(delete(Throttle))
        for row in session.scalars(select(Session).where(Session.ended_at.is_not(None))):
            row.ended_at = None


@schemathesis.hook
def map_body(_context: Any, body: Any) -> Any:
    """Real pictures among the random bytes of forms."""
    if isinstance(body, dict) and isinstance(body.get("photos"), list) and any(
        isinstance(each, bytes) for each in body["photos"]
    ):
        body["photos"] = [picture(16, 12) if len(each) % 2 == 0 else each for each in body["photos"]]
    return NOT_SET if body is NOT_SET else body
