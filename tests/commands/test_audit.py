"""`whistle audit` and `whistle digest`, as an administrator meets them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import select, text

from models import Act
from models.database import Database
from stage import cast
from stage.tampering import add, alter, attack, rows
from tests.commands.conftest import Run
from workflow.audit import snapshot
from workflow.digests import export, latest
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


def test_digests_newer_than_what_was_restored_are_set_aside_on_record(
    db: Database, run: Run, environment: Path
) -> None:
    """Nothing is deleted, and what still stands goes on counting."""
    folder, why = environment / "digests", "恢复了元旦的备份"
    with db.writing() as session:
        cast.a_ticket(session, "rewarded")
    aside = ("digest", "--set-aside", why, "--by", "ada")
    assert "nothing was set aside" in run(*aside, status=1).stderr
    with snapshot(db) as connection:
        export(connection, folder, date(2026, 1, 1))
    for day in (2, 3):
        with attack(db) as connection:  # what came after the backup was taken
            history = [row for row in rows(connection, "events") if row["ticket_id"] == 1]
            add(connection, "events", history[-1] | {"id": 9000, "seq": len(history) + 1})
            alter(connection, "tickets", {"id": 1}, version=len(history) + 1)
            export(connection, folder, date(2026, 1, day))
    before = {path.read_bytes() for path in folder.iterdir()}
    assert "contradicts the newest digest, 2026-01-03.txt.gz" in run("digest", status=1).stderr
    assert "go together" in run("digest", "--set-aside", why, status=2).stderr
    assert "A reason has 1 to 300" in run("digest", "--set-aside", " ", "--by", "ada", status=2).stderr
    assert "“carol” is no admin" in run("digest", "--set-aside", why, "--by", "carol", status=1).stderr
    assert len(list(folder.glob("*.aside-*"))) == 0
    assert "Set 2 digests aside (2026-01-02 to 2026-01-03)" in run(*aside).stdout
    with db.reading() as session:
        act = session.scalars(select(Act)).one()
        ada = cast.person(session, "ada").id
        assert (act.action, act.subject, act.actor_id) == ("digest.set_aside", "2026-01-02", ada)
        assert (act.details, act.words) == ({"days": ["2026-01-02", "2026-01-03"]}, {"reason": why})
    assert before < {path.read_bytes() for path in folder.iterdir()}
    assert len(list(folder.glob("2026-01-0[23].aside-*.txt.gz"))) == 2
    newest = latest(folder)
    assert newest is not None
    assert newest.name > "2026-01-03"
    run("audit")
    assert "nothing was set aside" in run(*aside, status=1).stderr
    run("backup", str(environment.parent / "kept"), status=1)  # the cast's photos are rows alone
    assert len(list((environment.parent / "kept" / "digests").glob("*.aside-*"))) == 2
