"""Administrators who act at once: one of them is left, and one of them is told."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import User
from models.clock import now
from models.database import Database
from stage.cast import person
from tests.workflow.administering import a_second_administrator, ada
from workflow.administration import people
from workflow.administration.invitations import invite, reset
from workflow.errors import Forbidden, Invalid, Refused
from workflow.identity import accounts


def at_once(db: Database, *acts: tuple[int, Callable[[Session, User], object]]) -> list[str]:
    """What becomes of acts of which, on PostgreSQL, each has begun before another is done."""
    barrier, said = threading.Barrier(len(acts)), list[str]()

    def do(mine: int, act: Callable[[Session, User], object]) -> None:
        try:
            with db.writing() as session:
                actor = session.get_one(User, mine)
                assert actor.memberships
                if db.engine.dialect.name == "postgresql":
                    barrier.wait(5)
                act(session, actor)
            said.append("done")
        except Invalid as invalid:
            said.extend(key for key, _ in invalid.errors.values())
        except (Forbidden, Refused) as error:
            said.append(error.key)

    threads = [threading.Thread(target=do, args=each) for each in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return said


def test_two_administrators_who_take_each_others_powers_leave_one(db: Database) -> None:
    with db.writing() as session:
        grace = a_second_administrator(session).id
        first = ada(session).id
    said = at_once(db, (first, lambda session, actor: people.disable(session, actor, grace)),
                   (grace, lambda session, actor: people.disable(session, actor, first)))  # fmt: skip
    with db.reading() as session:
        working = [person for person in session.scalars(select(User)) if person.has_role("admin")]
        assert sorted(each.disabled_at is None for each in working) == [False, True]
    assert sorted(said) == ["done", "problem.forbidden"]


def test_two_administrators_who_reset_each_other_leave_one(db: Database) -> None:
    """Whoever is reset cannot sign in: had both succeeded, nobody could hand over a link."""
    with db.writing() as session:
        grace = a_second_administrator(session).id
        first = ada(session).id
    said = at_once(db, (first, lambda session, actor: reset(session, actor, grace)),
                   (grace, lambda session, actor: reset(session, actor, first)))  # fmt: skip
    assert sorted(said) == ["done", "user.last_administrator"]
    with db.reading() as session:
        passwords = [each.password_hash for each in session.scalars(select(User)) if each.has_role("admin")]
        assert sorted(each is None for each in passwords) == [False, True]


def test_of_two_who_invite_one_name_at_once_one_is_told(db: Database) -> None:
    with db.reading() as session:
        first = ada(session).id

    def add(session: Session, actor: User) -> None:
        invite(session, actor, "grace", "Grace", "en", [("rider", "sip")])

    assert sorted(at_once(db, (first, add), (first, add))) == ["done", "username.taken"]


def test_an_account_whose_name_was_taken_meanwhile_is_refused(session: Session) -> None:
    """The question and the answer are apart: between them another may have written."""
    with pytest.raises(Invalid, match="username"):
        accounts.add_account(session, User(username="erin", name="E", locale="en", demo=False, created_at=now()))
    assert person(session, "erin").name != "E"
