"""What was filled in, read or refused: each type, each thing that can be wrong with it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models import User
from models.database import Database
from stage.cast import person
from tests.workflow.permits import Permit, PermitWords, asked, office
from workflow.engine import fire
from workflow.errors import Invalid

LONG = "长" * 2001
READ = [
    ("word", " 红 ", "红"), ("word", "十" * 10, "十" * 10), ("word", "  " + "十" * 10 + "\n", "十" * 10),
    ("word", "😀", "😀"), ("story", "a\nb\tc", "a\nb\tc"), ("day", "2026-11-27", "2026-11-27"),
    ("day", "2028-02-29", "2028-02-29"), ("stars", 1, 1), ("stars", 5, 5), ("stars", "3", 3),
    ("stars", " 4 ", 4), ("agreed", True, True), ("agreed", False, False), ("agreed", "true", True),
    ("agreed", "0", False), ("agreed", "on", True), ("colour", "red", "red"), ("size", "s", "s"),
    ("colours", ["red", "blue"], ["red", "blue"]), ("colours", "red", ["red"]),
    ("colours", ["red", "red"], ["red"]), ("other", "12", "12"), ("pictures", ["a", "b"], ["a", "b"]),
]  # fmt: skip
WRONG = [
    ("word", "十" * 11, "field.too_long"), ("word", 3, "field.text"), ("word", True, "field.text"),
    ("word", ["a"], "field.text"), ("word", {"a": 1}, "field.text"), ("word", "a\x00b", "field.characters"),
    ("word", "\ud800", "field.characters"), ("story", "a\udfffb", "field.characters"),
    ("story", LONG, "field.too_long"), ("day", "27.11.2026", "field.date"),
    ("day", "2026-02-30", "field.date"), ("day", "20261127", "field.date"),
    ("day", "2026-W48-5", "field.date"), ("day", "1999-12-31", "field.date"),
    ("day", "2200-01-01", "field.date"), ("day", 20261127, "field.date"), ("day", True, "field.date"),
    ("day", ["2026-11-27"], "field.date"), ("day", "2026-11-27T10:00:00Z", "field.date"),
    ("day", "２０２６-11-27", "field.date"), ("stars", 0, "field.number"), ("stars", 6, "field.number"),
    ("stars", -1, "field.number"), ("stars", True, "field.number"), ("stars", 3.0, "field.number"),
    ("stars", math.nan, "field.number"), ("stars", math.inf, "field.number"),
    ("stars", 10**400, "field.number"), ("stars", "9" * 5000, "field.number"),
    ("stars", "--5", "field.number"), ("stars", "-", "field.number"), ("stars", "3.0", "field.number"),
    ("stars", "five", "field.number"), ("stars", "٣", "field.number"), ("stars", [3], "field.number"),
    ("agreed", "maybe", "field.boolean"), ("agreed", 1, "field.boolean"),
    ("agreed", ["true"], "field.boolean"), ("colour", "green", "field.choice"),
    ("colour", "RED", "field.choice"), ("colour", ["red"], "field.text"), ("colour", 1, "field.text"),
    ("colour", "r" * 65, "field.too_long"), ("colour", "red\x00", "field.characters"),
    ("size", "red", "field.choice"), ("colours", ["red", "green"], "field.choice"),
    ("colours", ["red", 1], "field.text"), ("colours", ["red", "blue", "red"], "field.list"),
    ("colours", {"red": 1}, "field.list"), ("colours", 3, "field.list"),
    ("colours", [["red"]], "field.text"), ("pictures", ["a", "b", "c", "d"], "photo.too_many"),
    ("pictures", {"a": 1}, "field.list"),
    ("pictures", [None], "field.text"), ("other", 12, "field.text"), ("other", "1" * 65, "field.too_long"),
    ("other", "\x00", "field.characters"),
]  # fmt: skip
BLANK = [None, "", "   ", "\t\n", " ", "　", []]


@pytest.fixture(scope="module")
def desk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Session, Permit, User]]:
    """A permit to fill in, again and again: what a field means does not depend on the database."""
    copy = tmp_path_factory.mktemp("desk") / "desk.db"
    copy.write_bytes(sqlite_template.read_bytes())
    own = Database()
    own.connect(f"sqlite:///{copy}")
    with own.writing() as session, office(session):
        permit = asked(session)
        yield session, permit, person(session, "carol")
        session.rollback()
    own.engine.dispose()


def filled(desk: tuple[Session, Permit, User], given: dict[str, Any]) -> dict[str, Any]:
    """What a form of these fields leaves in the history."""
    session, permit, carol = desk
    point = session.begin_nested()
    try:
        event = fire(permit, "fill", given, actor=carol)
        words = session.get(PermitWords, event.id)
        return json.loads(event.details) | (words.words or {} if words else {})
    finally:
        point.rollback()


@pytest.mark.parametrize(("field", "value", "read"), READ, ids=repr)
def test_it_reads_a_field(desk: tuple[Session, Permit, User], field: str, value: Any, read: Any) -> None:
    found = filled(desk, {field: value})
    assert found == {field: read}
    assert type(found[field]) is type(read)


@pytest.mark.parametrize(("field", "value", "key"), WRONG, ids=lambda value: ascii(value)[:40])
def test_it_refuses_a_field(desk: tuple[Session, Permit, User], field: str, value: Any, key: str) -> None:
    with pytest.raises(Invalid) as caught:
        filled(desk, {field: value})
    assert list(caught.value.errors) == [field]
    assert caught.value.errors[field][0] == key
    for locale in ("zh", "en"):
        assert caught.value.field_errors(locale)[0]["message"]


@pytest.mark.parametrize("blank", BLANK, ids=ascii)
def test_blank_counts_as_missing(desk: tuple[Session, Permit, User], blank: Any) -> None:
    _, permit, carol = desk
    fields = ("word", "story", "day", "stars", "agreed", "colour", "colours", "other", "pictures", "seal")
    assert filled(desk, dict.fromkeys(fields, blank)) == {}
    with pytest.raises(Invalid) as caught:
        fire(permit, "give", note=blank, actor=carol)
    assert caught.value.errors["note"][0] == "field.missing"
    permit.stamps = 1
    try:
        with pytest.raises(Invalid) as caught:
            filled(desk, {"seal": blank})
    finally:
        permit.stamps = 0
    assert list(caught.value.errors) == ["seal"]


def test_every_wrong_field_is_named_at_once(desk: tuple[Session, Permit, User]) -> None:
    with pytest.raises(Invalid) as caught:
        filled(desk, {"day": "x", "stars": 9, "colour": "x", "ghost": 1, "word": "right"})
    assert {name: key for name, (key, _) in caught.value.errors.items()} == {
        "day": "field.date", "stars": "field.number", "colour": "field.choice", "ghost": "field.unknown",
    }  # fmt: skip
