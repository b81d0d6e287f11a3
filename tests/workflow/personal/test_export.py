"""What a person takes along: every row of theirs, nothing of others, nothing that opens something."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Event, Photo, Ticket, User
from models.storage import FileStorage
from stage.cast import a_report, a_ticket, person, photo, step
from tests.workflow.situations import cap
from workflow import personal
from workflow.engine import fire
from workflow.personal.holdings import HOLDINGS
from workflow.phones import PhoneBook
from workflow.pictures import full_key
from workflow.report.joining import join

BOOK = PhoneBook("s" * 40)


def everything(session: Session, who: str) -> dict[str, list[dict[str, Any]]]:
    return personal.collect(session, person(session, who), BOOK).tables


def with_phone(session: Session, who: str, number: str) -> User:
    user, kept = person(session, who), BOOK.keep(number)
    user.phone_encrypted, user.phone_hash, user.phone_tail = kept.encrypted, kept.hash, kept.tail
    session.flush()
    return user


def test_it_has_every_row_of_a_persons(session: Session) -> None:
    cap(session, 1000)
    alice = with_phone(session, "alice", "+8613800138000")
    ticket = a_ticket(session, "rewarded", description="路口一堆垃圾", photos=[photo(session, alice)])
    fire(a_report(session), "comment", actor=alice, note="还在")
    found = everything(session, "alice")
    for holding in HOLDINGS:
        if holding.exported:
            own = session.scalars(select(holding.model).where(holding.own(session, alice))).unique().all()
            assert len(found[holding.table]) >= len(own), holding.table
    assert found["users"][0] | {"username": "alice", "phone": "+8613800138000"} == found["users"][0]
    assert "路口一堆垃圾" in {each["description"] for each in found["tickets"]}
    assert {"note": "还在"} in [each["words"] for each in found["event_words"]]
    assert [each["action"] for each in found["events"] if each["ticket_id"] == ticket.id][-1] == "reward"
    assert sum(each["amount"] for each in found["postings"]) > 0
    assert len(found["attachments"]) == 1


def test_it_has_nothing_that_opens_something(session: Session) -> None:
    with_phone(session, "alice", "+8613800138000")
    text = json.dumps(everything(session, "alice"))
    for word in ("password_hash", "token_hash", "phone_hash", "phone_encrypted", "storage_key", "salt"):
        assert f'"{word}"' not in text


def test_it_names_no_other_person_and_no_other_riders_report(session: Session) -> None:
    theirs = a_report(session, "bob", description="鲍勃写的话")
    join(session, person(session, "alice"), theirs.public_id)
    mine = a_ticket(session, "merged")
    step(session, mine, "comment")
    alice = person(session, "alice")
    found = everything(session, "alice")
    assert "鲍勃写的话" not in json.dumps(found, ensure_ascii=False)
    assert theirs.number not in json.dumps(found)
    assert {each["ticket_id"] for each in found["joins"]} == {None}  # joined by hand, and by the merge
    assert {each["actor_id"] for each in found["events"]} == {alice.id, None}
    (own,) = [each for each in found["tickets"] if each["id"] == mine.id]
    assert own["merged_into_id"] is None
    assert all("into" not in each["details"] for each in found["events"])


def test_internal_comments_stay_inside(session: Session) -> None:
    ticket = a_report(session)
    fire(ticket, "comment", actor=person(session, "carol"), note="像是来骗分的", internal=True)
    fire(ticket, "comment", actor=person(session, "carol"), note="请补一张照片")
    words = [each["words"] for each in everything(session, "alice")["event_words"]]
    assert words == [{"note": "请补一张照片"}]
    secret = select(Event.id).where(Event.public.is_(False))
    assert set(session.scalars(secret)).isdisjoint(each["id"] for each in everything(session, "alice")["events"])


def test_staff_take_along_what_they_did(session: Session) -> None:
    ticket = a_ticket(session, "assigned")
    found = everything(session, "carol")
    assert {each["action"] for each in found["events"]} == {"triage", "assign"}
    assert {each["ticket_id"] for each in found["events"]} == {ticket.id}
    assert found["tickets"] == []


def test_the_archive_is_made_part_by_part_and_says_what_it_is(session: Session, tmp_path: Path) -> None:
    storage = FileStorage(tmp_path)
    alice = person(session, "alice")
    names = [photo(session, alice) for _ in range(3)]
    for key in session.scalars(select(Photo.storage_key).order_by(Photo.id).limit(2)):
        storage.put(full_key(key), key.encode() * 1000)
    collected = personal.collect(session, alice, BOOK)
    parts = list(personal.packed(collected, storage))
    assert len(parts) > len(collected.tables)
    with ZipFile(io.BytesIO(b"".join(parts))) as archive:
        assert archive.testzip() is None
        assert {each.removesuffix(".json") for each in archive.namelist()} == {
            "README.txt", *collected.tables, *(f"photos/{name}.jpg" for name in names[:2])
        }  # fmt: skip
        assert json.loads(archive.read("users.json")) == collected.tables["users"]
        assert archive.read(f"photos/{names[0]}.jpg") == b"key1" * 1000
        readme = archive.read("README.txt").decode()
    assert "您的上报" in readme
    assert "your reports" in readme
    assert f"attachments.json ({len(names)})" in readme


def test_reports_that_a_clerk_entered_are_their_riders(session: Session) -> None:
    ticket = a_report(session, "alice")
    ticket.entered_by_id = person(session, "carol").id
    session.flush()
    row = Photo(
        public_id="sent", uploader_id=person(session, "carol").id, storage_key="sent", width=4, height=3,
        sha256="0" * 64, dhash="0" * 16, created_at=ticket.created_at, ticket_id=ticket.id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    found = everything(session, "alice")
    assert [each["public_id"] for each in found["attachments"]] == ["sent"]
    assert [each["entered_by_id"] for each in found["tickets"]] == [None]
    assert session.scalars(select(Ticket.id)).all() == [found["tickets"][0]["id"]]
