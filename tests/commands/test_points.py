"""`whistle points`: what somebody has, and the decision that takes an award back."""

from __future__ import annotations

from sqlalchemy import select

from models import Act, Journal
from models.database import Database
from stage import cast
from tests.commands.conftest import Run


def rewarded(db: Database) -> str:
    with db.writing() as session:
        return cast.a_ticket(session, "rewarded").number


def test_it_shows_what_was_earned_by_which_rule(db: Database, run: Run) -> None:
    number = rewarded(db)
    lines = run("points", "show", "alice").stdout.splitlines()
    assert lines[0].startswith("alice: 10 points, 0 pending.")
    assert lines[1].startswith("Today: 10 of ")
    assert lines[-1].split("\t")[1:4] == ["+10", number, "award"]
    assert run("points", "show", "bob").stdout.startswith("bob: 0 points")


def test_an_award_is_taken_back_once_by_an_administrator(db: Database, run: Run) -> None:
    number = rewarded(db)

    def reverse(who: str, by: str, status: int = 1, reason: str = "照片不实") -> str:
        result = run("points", "reverse", number, who, "--reason", reason, "--by", by, status=status)
        return result.stdout or result.stderr

    assert "“carol” is no admin" in reverse("alice", "carol")
    assert "has paid “bob” nothing" in reverse("bob", "ada")
    assert "A reason has 1 to 300" in reverse("alice", "ada", 2, " ")
    assert "A reason has 1 to 300" in reverse("alice", "ada", 2, "长" * 301)
    assert "0 points are left, 0 are owed" in reverse("alice", "ada", 0)
    assert "reversed already" in reverse("alice", "ada")
    with db.reading() as session:
        taken = session.scalars(select(Journal).where(Journal.kind == "reversal")).one()
        ada, alice = (cast.person(session, name).id for name in ("ada", "alice"))
        assert (taken.why, taken.actor_id) == ("照片不实", ada)
        act = session.scalars(select(Act)).one()
        assert (act.action, act.actor_id, act.subject_kind, act.subject) == ("points.reverse", ada, "user", str(alice))
        assert (act.details, act.words) == ({"ticket": number}, {"reason": "照片不实"})
    assert "taken back" in run("points", "show", "alice").stdout
    run("audit")


def test_nobody_decides_about_their_own_points(db: Database, run: Run) -> None:
    number = rewarded(db)
    words = ("points", "reverse", number, "ada", "--reason", "x", "--by", "ada")
    assert "Nobody decides about their own points." in run(*words, status=1).stderr
    unknown = ("points", "reverse", "SIP-26-999999", "alice", "--reason", "x", "--by", "ada")
    assert "There is no ticket SIP-26-999999." in run(*unknown, status=1).stderr
