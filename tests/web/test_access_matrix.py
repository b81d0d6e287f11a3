"""Who may call what on whose: every route, everybody, their own and another's, held against a written table."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
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
from models.database import database
from models.storage import Storage, open_storage
from tests import cast
from tests.cast import LOUFENG, PASSWORD, PEOPLE, a_report, fields, person, photo
from tests.web.conftest import People, Person, forget_throttles, picture, settings_for, signed_in, upload
from web.app import create_app
from workflow.engine import fire
from workflow.pictures import full_key, thumb_key

TABLE: dict[str, dict[str, dict[int, str]]] = yaml.safe_load(
    Path(__file__).with_name("access_matrix.yaml").read_text(encoding="utf-8")
)
EVERYBODY = {*PEOPLE, "nobody"}
PLACE = {"category": cast.RUBBISH, "latitude": LOUFENG[0], "longitude": LOUFENG[1]}


MARK = re.compile(r'name="csrf" value="[^"]+"')
SOMEBODYS = ("<number>", "<photo>", "<public_id>", "<int:notification>")
"""What in a path is somebody's own, and another's."""


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


@dataclass(frozen=True)
class House:
    """A database in which everybody is signed in and two reports lie apart, and where its pictures are."""

    file: Path
    folder: Path
    things: dict[str, Things]
    tokens: dict[str, str]


@pytest.fixture(scope="module")
def house(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("matrix")
    file = folder / "whistle.db"
    shutil.copyfile(sqlite_template, file)
    settings = settings_for(f"sqlite:///{file}", folder)
    database.connect(settings.database_url)
    with database.writing() as session:
        storage = open_storage(settings.storage_url)
        things = {
            "here": report(session, storage, "alice", "loufeng", "enforcement", "market"),
            "there": report(session, storage, "bob", "weiting", "municipal", ""),
        }
    tokens = {name: signed_in(name) for name in PEOPLE}
    database.engine.dispose()
    return House(file, folder, things, tokens)


@pytest.fixture
def people(house: House, tmp_path: Path) -> Iterator[People]:
    """Everybody, before an application over this test's own copy of the house."""
    copy = tmp_path / "whistle.db"
    shutil.copyfile(house.file, copy)
    database.connect(f"sqlite:///{copy}")
    yield People(create_app(settings_for(f"sqlite:///{copy}", house.folder)), house.tokens)
    database.engine.dispose()


def ask(route: str, who: Person, thing: Things) -> Any:
    """The call as its caller would rightly make it."""
    method, path = route.split(" ")
    named = "upload" if path.endswith("/uploads/<photo>") else "photo"
    for name, value in (
        ("<number>", thing.number),
        ("<photo>", getattr(thing, named)),
        ("<public_id>", thing.public_id),
        ("<name>", "comment"),
        ("<int:notification>", str(thing.notification)),
        ("<mark>", "000000000000"),
        ("<path:filename>", "docs.css"),
        ("<code>", "loufeng" if "/units/" in path else "06010"),
        ("<int:year>", "2026"),
        ("<int:number>", "1"),
        ("<int:row>", "999999"),
        ("<any(day,month):code>", "day"),
        ("<any(name,disable,enable,reset,add_role,remove_role):what>", "name"),
        ("<token>", "x" * 43),
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
        "POST /sign-in": {"data": {"username": who.username or "alice", "password": PASSWORD}},
        "POST /language": {"data": {"language": "zh"}},
        "POST /theme": {"data": {"theme": "dark"}},
        "POST /account/password": {"data": {"old": PASSWORD, "new": "a longer one", "again": "a longer one"}},
        "POST /inbox/read": {"data": {"newest": "0"}},
        "POST /tickets/<number>/transitions/<name>": {"data": {"note": "看过了"}},
        "POST /report": {"data": {**PLACE, "once": "form-of-the-matrix"}},
        "POST /desk/entry": {"data": {**PLACE, "once": "form-of-the-matrix", "phone": "13800138000"}},
        "POST /admin/calendar": {"data": {"step": "import", "days": "date,workday,name\n2027-01-01,no,元旦\n"}},
        "POST /admin/categories/<code>": {
            "data": {
                "limit_minutes": "240", "limit_counts": "working", "points": "10", "department": "enforcement",
                "active": "1",
            }
        },
        "POST /admin/people/new": {
            "data": {"username": "newcomer", "name": "新人", "locale": "zh", "role": "clerk", "unit": "weiting"}
        },
        "POST /admin/people/<int:number>/<any(name,disable,enable,reset,add_role,remove_role):what>": {
            "data": {"name": "Alice", "locale": "zh"}
        },
        "POST /admin/look": {"data": {"number": thing.number, "reason": "有人投诉，核对身份"}},
        "POST /admin/limits/caps/<any(day,month):code>": {"data": {"cap.day": "45"}},
        "POST /admin/units/<code>": {"data": {"name_zh": "娄葑街道", "name_en": "Loufeng", "active": "1"}},
        "POST /welcome/<token>": {"data": {"new": "a longer one", "again": "a longer one"}},
        "GET /metrics": {"environ_base": {"REMOTE_ADDR": "10.0.0.9"}},
    }.get(route, {})
    return who.client.open(path, method=method, headers=who.headers | {"Origin": "http://localhost"}, **how)


