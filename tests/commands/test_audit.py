"""`whistle audit` and `whistle digest`, as an administrator meets them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from models.database import Database
from stage import cast
from tests.commands.conftest import Run
from workflow.digests import latest
from workflow.last_done import last


def closed_past_the_engine(db: Database) -> None:
    with db.writing() as session:
        session.execute(text("UPDATE tickets SET state = 'closed' WHERE id = 1"))


def test_it_says_how_much_it_read(db: Database, run: Run) -> None:
    with db.writing() as session:
        cast.a_ticket(session, "rewarded")
    said = run("audit").stdout
    assert "There is no digest to compare with" in said
    assert "Nothing found in " in said


def test_it_names_what_it_finds_and_fails(db: Database, run: Run) -> None:
    with db.writing() as session:
        cast.a_ticket(session, "rewarded")
    closed_past_the_engine(db)
    said = run("audit", status=1).stdout
    assert "SIP-26-000001: its state is closed, but its history leads to rewarded." in said
    assert "Found 1 in " in said


def test_it_leaves_word_for_the_metrics_unless_held_against_an_old_copy(small: Run, environment: Path) -> None:
    small("digest")
    newest = latest(environment / "digests")
    small("audit", "--against", str(newest))
    assert last(environment, "audit") is None
    small("audit")
    done = last(environment, "audit")
    assert done is not None
    assert done.findings == 0


def test_it_compares_with_the_newest_digest_or_the_one_given(db: Database, run: Run, environment: Path) -> None:
    with db.writing() as session:
        cast.a_ticket(session, "rewarded")
    assert "(3 lines)" in run("digest").stdout
    newest = latest(environment / "digests")
    assert newest is not None
    assert f"Compared with the digest {newest.name} (3 lines)." in run("audit").stdout
    elsewhere = environment / "kept.txt.gz"
    elsewhere.write_bytes(newest.read_bytes())
    with db.writing() as session:
        cast.step(session, cast.a_ticket(session), "comment")
    assert "(4 lines)" in run("digest").stdout
    assert "Compared with the digest kept.txt.gz (3 lines)." in run("audit", "--against", str(elsewhere)).stdout
    elsewhere.write_bytes(elsewhere.read_bytes()[:-9])
    assert "is not whole" in run("audit", "--against", str(elsewhere), status=1).stderr
    assert "There is no file" in run("audit", "--against", "nowhere", status=2).stderr


def test_a_digest_is_not_written_over_what_it_contradicts(small: Run, environment: Path) -> None:
    from models.database import database

    with database.writing() as session:
        cast.a_ticket(session, "in_progress")
    small("digest")
    before = {path.name: path.read_bytes() for path in (environment / "digests").iterdir()}
    with database.writing() as session:
        session.execute(text("DROP TRIGGER events_no_delete"))
        session.execute(text("DELETE FROM tellings"))
        session.execute(text("DELETE FROM events WHERE ticket_id = 1 AND seq = 4"))
        session.execute(text("UPDATE tickets SET version = 3, state = 'assigned' WHERE id = 1"))
    assert "the end was cut off" in small("digest", status=1).stderr
    assert {path.name: path.read_bytes() for path in (environment / "digests").iterdir()} == before
    said = small("audit", status=1).stdout.splitlines()
    assert "Table events lacks the triggers that refuse changes and deletions." in said
    assert any("knows 4 events; 3 are left" in line for line in said)
