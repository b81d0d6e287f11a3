"""Signing in and out: hashes and rows, the same time for unknown names, and guesses that lock nobody else out."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, select, text

from models import Device, Session, Throttle, Unit, User
from models.clock import now
from models.database import Database
from stage.cast import PASSWORD, person
from workflow import throttle
from workflow.errors import Invalid, TooMany
from workflow.identity import accounts, new_password, sign_ins, signing_in
from workflow.identity.sign_ins import user_for_token
from workflow.identity.signing_in import WrongCredentials, sign_in
from workflow.passwords import HASHER, NOBODYS_HASH, hold_password, verify_password
from workflow.phones import PhoneBook, normalise
from workflow.riders import rider_of_phone


def guess(db: Database, username: str = "alice", password: str = "wrong", **how: str) -> str:
    try:
        return sign_in(db, username, password, kind="bearer", **how).token
    except WrongCredentials:
        return "wrong"
    except TooMany:
        return "too many"


def test_it_signs_in_and_keeps_no_token(db: Database) -> None:
    signed_in = sign_in(db, " Alice ", PASSWORD, kind="bearer")
    with db.reading() as session:
        user = user_for_token(session, signed_in.token)
        assert user is not None
        assert user.username == "alice"
        assert [(each.role, each.unit.code) for each in user.memberships] == [("rider", "sip")]
        row = session.scalars(select(Session)).one()
        assert signed_in.token not in {row.token_hash, row.kind}
        assert len(row.token_hash) == 64
        assert row.expires_at - row.created_at == timedelta(days=30)
        assert user_for_token(session, signed_in.device_token) is None


def test_who_somebody_is_takes_one_query(db: Database) -> None:
    token = sign_in(db, "carol", PASSWORD, kind="bearer").token
    asked: list[str] = []
    with db.reading() as session:
        session.execute(text("SELECT 1"))
        event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
        user = user_for_token(session, token)
        assert user is not None
        assert user.memberships[0].unit.code == "loufeng"
    assert len(asked) == 1


def test_it_ends(db: Database) -> None:
    token = sign_in(db, "alice", PASSWORD, kind="bearer").token
    with db.writing() as session:
        sign_ins.sign_out(session, token)
        assert user_for_token(session, token) is None
    token = sign_in(db, "alice", PASSWORD, kind="bearer").token
    with time_machine.travel(now() + timedelta(days=30, seconds=1)), db.reading() as session:
        assert user_for_token(session, token) is None


def test_signing_in_again_ends_the_old_one(db: Database) -> None:
    old = sign_in(db, "alice", PASSWORD, kind="cookie").token
    new = sign_in(db, "alice", PASSWORD, kind="cookie", old_token=old).token
    with db.reading() as session:
        assert user_for_token(session, old) is None
        assert user_for_token(session, new) is not None


def test_disabling_and_a_new_password_end_every_session(db: Database) -> None:
    tokens = [sign_in(db, "alice", PASSWORD, kind=kind).token for kind in ("bearer", "cookie")]
    with db.writing() as session:
        new_password.set_password(session, person(session, "alice"), "an entirely new one")
    with db.reading() as session:
        assert [user_for_token(session, each) for each in tokens] == [None, None]
    assert guess(db, password=PASSWORD) == "wrong"
    token = sign_in(db, "alice", "an entirely new one", kind="bearer").token
    with db.writing() as session:
        accounts.disable(session, person(session, "alice"))
    with db.reading() as session:
        assert user_for_token(session, token) is None
    assert guess(db, password="an entirely new one") == "wrong"
    with db.writing() as session:
        accounts.enable(session, person(session, "alice"))
        assert user_for_token(session, token) is None
    assert guess(db, password="an entirely new one") != "wrong"


def test_ten_wrong_guesses_lock_the_name_for_a_while(db: Database) -> None:
    assert [guess(db) for _ in range(11)] == ["wrong"] * 10 + ["too many"]
    assert guess(db, password=PASSWORD) == "too many"
    assert guess(db, "bob", PASSWORD) not in ("wrong", "too many")
    with pytest.raises(TooMany) as refused:
        sign_in(db, "alice", PASSWORD, kind="bearer")
    assert 890 <= refused.value.retry_after <= 900
    with time_machine.travel(now() + timedelta(minutes=15, seconds=1)):
        assert guess(db, password=PASSWORD) not in ("wrong", "too many")


def test_an_unknown_name_is_throttled_alike(db: Database) -> None:
    assert [guess(db, "nobody.here") for _ in range(11)] == ["wrong"] * 10 + ["too many"]


def test_a_known_device_has_a_budget_of_its_own(db: Database) -> None:
    device = sign_in(db, "alice", PASSWORD, kind="cookie").device_token
    assert [guess(db) for _ in range(11)][-1] == "too many"
    assert guess(db, password=PASSWORD, device_token=device) not in ("wrong", "too many")
    strangers = sign_in(db, "bob", PASSWORD, kind="cookie").device_token
    assert guess(db, password=PASSWORD, device_token=strangers) == "too many"
    assert [guess(db, device_token=device) for _ in range(11)] == ["wrong"] * 10 + ["too many"]


def test_a_known_device_keeps_its_mark(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_in, "DEVICES_KEPT", 3)
    device = sign_in(db, "alice", PASSWORD, kind="cookie").device_token
    assert sign_in(db, "alice", PASSWORD, kind="cookie", device_token=device).device_token == device
    for _ in range(4):
        sign_in(db, "alice", PASSWORD, kind="bearer")
    with db.reading() as session:
        assert len(session.scalars(select(Device)).all()) == 3


def test_right_passwords_at_once_lock_nobody_out(db: Database) -> None:
    with ThreadPoolExecutor(16) as threads:
        told = list(threads.map(lambda _: guess(db, password=PASSWORD), range(16)))
    assert not {"wrong", "too many"} & set(told)
    assert len(set(told)) == 16


def test_guesses_at_once_are_counted_one_by_one(db: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(lambda _: guess(db), range(24)))
    assert told.count("wrong") == 10
    assert told.count("too many") == 14


def test_of_many_guesses_at_once_few_are_looked_at(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, all_here = [], threading.Barrier(20)

    def verify(*given: str) -> bool:
        """All that may be looked at are, before the first is told that it is wrong."""
        seen.append(given)
        all_here.wait(20)
        return verify_password(*given)

    monkeypatch.setattr(signing_in, "verify_password", verify)
    with ThreadPoolExecutor(32) as threads:
        told = list(threads.map(lambda _: guess(db), range(32)))
    assert len(seen) == 20
    assert (told.count("wrong"), told.count("too many")) == (10, 22)
    assert guess(db) == "too many"
    assert len(seen) == 20


def test_no_password_is_hashed_inside_a_transaction(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    open_now = threading.local()
    seen: list[int] = []
    event.listen(db.engine, "begin", lambda _: setattr(open_now, "count", getattr(open_now, "count", 0) + 1))
    for ending in ("commit", "rollback"):
        event.listen(db.engine, ending, lambda _: setattr(open_now, "count", open_now.count - 1))
    verify = signing_in.verify_password
    monkeypatch.setattr(
        signing_in, "verify_password", lambda *given: seen.append(getattr(open_now, "count", 0)) or verify(*given)
    )
    guess(db)
    guess(db, password=PASSWORD)
    guess(db, "nobody.here")
    assert seen == [0, 0, 0]


def test_unknown_names_cost_the_same_time(db: Database) -> None:
    def seconds(username: str) -> float:
        # The work that is done, however busy the machine is meanwhile.
        began = time.thread_time()
        guess(db, username)
        return time.thread_time() - began

    known = min(seconds("alice") for _ in range(5))
    unknown = min(seconds("nobody.here") for _ in range(5))
    assert 0.7 < unknown / known < 1.4
    assert HASHER.check_needs_rehash(NOBODYS_HASH) is False


@pytest.mark.parametrize("password", ["short", "", "aaaaaaaaaaaa", "x" * 257, "new.person"])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        hold_password(password, "new.person")
    assert list(refused.value.errors) == ["password"]


def test_it_adds_a_person(db: Database) -> None:
    with db.writing() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "loufeng")).one()
    with db.writing() as session:
        unit = session.get_one(Unit, unit.id)
        accounts.create_user(session, "New.Clerk", "新受理员", "a good password", [("clerk", unit)], "en")
    with db.reading() as session:
        user = user_for_token(session, sign_in(db, "new.clerk", "a good password", kind="bearer").token)
        assert user is not None
        assert (user.name, user.locale, user.memberships[0].role) == ("新受理员", "en", "clerk")
    with db.writing() as session, pytest.raises(Invalid) as refused:
        accounts.create_user(session, "new.clerk", "Again", "a good password", [])
    assert list(refused.value.errors) == ["username"]
    with db.writing() as session, pytest.raises(Invalid) as refused:
        accounts.create_user(session, "new clerk", " ", "a good password", [("king", unit)], "fr")
    assert set(refused.value.errors) == {"username", "name", "role", "locale"}


def test_old_sign_ins_and_counters_go(db: Database) -> None:
    guess(db)
    sign_in(db, "alice", PASSWORD, kind="bearer")
    with time_machine.travel(now() + timedelta(days=61)), db.writing() as session:
        assert sign_ins.prune(session) == 1
        assert throttle.prune(session) == 2
        assert session.scalars(select(Session)).all() == []
        assert session.scalars(select(Throttle)).all() == []


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13800138000", "+8613800138000"),
        ("138 0013 8000", "+8613800138000"),
        ("138-0013-8000", "+8613800138000"),
        ("＋８６ １３８００１３８０００", "+8613800138000"),
        ("8613800138000", "+8613800138000"),
        ("008613800138000", "+8613800138000"),
        ("0512-67681234", "+8651267681234"),
        ("(0512) 6768 1234", "+8651267681234"),
        ("+86 512 6768 1234", "+8651267681234"),
        ("+86 0512 67681234", "+8651267681234"),
        ("010 65529988", "+861065529988"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("0044 20 7946 0958", "+442079460958"),
    ],
)
def test_numbers_have_one_form(written: str, number: str) -> None:
    assert normalise(written) == number


@pytest.mark.parametrize("written", ["", "12345", "12800138000", "1380013800a", "+0123456789", "+1234567890123456"])
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(Invalid):
        normalise(written)


def test_numbers_are_kept_encrypted_and_found_again(db: Database) -> None:
    book = PhoneBook("s" * 40)
    with db.writing() as session:
        first = rider_of_phone(session, book, "138 0013 8000", "王师傅")
        again = rider_of_phone(session, book, "+86 13800138000", None)
        assert first is again
        assert first.name == "王师傅"
        assert first.has_role("rider")
    with db.reading() as session:
        row = session.scalars(select(User).where(User.phone_tail == "8000")).one()
        assert row.phone_encrypted is not None
        assert b"13800138000" not in row.phone_encrypted
        assert book.open(row.phone_encrypted) == "+8613800138000"
        assert PhoneBook("t" * 40).open(row.phone_encrypted) is None
        assert row.phone_hash == book.hash("+8613800138000")
        assert row.phone_hash != PhoneBook("t" * 40).hash("+8613800138000")
