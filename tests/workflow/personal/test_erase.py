"""Who is erased, once it was decided, and for good."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import (
    Base,
    Device,
    Event,
    EventWords,
    Membership,
    Notification,
    Outbox,
    Preference,
    User,
)
from models import Session as SignIn
from models.clock import now
from stage.cast import a_report, a_ticket, person, photo
from tests.workflow.personal.leaving import done, leave, where
from tests.workflow.personal.test_export import BOOK
from tests.workflow.situations import cap
from workflow import notices, personal, telling
from workflow.administration import people
from workflow.errors import Refused


def test_sign_ins_and_all_that_hangs_on_them_are_gone(session: Session) -> None:
    alice = person(session, "alice")
    session.add(SignIn(token_hash="t", user_id=alice.id, kind="bearer", created_at=now(), expires_at=now()))
    session.add(Device(token_hash="d", user_id=alice.id, created_at=now()))
    notices.switch(session, alice, {("progress", "inbox"): False})
    telling.write(session, alice.id, "c", "told.dead_link", {}, None)
    personal.ask(session, alice, actor=alice, let_go=False)
    assert session.scalars(select(SignIn.ended_at)).one() is not None, "at once, and not only when the job has run"
    done(session, alice)
    for model in (SignIn, Device, Preference, Notification, Membership):
        assert session.scalars(select(func.count()).select_from(model).where(model.user_id == alice.id)).one() == 0


def test_again_is_the_same(session: Session) -> None:
    cap(session, 1000)
    a_ticket(session, "rewarded", photos=[photo(session, person(session, "alice"))])
    alice = leave(session)

    def state() -> list[Any]:
        return [
            [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key.columns))]
            for table in Base.metadata.sorted_tables
        ]

    before = state()
    for _ in range(3):
        assert personal.erase(session, alice.id, BOOK) == []
        assert personal.ask(session, alice, actor=alice, let_go=True) is None
        session.flush()
    assert state() == before


def test_what_was_under_way_goes_with_the_second_look(session: Session) -> None:
    alice = leave(session)
    (second,) = session.scalars(select(Outbox).where(Outbox.topic == "erase_person", Outbox.due > now())).all()
    session.add(EventWords(event_id=_event(session, alice), salt="s", words={"note": "晚到的话"}))
    photo(session, alice)
    session.flush()
    assert personal.erase(session, int(second.ref), BOOK) == ["key1"]
    assert where(session, "晚到的话", "key1") == set()


def _event(session: Session, alice: User) -> int:
    event = session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).first()
    if event is None:
        a_report(session, "bob")
        event = session.scalars(select(Event)).one()
    late = Event(
        subject_id=event.subject_id, seq=event.seq + 1, at=now(), actor_id=alice.id, actor_role="rider",
        action="comment", from_state="x", to_state="x", details="{}", public=True, previous_hash="", hash="",
    )  # fmt: skip
    session.add(late)
    session.flush()
    return late.id


def test_nobody_is_erased_for_whom_nobody_decided_it(session: Session) -> None:
    alice = person(session, "alice")
    assert personal.erase(session, alice.id, BOOK) == []
    assert personal.erase(session, 10**9, BOOK) == []
    assert person(session, "alice").name == "Alice"


def test_staff_are_relieved_first(session: Session) -> None:
    for who in ("carol", "ada"):
        with pytest.raises(Refused) as refused:
            personal.ask(session, person(session, who), actor=person(session, "ada"), let_go=True)
        assert refused.value.key == "leave.staff"


def test_nobody_gives_the_nameless_a_name_again(session: Session) -> None:
    alice = leave(session)
    ada = person(session, "ada")
    for act in (
        lambda: people.rename(session, ada, alice.id, "Alice", "zh", None),
        lambda: people.enable(session, ada, alice.id),
        lambda: people.add_role(session, ada, alice.id, "clerk", "loufeng"),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.key == "user.has_left"
