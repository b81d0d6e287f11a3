"""Who may call what on whose: every route, everybody, their own and another's, held against a written table."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from models import Ticket
from models.clock import moved, now
from models.database import database
from models.storage import open_storage
from stage.access_matrix import (
    EVERYBODY,
    SOMEBODYS,
    TABLE,
    UNKNOWN,
    Things,
    ask,
    hire_disabled,
    report,
    without_id,
    without_names,
)
from stage.cast import PEOPLE
from tests.web.conftest import People, Person, forget_throttles, settings_for, signed_in
from web.app import create_app


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
        hire_disabled(session)
    tokens = {name: signed_in(name) for name in (*PEOPLE, "disabled")}
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
    with moved(now()):  # a page that tells how long something has waited would tell two readings of it apart
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
