"""The application over this test's own database, and people who ask it."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import delete, select

from config import Settings
from config.sign_ins import SignIns
from models import Session as SignIn
from models import Throttle, User
from models.clock import now
from models.database import Database, database
from models.storage import open_storage
from stage import cast
from web.app import create_app
from workflow.identity.sign_ins import term_of, token_hash

MakeApp = Callable[..., Flask]


class Compiled(BytecodeCache):
    """Templates compiled once a process: every test makes an application of its own, which would compile them anew."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Compiled()}


def settings_for(database_url: str, folder: Path, **environ: str) -> Settings:
    """The settings of a house of this test's own."""
    return Settings.load(
        {"DATA_DIR": str(folder / "var"), "DATABASE_URL": database_url, "SECRET_KEY": "s" * 40, **environ}
    )


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("application")
    return create_app(settings_for(f"sqlite:///{folder}/none.db", folder))


def moved_to(app: Flask, settings: Settings) -> Flask:
    """The one application in another house: to make one takes longer than most tests."""
    app.extensions.update(whistle_settings=settings, whistle_storage=open_storage(settings.storage_url))
    return app


@pytest.fixture
def app(made_once: Flask, db: Database, city_url: str, tmp_path: Path) -> Flask:
    """The application, on both databases."""
    return moved_to(made_once, settings_for(city_url, tmp_path))


@pytest.fixture
def sqlite_db(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """SQLite alone: for what is the web's and not the database's."""
    file = tmp_path / "whistle.db"
    shutil.copyfile(sqlite_template, file)
    database.connect(f"sqlite:///{file}")
    yield database
    database.engine.dispose()


@pytest.fixture
def make_app(sqlite_db: Database, tmp_path: Path) -> MakeApp:
    """Makes an application on SQLite with settings of one's own."""

    def make(**environ: str) -> Flask:
        return create_app(settings_for(str(sqlite_db.engine.url), tmp_path, **environ))

    return make


@pytest.fixture
def site(made_once: Flask, sqlite_db: Database, tmp_path: Path) -> Flask:
    """The application, on SQLite alone."""
    return moved_to(made_once, settings_for(str(sqlite_db.engine.url), tmp_path))


def number_of(db: Database, state: str = "submitted", rider: str = "alice", **about: Any) -> str:
    """A ticket's, that came to `state` by the usual way."""
    with db.writing() as session:
        return cast.a_ticket(session, state, rider, **about).number


def signed_in(username: str, kind: str = "bearer") -> str:
    """A token, as a sign-in leaves it, without the time that a password's hash takes."""
    token = secrets.token_urlsafe(32)
    with database.writing() as session:
        who = session.scalars(select(User).where(User.username == username)).one()
        term, moment = term_of(SignIns(), who, kind), now()
        row = SignIn(token_hash=token_hash(token), user_id=who.id, kind=kind, created_at=moment)
        row.expires_at, row.idle_at = moment + term.whole, moment + term.idle
        session.add(row)
    return token


class Person:
    """Somebody with a bearer token: `alice.get("/tickets")` asks `/api/v1/tickets`."""

    def __init__(self, app: Flask, username: str | None, locale: str = "en", token: str | None = None) -> None:
        self.client: FlaskClient = app.test_client(use_cookies=False)
        self.username = username
        self.headers = {"Accept-Language": locale}
        if username is not None:
            self.headers["Authorization"] = f"Bearer {token or signed_in(username)}"

    def ask(self, method: str, path: str, **how: Any) -> Any:
        """One request; `headers` add to the person's own."""
        headers = self.headers | how.pop("headers", {})
        whole = path if path.startswith(("/api", "/healthz", "/readyz", "/metrics")) else f"/api/v1{path}"
        return self.client.open(whole, method=method, headers=headers, **how)

    def get(self, path: str, **how: Any) -> Any:
        return self.ask("GET", path, **how)

    def post(self, path: str, json: Any = None, **how: Any) -> Any:
        if json is not None:
            how["json"] = json
        return self.ask("POST", path, **how)

    def delete(self, path: str, **how: Any) -> Any:
        return self.ask("DELETE", path, **how)

    def report(self, **fields: Any) -> dict[str, Any]:
        """A report of theirs, sent over HTTP."""
        values = {"category": cast.RUBBISH, "latitude": cast.LOUFENG[0], "longitude": cast.LOUFENG[1]} | fields
        answer = self.post("/reports", values)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json
        return told

    def move(self, number: str, name: str, how: dict[str, Any] | None = None, **fields: Any) -> Any:
        return self.post(f"/tickets/{number}/transitions/{name}", fields, **(how or {}))


class People:
    """Whoever is asked for by name, signed in once."""

    def __init__(self, app: Flask, tokens: Mapping[str, str] | None = None) -> None:
        self.app = app
        self._tokens = tokens or {}
        self._known: dict[str | None, Person] = {}

    def __getattr__(self, name: str) -> Person:
        if name.startswith("_"):
            raise AttributeError(name)
        username = None if name == "nobody" else name
        if name not in self._known:
            self._known[name] = Person(self.app, username, token=self._tokens.get(name))
        return self._known[name]


@pytest.fixture
def people(app: Flask) -> People:
    return People(app)


@pytest.fixture
def crowd(site: Flask) -> People:
    """People of the application on SQLite alone."""
    return People(site)


def forget_throttles(db: Database) -> None:
    """As if the windows were over."""
    with db.writing() as session:
        session.execute(delete(Throttle))
