"""`whistle outbox`: dead letters can be listed, read and sent again."""

from __future__ import annotations

from models import Outbox
from models.clock import now
from models.database import Database
from models.outbox import later
from tests.commands.conftest import Run


def letters(db: Database) -> tuple[int, int]:
    """One that waits and one that is dead."""
    with db.writing() as session:
        waits = later(session, "route_report", 7)
        dead = session.get_one(Outbox, later(session, "tell_report", 8))
        dead.attempts, dead.runs, dead.dead_at = 12, 10, now()
        dead.last_error = "builtins.KeyError\n  workflow/telling.py:12 tell"
        return waits, dead.id


def test_it_lists_the_dead_before_the_waiting(db: Database, run: Run) -> None:
    waits, dead = letters(db)
    lines = run("outbox", "list").stdout.splitlines()
    assert lines[0].split("\t")[:4] == [str(dead), "dead", "tell_report", "8"]
    assert lines[0].endswith("builtins.KeyError")
    assert lines[1].split("\t")[:4] == [str(waits), "waiting", "route_report", "7"]
    assert lines[2] == "1 waiting, 1 of them due; 1 dead."
    assert len(run("outbox", "list", "--state", "dead").stdout.splitlines()) == 2
    assert len(run("outbox", "list", "--state", "waiting", "--limit", "1").stdout.splitlines()) == 2


def test_it_shows_why_one_died(db: Database, run: Run) -> None:
    _, dead = letters(db)
    said = run("outbox", "show", str(dead)).stdout
    assert "Handed out 12 times; 10 runs failed." in said
    assert "workflow/telling.py:12 tell" in said
    assert "999" in run("outbox", "show", "999", status=1).stderr


def test_it_sends_the_dead_again_and_only_the_dead(db: Database, run: Run) -> None:
    waits, dead = letters(db)
    assert run("outbox", "again", str(dead), str(waits), status=1).stderr
    with db.reading() as session:
        assert session.get_one(Outbox, dead).dead_at is not None
    assert run("outbox", "again", str(dead)).stdout == "Sent 1 again.\n"
    with db.reading() as session:
        row = session.get_one(Outbox, dead)
        assert (row.dead_at, row.runs, row.attempts) == (None, 0, 12)
    assert "is not a whole number" in run("outbox", "again", "all", status=2).stderr
    assert "ID... is missing." in run("outbox", "again", status=2).stderr
