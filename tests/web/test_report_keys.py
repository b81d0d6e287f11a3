"""A report under a key: once however often it is sent, and answered as the first time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from models import Answer, Photo, Ticket
from models.clock import now
from models.database import Database
from stage.photos import picture, upload
from tests.web.conftest import People, Person
from tests.web.sending import PLACE, TEXTS, count, files_in, keyed
from tests.web.test_problems import holds


def test_the_same_key_gives_the_first_answer_again(people: People, db: Database, tmp_path: Path) -> None:
    sent = [people.alice.ask("POST", "/reports", **upload(picture(), **TEXTS), **keyed("k-1")) for _ in range(3)]
    assert {each.status_code for each in sent} == {201}
    assert len({each.data for each in sent}) == 1
    assert {each.headers["Location"] for each in sent} == {sent[0].headers["Location"]}
    assert {each.headers["ETag"] for each in sent} == {'"1"'}
    assert count(db, Ticket) == 1
    assert len(files_in(tmp_path)) == 2
    assert people.alice.post("/reports", PLACE, **keyed("k-2")).json["number"] != sent[0].json["number"]
    assert people.bob.ask("POST", "/reports", **upload(picture(), **TEXTS), **keyed("k-1")).status_code == 201
    assert count(db, Ticket) == 3


def test_a_form_and_json_with_the_same_content_are_the_same_request(crowd: People, sqlite_db: Database) -> None:
    first = crowd.alice.post("/reports", PLACE, **keyed("k"))
    again = crowd.alice.ask("POST", "/reports", data=TEXTS, content_type="multipart/form-data", **keyed("k"))
    assert first.data == again.data
    assert count(sqlite_db, Ticket) == 1


def test_other_content_under_the_key_is_refused(people: People, db: Database) -> None:
    people.alice.ask("POST", "/reports", **upload(picture(), **TEXTS), **keyed("k"))
    for other in (
        upload(picture(colour="blue"), **TEXTS),
        upload(picture(), picture(), **TEXTS),
        upload(picture(), **TEXTS, description="more"),
        {"json": PLACE},
    ):
        holds(people.alice.ask("POST", "/reports", **other, **keyed("k")), 422, "Idempotency-Key")
    assert count(db, Ticket) == 1


@pytest.mark.parametrize("key", ["a b", "é", "x" * 201])
def test_a_key_is_plain(crowd: People, key: str) -> None:
    holds(crowd.alice.post("/reports", PLACE, **keyed(key)), 422, "Idempotency-Key")


@pytest.mark.parametrize("key", ["", " "])
def test_a_blank_key_is_none(crowd: People, key: str) -> None:
    numbers = {crowd.alice.post("/reports", PLACE, **keyed(key)).json["number"] for _ in range(2)}
    assert len(numbers) == 2


def test_what_was_refused_may_be_mended_under_the_same_key(crowd: People) -> None:
    holds(crowd.alice.post("/reports", PLACE | {"category": "99999"}, **keyed("k")), 422, "category")
    assert crowd.alice.post("/reports", PLACE, **keyed("k")).status_code == 201


def test_the_same_at_once_is_one_report_with_one_answer(people: People, db: Database, tmp_path: Path) -> None:
    def send(person: Person) -> Any:
        return person.ask("POST", "/reports", **upload(picture(), **TEXTS), **keyed("at-once"))

    alices = [Person(people.app, "alice") for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(send, alices))
    assert {each.status_code for each in told} == {201}, [each.text for each in told]
    assert len({each.data for each in told}) == 1
    assert count(db, Ticket) == count(db, Photo) == count(db, Answer) == 1
    assert len(files_in(tmp_path)) == 2


def test_a_key_is_remembered_for_a_month(crowd: People, sqlite_db: Database) -> None:
    first = crowd.alice.post("/reports", PLACE, **keyed("k"))
    with time_machine.travel(now() + timedelta(days=29, hours=23)):
        assert crowd.alice.post("/reports", PLACE, **keyed("k")).data == first.data
    assert count(sqlite_db, Ticket) == 1
