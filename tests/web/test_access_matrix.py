"""Who may call what on whose: every route, everybody, their own and another's, held against a written table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Notification, Photo, Ticket, Unit
from models.clock import now
from models.database import Database
from models.storage import Storage
from tests import cast
from tests.cast import LOUFENG, PASSWORD, PEOPLE, a_report, fields, person, photo
from tests.web.conftest import People, Person, forget_throttles, picture, upload
from workflow.engine import fire
from workflow.pictures import full_key, thumb_key

TABLE: dict[str, dict[str, dict[int, str]]] = yaml.safe_load(
    Path(__file__).with_name("access_matrix.yaml").read_text(encoding="utf-8")
)
EVERYBODY = {*PEOPLE, "nobody"}
PLACE = {"category": cast.RUBBISH, "latitude": LOUFENG[0], "longitude": LOUFENG[1]}


@dataclass(frozen=True)
class Things:
    """What a path may name: of one report, or of none that there is."""

    number: str
    photo: str
    upload: str
    public_id: str
    notification: int


UNKNOWN = Things("SIP-26-999999", "nosuchphoto", "nosuchphoto", "nosuchticket", 999_999)


def report(session: Session, storage: Storage, rider: str, street: str, department: str, assisting: str) -> Things:
    """An assigned report with a picture, an unused upload of its reporter's and a line in their inbox."""
    reporter = person(session, rider)
    shown, unused = photo(session, reporter), photo(session, reporter)
    ticket = a_report(session, rider, photos=[shown])
    ticket.unit = session.scalars(select(Unit).where(Unit.code == street)).one()
    session.flush()
    clerk = person(session, "cleo")
    fire(ticket, "triage", actor=clerk, **fields(session, "triage"))
    fire(ticket, "assign", actor=clerk, department=department, assisting=[assisting] if assisting else [])
    line = Notification(
        user_id=reporter.id, cause="matrix", key="join.own", params={}, ticket_id=ticket.id, created_at=now()
    )
    session.add(line)
    session.flush()
    for row in session.scalars(select(Photo)):
        storage.put(full_key(row.storage_key), picture())
        storage.put(thumb_key(row.storage_key), picture(40, 30))
    return Things(ticket.number, shown, unused, ticket.public_id, line.id)


@pytest.fixture
def things(site: Flask, sqlite_db: Database) -> dict[str, Things]:
    storage = site.extensions["whistle_storage"]
    with sqlite_db.writing() as session:
        return {
            "here": report(session, storage, "alice", "loufeng", "enforcement", "market"),
            "there": report(session, storage, "bob", "weiting", "municipal", ""),
        }


def ask(route: str, who: Person, thing: Things) -> Any:
    """The call as its caller would rightly make it."""
    method, path = route.split(" ")
    named = "upload" if path.endswith("/uploads/<photo>") else "photo"
    for name, value in (
        ("<number>", thing.number),
        ("<photo>", getattr(thing, named)),
        ("<public_id>", thing.public_id),
        ("<name>", "comment"),
        ("<path:filename>", "docs.css"),
    ):
        path = path.replace(name, value)
    how: dict[str, Any] = {
        "POST /api/v1/tokens": {"json": {"username": who.username or "alice", "password": PASSWORD}},
        "POST /api/v1/uploads": upload(picture(8, 8)),
        "POST /api/v1/reports": {"json": PLACE},
        "POST /api/v1/tickets/<number>/transitions/<name>": {"json": {"note": "看过了"}},
        "POST /api/v1/tickets/<number>/photos": upload(picture(8, 8)),
        "POST /api/v1/notifications/read": {"json": {"ids": [thing.notification]}},
        "GET /api/v1/nearby": {
            "query_string": {"lat": str(LOUFENG[0]), "lng": str(LOUFENG[1]), "group": "rubbish"}
        },
        "GET /metrics": {"environ_base": {"REMOTE_ADDR": "10.0.0.9"}},
    }.get(route, {})
    return who.client.open(path, method=method, headers=who.headers, **how)


def test_every_route_stands_in_the_table_and_nothing_else(site: Flask) -> None:
    routes = {
        f"{method} {rule.rule}" for rule in site.url_map.iter_rules() for method in (rule.methods or set()) - {"HEAD"}
    }
    assert routes == set(TABLE)


@pytest.mark.parametrize("route", TABLE)
def test_the_table_names_everybody_once(route: str) -> None:
    about_something = "<" in route.replace("<path:filename>", "") or route.endswith("notifications/read")
    assert set(TABLE[route]) == ({"here", "there"} if about_something else {"once"})
    for cells in TABLE[route].values():
        named = [name for names in cells.values() for name in names.split()]
        assert sorted(named) == sorted(EVERYBODY)


@pytest.mark.parametrize("route", TABLE)
def test_every_cell(route: str, site: Flask, crowd: People, sqlite_db: Database, things: dict[str, Things]) -> None:
    wrong = []
    for whose, cells in TABLE[route].items():
        for status, names in cells.items():
            for name in names.split():
                forget_throttles(sqlite_db)
                who: Person = getattr(crowd, name)
                told = ask(route, who, things.get(whose, things["here"]))
                if told.status_code != status:
                    wrong.append(f"{name} {whose}: {told.status_code} instead of {status}: {told.text[:200]}")
                if told.status_code == 404:
                    unknown = ask(route, who, UNKNOWN)
                    if (told.data, without_id(told)) != (unknown.data, without_id(unknown)):
                        wrong.append(f"{name} {whose}: told apart from unknown: {told.text} / {unknown.text}")
    assert not wrong, "\n".join(wrong)


def without_id(answer: Any) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in answer.headers if name != "X-Request-ID")


def test_what_a_route_declares_is_granted_to_somebody(site: Flask) -> None:
    from web.action import PUBLIC, action_of
    from workflow.access import ACTIONS

    declared = {action_of(view) for view in site.view_functions.values()}
    assert declared - {PUBLIC} <= set(ACTIONS)


def test_the_tickets_of_the_table_lie_apart(sqlite_db: Database, things: dict[str, Things]) -> None:
    with sqlite_db.reading() as session:
        rows = session.scalars(select(Ticket).order_by(Ticket.id)).all()
        assert [(row.unit.code, row.department and row.department.code) for row in rows] == [
            ("loufeng", "enforcement"),
            ("weiting", "municipal"),
        ]
