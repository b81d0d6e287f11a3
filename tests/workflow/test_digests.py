"""What was exported stands against whoever recomputes every hash in the database, or cuts a history's end off."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import Connection, select

from models import Outbox, Ticket
from models.clock import now
from models.database import Database
from models.outbox import later
from queues.jobs import find
from queues.run import run
from stage import cast
from stage.tampering import add, alter, attack, findings, remove, rows, undone
from workflow import digests, ledger
from workflow.audit import snapshot
from workflow.audit.against import against, renew
from workflow.digests import BrokenDigest, Digest, latest
from workflow.engine.history import hash_content
from workflow.errors import Refused

TODAY, TOMORROW = date(2026, 11, 22), date(2026, 11, 23)
HASHED = (
    "ticket_id", "seq", "at", "actor_id", "actor_role", "actor_unit_id", "action", "from_state", "to_state",
    "details", "public", "words_hash", "previous_hash",
)  # fmt: skip


@pytest.fixture
def digest(db: Database, tmp_path: Path) -> Digest:
    """A digest of three reports, of which two were paid."""
    with db.writing() as session:
        for state in ("rewarded", "in_progress", "rewarded"):
            cast.a_ticket(session, state)
    with snapshot(db) as connection:
        return Digest.open(renew(connection, tmp_path / "digests", TODAY).path)


def contradictions(connection: Connection, digest: Digest) -> list[tuple[str, dict[str, Any]]]:
    return [(each.key, each.params) for each in against(connection, digest)]


def rewrite(connection: Connection, ticket_id: int, change: Callable[[list[dict[str, Any]]], None]) -> None:
    """Change a history and make every hash right again."""
    history = [row for row in rows(connection, "events") if row["ticket_id"] == ticket_id]
    for row in history:
        remove(connection, "events", row)
    change(history)
    previous = ""
    for row in history:
        row["previous_hash"] = previous
        at = row["at"].isoformat(timespec="microseconds")
        previous = row["hash"] = hash_content("report", *({**row, "at": at}[name] for name in HASHED))
        add(connection, "events", row)


def test_it_is_a_text_that_compares_line_by_line(digest: Digest, db: Database) -> None:
    text = gzip.decompress(digest.path.read_bytes()).decode()
    lines = text.splitlines()
    assert lines[:2] == ["whistle digest 1", "day 2026-11-22"]
    assert [line.split()[1:3] for line in lines[2:5]] == [["1", "7"], ["2", "4"], ["3", "7"]]
    assert lines[-1] == f"end {len(lines) - 1} {hashlib.sha256(text[: text.rindex('end ')].encode()).hexdigest()}"
    assert digest.lines == len(lines) - 3
    with snapshot(db) as connection:
        assert contradictions(connection, digest) == []


def test_it_is_the_same_bytes_while_nothing_changes(digest: Digest, db: Database) -> None:
    before = digest.path.read_bytes()
    with snapshot(db) as connection:
        renew(connection, digest.path.parent, TODAY)
    assert digest.path.read_bytes() == before
    assert [path.name for path in digest.path.parent.iterdir()] == ["2026-11-22.txt.gz"]


def test_what_was_added_since_is_no_contradiction(digest: Digest, db: Database) -> None:
    with db.writing() as session:
        cast.step(session, session.get_one(Ticket, 2), "comment")
        cast.a_ticket(session, "rewarded", "bob")
    with snapshot(db) as connection:
        assert contradictions(connection, digest) == []
        later = Digest.open(renew(connection, digest.path.parent, TOMORROW).path)
        assert (later.day, later.lines) == (TOMORROW, digest.lines + 2)
    assert latest(digest.path.parent) == later.path


def test_a_rewritten_history_is_found_by_the_digest_alone(digest: Digest, db: Database) -> None:
    with attack(db) as connection:
        rewrite(connection, 2, lambda history: history[1].update(actor_role="supervisor"))
        assert findings(connection) == []
        assert [key for key, _ in contradictions(connection, digest)] == ["history_rewritten"]
        history = [row for row in rows(connection, "events") if row["ticket_id"] == 2]
        extra = history[-1] | {"id": 9000, "seq": history[-1]["seq"] + 1, "action": "urge", "words_hash": None}
        rewrite(connection, 2, lambda again: again.append(extra | {"from_state": "in_progress"}))
        alter(connection, "tickets", {"id": 2}, version=extra["seq"])
        assert findings(connection) == []
        ((key, params),) = contradictions(connection, digest)
        assert (key, params["seq"]) == ("history_rewritten", len(history))


def test_an_end_that_was_cut_off_is_found_by_the_digest_alone(digest: Digest, db: Database) -> None:
    with attack(db) as connection:
        history = [row for row in rows(connection, "events") if row["ticket_id"] == 2]
        remove(connection, "events", history[-1])
        alter(connection, "tickets", {"id": 2}, version=len(history) - 1, state=history[-1]["from_state"])
        assert findings(connection) == []
        ((key, params),) = contradictions(connection, digest)
        assert (key, params["events"], params["left"]) == ("history_cut", len(history), len(history) - 1)


def test_a_ticket_that_was_taken_away_whole_is_found_by_the_digest_alone(digest: Digest, db: Database) -> None:
    with attack(db) as connection:
        events = {row["id"]: row for row in rows(connection, "events") if row["ticket_id"] == 2}
        for row in events.values():
            remove(connection, "events", row)
        for row in rows(connection, "event_words"):
            if row["event_id"] in events:
                remove(connection, "event_words", row)
        remove(connection, "tickets", {"id": 2})
        assert findings(connection) == []
        assert [key for key, _ in contradictions(connection, digest)] == ["ticket_gone"]


def test_a_rewritten_or_cut_ledger_is_found_by_the_digest_alone(digest: Digest, db: Database) -> None:
    with attack(db) as connection:
        journals, postings = rows(connection, "journal"), rows(connection, "postings")
        with undone(connection):
            last = journals[-1] | {"reason": "改过"}
            mine = [row for row in postings if row["journal_id"] == last["id"]]
            names = ("kind", "key", "ticket_id", "rule_id", "reverses_id", "actor_id", "reason")
            content = (*(last[name] for name in names), last["at"].isoformat(timespec="microseconds"))
            amounts = [tuple(row[name] for name in ("account_id", "amount", "seq", "balance_after")) for row in mine]
            alter(connection, "journal", last, reason="改过", hash=ledger.hash_content(content, amounts))
            assert findings(connection) == []
            assert {key for key, _ in contradictions(connection, digest)} == {"account_rewritten"}
        paid = next(row for row in rows(connection, "awards") if row["journal_id"] == journals[-1]["id"])
        for row in postings:
            if row["journal_id"] == journals[-1]["id"]:
                remove(connection, "postings", row)
                account = next(each for each in rows(connection, "accounts") if each["id"] == row["account_id"])
                alter(connection, "accounts", account, balance=account["balance"] - row["amount"], seq=row["seq"] - 1)
        remove(connection, "journal", journals[-1])
        remove(connection, "awards", paid)
        assert findings(connection) == []
        assert {key for key, _ in contradictions(connection, digest)} == {"account_cut"}


def test_a_new_digest_never_hides_what_the_last_one_shows(digest: Digest, db: Database) -> None:
    with attack(db) as connection:
        rewrite(connection, 2, lambda history: history[1].update(actor_role="supervisor"))
        for day in (TODAY, TOMORROW):
            with pytest.raises(Refused) as refused:
                renew(connection, digest.path.parent, day)
            assert refused.value.key == "digest.contradicted"
            assert "SIP-26-000002" in refused.value.sentence("zh")
    assert latest(digest.path.parent) == digest.path


def test_a_clock_that_goes_backwards_overwrites_nothing(digest: Digest, db: Database) -> None:
    before = digest.path.read_bytes()
    with snapshot(db) as connection, pytest.raises(Refused) as refused:
        renew(connection, digest.path.parent, date(2026, 11, 21))
    assert refused.value.key == "digest.older"
    assert digest.path.read_bytes() == before


def altered(text: str) -> str:
    return text.replace("report 2 ", "report 2 0", 1)


def test_a_file_that_is_no_whole_digest_is_refused(digest: Digest, db: Database) -> None:
    whole = digest.path.read_bytes()
    text = gzip.decompress(whole).decode()
    forged = text.replace("whistle digest 1", "whistle digest 2").rsplit("end", 1)[0]
    end = f"end {forged.count(chr(10))} {hashlib.sha256(forged.encode()).hexdigest()}\n"
    for content in (
        b"", b"nonsense", whole[:-20], gzip.compress(altered(text).encode()), gzip.compress(text[:-3].encode()),
        gzip.compress(text.encode() + b"more\n"), gzip.compress(b""), gzip.compress(b"end 0 0\n"),
        gzip.compress((forged + end).encode()), gzip.compress("报告".encode()),
    ):  # fmt: skip
        digest.path.write_bytes(content)
        with pytest.raises(BrokenDigest):
            Digest.open(digest.path)
        with snapshot(db) as connection, pytest.raises(Refused) as refused:
            renew(connection, digest.path.parent, TOMORROW)
        assert refused.value.key == "digest.broken"


def test_nothing_half_written_stays(digest: Digest, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest.path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(digests.os, "fsync", full)
    with snapshot(db) as connection, pytest.raises(OSError, match="No space"):
        renew(connection, digest.path.parent, TODAY)
    assert [(path.name, path.read_bytes()) for path in digest.path.parent.iterdir()] == [(digest.path.name, before)]


def of_another_life(db: Database, folder: Path, day: date) -> Digest:
    """A digest that knows of what never was here, as one that is newer than the backup which was restored."""
    with attack(db) as connection:
        rewrite(connection, 2, lambda history: history[1].update(actor_role="supervisor"))
        return digests.export(connection, folder, day)


@pytest.fixture
def data_dir(digest: Digest, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = digest.path.parent.parent
    monkeypatch.setenv("DATA_DIR", str(folder))
    return folder


def test_the_daily_job_writes_it_while_others_write(digest: Digest, db: Database, data_dir: Path) -> None:
    """The city's day, which begins eight hours before that of UTC."""
    with db.writing() as session:
        later(session, "digest", "")
    with time_machine.travel("2026-11-23T17:00:00Z", tick=False), db.writing() as session:
        cast.a_ticket(session, "rewarded")  # on SQLite nobody else can write from here on
        job = find("digest")
        assert job.errand is not None
        job.errand(1, "")
    assert Digest.open(data_dir / "digests" / "2026-11-24.txt.gz").lines == digest.lines


def test_a_digest_that_is_contradicted_is_a_dead_letter_at_once(digest: Digest, db: Database, data_dir: Path) -> None:
    of_another_life(db, digest.path.parent, TOMORROW)
    with db.writing() as session:
        number = later(session, "digest", "")
    run(number)
    with db.reading() as session:
        dead, following = session.scalars(select(Outbox).where(Outbox.topic == "digest").order_by(Outbox.id))
        assert dead.dead_at is not None
        assert "digest.contradicted" in dead.last_error
        assert following.due > now() + timedelta(hours=23)
