"""Every error is problem+json that says what is wrong, in the reader's language; nothing gets a 500."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from psycopg import errors as postgres
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.database import database
from models.storage import StorageUnavailable
from stage.cast import LOUFENG
from stage.photos import picture, upload
from tests.web.conftest import People, settings_for
from web.action import public
from web.app import create_app


@pytest.fixture(scope="module")
def crowd(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """One application for all: what is refused changes nothing."""
    folder = tmp_path_factory.mktemp("problems")
    shutil.copyfile(sqlite_template, folder / "whistle.db")
    url = f"sqlite:///{folder / 'whistle.db'}"
    database.connect(url)
    yield People(create_app(settings_for(url, folder)))
    database.engine.dispose()


PLACE = {"category": "06010", "latitude": LOUFENG[0], "longitude": LOUFENG[1]}


def holds(answer: Any, status: int, *fields: str) -> dict[str, Any]:
    """The answer is a whole problem of this status about these fields."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    told: dict[str, Any] = answer.json
    assert told["status"] == status
    assert told["type"].startswith("urn:whistle:")
    assert told["title"]
    assert told["detail"]
    assert "Traceback" not in answer.text
    if status == 422:
        assert {each["field"] for each in told["errors"]} == set(fields), told
        assert all(each["message"] for each in told["errors"])
    else:
        assert "errors" not in told
    return told


def test_flasks_own_errors_are_problems(crowd: People) -> None:
    holds(crowd.alice.get("/no/such/thing"), 404)
    holds(crowd.nobody.get("/no/such/thing"), 404)
    refused = crowd.alice.ask("PATCH", "/me")
    holds(refused, 405)
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD"}
    holds(crowd.alice.ask("OPTIONS", "/me"), 405)
    holds(crowd.alice.get("/../../etc/passwd"), 404)
    holds(crowd.alice.get("//me"), 404)
    holds(crowd.alice.client.get("/static/../../wsgi.py"), 404)


def test_errors_speak_the_readers_language(crowd: People) -> None:
    def detail(language: str | None) -> str:
        person = crowd.alice
        headers = {key: value for key, value in person.headers.items() if key != "Accept-Language"}
        headers |= {"Accept-Language": language} if language else {}
        return str(person.client.get("/api/v1/tickets/SIP-26-000009", headers=headers).json["detail"])  # type: ignore[index]

    chinese, english = "没有找到，或您无权查看。", "Not found, or not yours to see."
    assert detail("en") == english
    assert detail("en-GB,en;q=0.9") == english
    assert detail("zh-CN,zh;q=0.9,en;q=0.8") == chinese
    assert detail("fr") == chinese
    assert detail(None) == chinese
    assert detail("\x01;q=,,;;") == chinese