def test_every_route_stands_in_the_table_and_nothing_else(site: Flask) -> None:
    routes = {
        f"{method} {rule.rule}" for rule in site.url_map.iter_rules() for method in (rule.methods or set()) - {"HEAD"}
    }
    assert routes == set(TABLE)


@pytest.mark.parametrize("route", TABLE)
def test_the_table_names_everybody_once(route: str) -> None:
    about_something = any(each in route for each in SOMEBODYS) or route.endswith("notifications/read")
    assert set(TABLE[route]) == ({"here", "there"} if about_something else {"once"})
    for cells in TABLE[route].values():
        named = [name for names in cells.values() for name in names.split()]
        assert sorted(named) == sorted(EVERYBODY)


@pytest.mark.parametrize("route", TABLE)
def test_every_cell(route: str, people: People, house: House) -> None:
    wrong = []
    for whose, cells in TABLE[route].items():
        for status, names in cells.items():
            for name in names.split():
                if not route.startswith("GET "):
                    forget_throttles(database)
                who: Person = getattr(people, name)
                told = ask(route, who, house.things.get(whose, house.things["here"]))
                if told.status_code != status:
                    wrong.append(f"{name} {whose}: {told.status_code} instead of {status}: {told.text[:200]}")
                if told.status_code == 404:
                    unknown = ask(route, who, UNKNOWN)
                    if (without_names(told), without_id(told)) != (without_names(unknown), without_id(unknown)):
                        wrong.append(f"{name} {whose}: told apart from unknown: {told.text} / {unknown.text}")
    assert not wrong, "\n".join(wrong)


def without_names(answer: Any) -> str:
    """A page but for the address that was asked for, which its menu leads back to, and for its forms' marks."""
    text: str = answer.text
    if answer.mimetype != "text/html":
        return text
    back = re.search(r'name="back" value="([^"]*)"', text)
    return MARK.sub("", text.replace(back[1], "") if back and len(back[1]) > 1 else text)


def without_id(answer: Any) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in answer.headers if name not in ("X-Request-ID", "Content-Length"))


def test_what_a_route_declares_is_granted_to_somebody(site: Flask) -> None:
    from web.action import PUBLIC, action_of
    from workflow.access import ACTIONS

    declared = {action_of(view) for view in site.view_functions.values()}
    assert declared - {PUBLIC} <= set(ACTIONS)


def test_the_tickets_of_the_table_lie_apart(people: People) -> None:
    with database.reading() as session:
        rows = session.scalars(select(Ticket).order_by(Ticket.id)).all()
        assert [(row.unit.code, row.department and row.department.code) for row in rows] == [
            ("loufeng", "enforcement"),
            ("weiting", "municipal"),
        ]
