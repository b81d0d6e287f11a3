"""`whistle user`: accounts, the first administrator's among them, and what ends every sign-in."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models import User
from models.database import Database, database
from stage import cast
from tests.commands.conftest import Run
from workflow.identity.sign_ins import user_for_token
from workflow.identity.signing_in import WrongCredentials, sign_in

SECRET = "a long enough secret"


def signed_in(name: str, password: str = cast.PASSWORD) -> str:
    return sign_in(database, name, password, kind="bearer").token


def alive(token: str) -> bool:
    with database.reading() as session:
        return user_for_token(session, token) is not None


def test_it_makes_an_account_that_can_sign_in(db: Database, run: Run) -> None:
    given = ("user", "create", "Grace", "--role", "clerk", "--unit", "loufeng", "--name", "葛瑞丝", "--locale", "en")
    assert run(*given, "--password-stdin", given=f"{SECRET}\n").stdout == "Made the account grace (clerk@loufeng).\n"
    assert alive(signed_in("grace", SECRET))
    with db.reading() as session:
        grace = cast.person(session, "grace")
        (membership,) = grace.memberships
        assert (grace.name, grace.locale, membership.unit.code) == ("葛瑞丝", "en", "loufeng")
    assert "The username grace is taken." in run(*given, "--password-stdin", given=SECRET, status=1).stderr


def test_roles_and_units_go_in_pairs(small: Run) -> None:
    def roles(*words: str, status: int = 0) -> str:
        result = small("user", "create", "x", *words, "--password-stdin", given=SECRET, status=status)
        return result.stdout or result.stderr

    assert "(admin@sip, clerk@sip)" in roles("--role", "admin", "--role", "clerk")
    small("user", "disable", "x")
    assert "belongs to a department" in roles_of(small, "officer", "loufeng")
    assert "belongs to no department" in roles_of(small, "clerk", "market")
    assert "There is no unit nowhere." in roles_of(small, "clerk", "nowhere")
    words = ("--role", "clerk", "--role", "rider", "--role", "admin", "--unit", "sip", "--unit", "loufeng")
    assert "There are 3 roles and 2 units" in small("user", "create", "y", *words, status=1, given=SECRET).stderr
    assert "is not one of rider" in small("user", "create", "y", "--role", "king", status=2).stderr
    assert "--role is missing." in small("user", "create", "y", status=2).stderr


def roles_of(small: Run, role: str, unit: str) -> str:
    words = ("user", "create", "z", "--role", role, "--unit", unit, "--password-stdin")
    return small(*words, given=SECRET, status=1).stderr


def test_what_is_wrong_with_an_account_is_said_field_by_field(small: Run) -> None:
    words = ("user", "create", "no spaces", "--role", "rider", "--name", "n" * 65, "--password-stdin")
    said = small(*words, given=SECRET, status=1).stderr.splitlines()
    assert [line.split(":")[0] for line in said] == ["username", "name"]
    assert "password" in small("user", "create", "ok", "--role", "rider", "--password-stdin", given="", status=1).stderr


def test_production_wants_a_good_password(small: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "WHISTLE_ENV": "production", "BASE_URL": "https://w.example", "TRUSTED_HOSTS": "w.example",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    words = ("user", "create", "ok", "--role", "rider", "--password-stdin")
    assert "at least 10 characters" in small(*words, given="short", status=1).stderr


def test_without_a_terminal_the_password_comes_on_standard_input(small: Run) -> None:
    assert "--password-stdin" in small("user", "password", "alice", given=SECRET, status=1).stderr


def test_a_new_password_ends_every_sign_in(db: Database, run: Run) -> None:
    token = signed_in("alice")
    run("user", "password", "alice", "--password-stdin", given=f"{SECRET}\n")
    assert not alive(token)
    assert alive(signed_in("alice", SECRET))


def test_who_is_disabled_is_signed_out_until_enabled_again(db: Database, run: Run) -> None:
    token = signed_in("alice")
    assert run("user", "disable", "alice").stdout.startswith("alice is disabled")
    assert not alive(token)
    with pytest.raises(WrongCredentials):
        signed_in("alice")
    assert "alice\tAlice\trider@sip\tdisabled" in run("user", "list").stdout.splitlines()
    run("user", "enable", "alice")
    assert not alive(token)
    assert alive(signed_in("alice"))
    assert "Nobody has the username" in run("user", "disable", "nobody", status=1).stderr


def test_it_lists_everybody(db: Database, run: Run) -> None:
    lines = run("user", "list").stdout.splitlines()
    with db.reading() as session:
        assert len(lines) == len(session.scalars(select(User.id)).all())
    assert "erin\tErin\tofficer@enforcement" in lines
    assert [line.split("\t")[0] for line in run("user", "list", "--role", "admin").stdout.splitlines()] == ["ada"]