def test_who_is_not_signed_in_is_told_so_before_all_else(crowd: People) -> None:
    for person, path in ((crowd.nobody, "/tickets"), (crowd.nobody, "/tickets/x"), (crowd.nobody, "/tickets?limit=0")):
        refused = person.get(path)
        holds(refused, 401)
        assert refused.headers["WWW-Authenticate"] == "Bearer"
    for header in ("Bearer", "Bearer ", "Bearer x", "Basic YTpi", "Bearer " + "x" * 5000, "bearer é"):
        holds(crowd.nobody.get("/me", headers={"Authorization": header}), 401)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[1,", b'{"a": }', b"\xff\xfe", b'{"a": "\xff"}', b"[" * 100_000, b'{"a":' * 50_000, b"1 2", b"\x00"],
)
def test_broken_json_is_400(crowd: People, body: bytes) -> None:
    holds(crowd.alice.ask("POST", "/reports", data=body, content_type="application/json"), 400)


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'"text"', b"true"])
def test_json_that_is_no_object_names_the_body(crowd: People, body: bytes) -> None:
    holds(crowd.alice.ask("POST", "/reports", data=body, content_type="application/json"), 422, "body")


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "application/x-www-form-urlencoded", "a/b/c;;"])
def test_other_content_types_are_415(crowd: People, kind: str) -> None:
    holds(crowd.alice.ask("POST", "/reports", data=b"{}", content_type=kind), 415)
    holds(crowd.alice.ask("POST", "/tokens", data=b"{}", content_type=kind), 415)
    holds(crowd.alice.ask("POST", "/uploads", data=b"{}", content_type=kind), 415)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b"no boundary here"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nunfinished"),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense\r\n\r\n--x--\r\n"),
    ],
)
def test_broken_multipart_is_400(crowd: People, kind: str, body: bytes) -> None:
    refused = crowd.alice.ask("POST", "/uploads", data=body, content_type=kind)
    assert refused.status_code in (400, 422)
    assert refused.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"latitude": "31.3"}, "latitude"),
        ({"latitude": True}, "latitude"),
        ({"latitude": [31.3]}, "latitude"),
        ({"latitude": 90.1}, "latitude"),
        ({"longitude": -181}, "longitude"),
        ({"latitude": None}, "latitude"),
        ({"latitude": "  "}, "latitude"),
        ({"datum": "WGS"}, "datum"),
        ({"accuracy_m": -1}, "accuracy_m"),
        ({"category": 6010}, "category"),
        ({"category": "99999"}, "category"),
        ({"category": " "}, "category"),
        ({"category": "0\x006010"}, "category"),
        ({"description": "x" * 2001}, "description"),
        ({"description": "a\x00b"}, "description"),
        ({"address": "y" * 201}, "address"),
        ({"taken_at": "yesterday"}, "taken_at"),
        ({"taken_at": "2026-11-22"}, "taken_at"),
        ({"taken_at": "2026-11-22T08:00:00"}, "taken_at"),
        ({"taken_at": "0001-01-01T00:00:00+14:00"}, "taken_at"),
        ({"taken_at": 1700000000}, "taken_at"),
        ({"taken_at": "2199-01-01T00:00:00Z"}, "taken_at"),
        ({"anonymous": "true"}, "anonymous"),
        ({"anonymous": 1}, "anonymous"),
        ({"photos": "abc"}, "photos"),
        ({"photos": ["../../etc"]}, "photos.0"),
        ({"photos": ["nosuchphoto"]}, "photos"),
        ({"photos": ["x"] * 10}, "photos"),
        ({"colour": "red"}, "colour"),
        ({"number": "SIP-26-000001"}, "number"),
        ({"__proto__": {}}, "__proto__"),
    ],
)
def test_a_wrong_field_is_named(crowd: People, fields: dict[str, Any], named: str) -> None:
    names = {named}
    if fields.get("category") == " ":
        names = {"category", "description"}
    holds(crowd.alice.post("/reports", PLACE | fields), 422, *names)
    assert crowd.alice.get("/tickets").json["items"] == []


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        (b'{"category":"06010","latitude":NaN,"longitude":120.6}', "latitude"),
        (b'{"category":"06010","latitude":Infinity,"longitude":120.6}', "latitude"),
        (b'{"category":"06010","latitude":1e999,"longitude":120.6}', "latitude"),
        (b'{"category":"06010","latitude":' + b"9" * 5000 + b',"longitude":120.6}', "latitude"),
        (b'{"category":"06010","latitude":' + b"9" * 300 + b',"longitude":120.6}', "latitude"),
        (b'{"category":"06010","latitude":31.3,"longitude":120.6,"description":"\\ud800"}', "description"),
        (b'{"category":"06010","latitude":31.3,"longitude":120.6,"\\udfff":1}', "body"),
    ],
)
def test_odd_json_names_the_field(crowd: People, raw: bytes, named: str) -> None:
    holds(crowd.alice.ask("POST", "/reports", data=raw, content_type="application/json"), 422, named)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("limit=1.5", "limit"),
        ("limit=1e1", "limit"),
        ("limit=5&limit=6", "limit"),
        ("limit=" + "9" * 500, "limit"),
        ("cursor=broken", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=AAAAAAAAAAAAAAAAAAAAAAAAWzFd", "cursor"),
        ("sort=created", "sort"),
        ("state=lost", "state"),
        ("state=new", "state"),
        ("unit=nowhere", "unit"),
        ("unit=enforcement", "unit"),
        ("department=loufeng", "department"),
        ("category=00000", "category"),
        ("overdue=perhaps", "overdue"),
        ("near=31.3,120.6", "near"),
        ("near=31.3,120.6,0", "near"),
        ("near=91,120.6,10", "near"),
        ("near=31.3,120.6,nan", "near"),
        ("near=31.3,120.6,1e9", "near"),
        ("since=then", "since"),
        ("since=2026-02-30", "since"),
        ("until=2026-11-22T08:00:00", "until"),
        ("until=9999-12-31", "until"),
        ("q=" + "x" * 101, "q"),
        ("q=a%00b", "q"),
        ("page=2", "page"),
        ("state=lost&unit=nowhere", "state unit"),
    ],
)
def test_a_wrong_filter_is_named(crowd: People, query: str, named: str) -> None:
    holds(crowd.sam.get(f"/tickets?{query}"), 422, *named.split())


def test_too_much_is_413(crowd: People) -> None:
    holds(crowd.alice.post("/reports", PLACE | {"description": "x" * 2_000_000}), 413)
    refused = crowd.alice.ask("POST", "/reports", **upload(picture(), description="x" * 300_000))
    holds(refused, 413)


@pytest.mark.parametrize(
    "number", ["%00", "SIP-26-000001%00", "%ff%fe", "x" * 3000, "SIP-26-" + "9" * 400, "１２３", "'"]
)
def test_odd_numbers_are_unknown(crowd: People, number: str) -> None:
    for path in (f"/tickets/{number}", f"/tickets/{number}/events", f"/tickets/{number}/photos/{number}"):
        holds(crowd.sam.get(path), 404)
    holds(crowd.alice.post(f"/nearby/{number}/join"), 404)
    holds(crowd.alice.get(f"/uploads/{number}"), 404)


def test_fields_called_like_our_own_names_are_unknown(crowd: People) -> None:
    number = crowd.bob.report()["number"]
    for name in ("actor", "name", "subject", "if_version", "self", "given"):
        holds(crowd.bob.post(f"/tickets/{number}/transitions/withdraw", {name: "x"}), 422, name)
    assert crowd.bob.get(f"/tickets/{number}").json["state"] == "submitted"


def _sqlite(code: int) -> OperationalError:
    original = sqlite3.OperationalError("database is locked")
    original.sqlite_errorcode = code
    return OperationalError("INSERT", {"phone": "13800138000"}, original)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (_sqlite(sqlite3.SQLITE_BUSY), 503),
        (_sqlite(517), 503),  # SQLITE_BUSY_SNAPSHOT
        (_sqlite(sqlite3.SQLITE_FULL), 503),
        (_sqlite(sqlite3.SQLITE_ERROR), 500),
        (OperationalError("SELECT", {}, postgres.LockNotAvailable("lock timeout")), 503),
        (OperationalError("SELECT", {}, postgres.DeadlockDetected("deadlock")), 503),
        (OperationalError("SELECT", {}, postgres.AdminShutdown("bye")), 503),
        (OperationalError("SELECT", {}, postgres.OperationalError("server closed the connection")), 503),
        (DBAPIError("SELECT", {}, postgres.SyntaxError("syntax")), 500),
        (PoolTimeout("no connection left"), 503),
        (StorageUnavailable("disk"), 503),
        (RuntimeError("secret 13800138000"), 500),
        (KeyError("no.such.sentence"), 500),
        (RecursionError(), 500),
    ],
)
def test_what_breaks_is_said_without_a_trace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], error: Exception, status: int
) -> None:
    app: Flask = create_app(settings_for("sqlite:///unused.db", tmp_path))

    @app.get("/break")
    @public
    def fail() -> str:
        raise error

    told = app.test_client().get("/break", headers={"Accept-Language": "en"})
    holds(told, status)
    assert "13800138000" not in told.text
    if status == 503:
        assert int(told.headers["Retry-After"]) >= 1
    logged = capsys.readouterr().out
    assert "13800138000" not in logged
    assert status == 503 or (type(error).__name__ in logged and "test_problems.py" in logged)
