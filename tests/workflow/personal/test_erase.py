"""Whoever leaves leaves no word behind, and every chain and balance still verifies."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import (
    Account,
    Act,
    Answer,
    Award,
    Base,
    Device,
    Event,
    EventWords,
    Journal,
    JournalWords,
    Membership,
    Notification,
    Outbox,
    Photo,
    Preference,
    Throttle,
    Ticket,
    User,
)
from models import Session as SignIn
from models.clock import now
from tests.cast import LOUFENG, RUBBISH, a_report, a_ticket, person, photo, step
from tests.workflow.personal.test_export import BOOK, with_phone
from tests.workflow.situations import cap
from workflow import identity, ledger, notices, personal, points, telling, throttle
from workflow.actors import SYSTEM
from workflow.administration import people
from workflow.administration.acts import record
from workflow.administration.look import look
from workflow.audit import Tally, audit
from workflow.engine import fire
from workflow.errors import Invalid, Refused
from workflow.personal.holdings import NAMELESS
from workflow.report.joining import join
from workflow.report.opening import NewReport, open_report
from workflow.riders import rider_of_phone

NUMBER = "+8613800138000"


def leave(session: Session, who: str = "alice", **how: Any) -> User:
    """Decided by the person, and done."""
    user = person(session, who)
    personal.ask(session, user, actor=user, let_go=True, **how)
    return done(session, user)


def done(session: Session, user: User) -> User:
    personal.erase(session, user.id, BOOK)
    session.expire_all()
    return session.get_one(User, user.id)


def findings(session: Session) -> list[str]:
    session.flush()
    return [each.sentence("en") for each in audit(session.connection(), Tally())]


def where(session: Session, *texts: str) -> set[str]:
    """The columns in which any of these texts lies, in whatever table."""
    found = set()
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)).mappings():
            for column, value in row.items():
                if any(text in str(value) for text in texts):
                    found.add(f"{table.name}.{column}")
    return found


def test_no_word_of_theirs_is_left(session: Session) -> None:
    cap(session, 1000)
    alice = with_phone(session, "alice", NUMBER)
    alice.name, alice.email = "王阿丽", "alice@example.org"
    photos = [photo(session, alice, sha256="a1" * 32)]
    ticket = a_ticket(session, "rewarded", description="阿丽的话一", address="阿丽的话二", photos=photos)
    step(session, ticket, "reopen", "carol")
    fire(ticket, "comment", actor=alice, note="阿丽的话三")
    fire(ticket, "comment", actor=person(session, "carol"), note="已打电话给王阿丽")
    fire(ticket, "comment", actor=person(session, "carol"), note="电话是 138-0013-8000")
    fire(ticket, "comment", actor=person(session, "carol"), note="请处理")
    session.add(Answer(user_id=alice.id, key="k", request_hash="h", status=201, body="阿丽的话四", created_at=now()))
    throttle.count(session, identity.GUESSES, "alice")
    throttle.count(session, throttle.Limit("anything", 5, 60), str(alice.id))
    record(session, SYSTEM, "user.create", "user", alice.id, words={"username": "alice"})
    session.flush()
    left = leave(session)
    traces = ("阿丽", "alice", "Alice", "13800138000", "138-0013-8000", "a1" * 32)
    assert where(session, *traces) == set()
    assert (left.name, left.username, left.phone_hash, left.password_hash) == (NAMELESS, None, None, None)
    assert left.disabled_at is not None
    assert session.scalars(select(Throttle)).all() == []
    words = [each.words for each in session.scalars(select(EventWords)) if each.words is not None]
    assert {"note": "请处理"} in words
    assert all(each.salt == "" for each in session.scalars(select(EventWords).where(EventWords.words.is_(None))))
    assert findings(session) == []


def test_nothing_of_others_is_touched(session: Session) -> None:
    cap(session, 1000)
    bob, carol = person(session, "bob"), person(session, "carol")
    ticket = a_ticket(session, "rewarded", "bob", description="鲍勃写的话", photos=[photo(session, bob)])
    telling.write(session, bob.id, "t", "told.triage", {"number": ticket.number}, ticket.id)
    a_report(session)
    session.flush()

    def others() -> list[Any]:
        return [ticket.description, *(personal.collect(session, each, BOOK).tables for each in (bob, carol))]

    before = others()
    leave(session)
    assert others() == before


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


def test_points_lapse_and_the_ledger_says_so(session: Session) -> None:
    cap(session, 1000)
    a_ticket(session, "rewarded")
    pending = a_ticket(session, "in_progress")
    alice = person(session, "alice")
    found = personal.standing(session, alice)
    assert (found.balance > 0, found.pending > 0, found.running, found.waiting) == (True, True, 1, 0)
    with pytest.raises(Invalid) as refused:
        personal.ask(session, alice, actor=alice, let_go=False)
    assert list(refused.value.errors) == ["let_go"]
    assert alice.erasure_asked_at is None
    leave(session)
    lapsed = session.scalars(select(Journal).where(Journal.kind == "lapse")).one()
    assert {each.amount for each in lapsed.postings} == {found.balance, -found.balance}
    assert session.scalars(select(Account.balance).where(Account.user_id == alice.id)).all() == [0, 0]
    assert session.scalars(select(Award.state).where(Award.ticket_id == pending.id)).all() == ["released"]
    assert findings(session) == []


def test_what_is_owed_lapses_too(session: Session) -> None:
    cap(session, 1000)
    a_ticket(session, "rewarded")
    alice = person(session, "alice")
    accounts = ledger.lock_accounts(session, alice.id)
    balance = accounts["rider", alice.id].balance
    # What a shop would do: the points are spent before the award is taken back.
    spent = [(accounts["rider", alice.id], -balance), (accounts["issuance", None], balance)]
    ledger.post(session, "award", "award:spent", spent)
    ledger.reverse(session, session.scalars(select(Journal)).first(), actor=person(session, "ada"), reason="照片不实")
    assert personal.standing(session, alice).owed == balance
    leave(session)
    assert session.scalars(select(Account.balance).where(Account.user_id == alice.id)).all() == [0, 0]


def test_reports_under_way_go_on_and_pay_nobody(session: Session) -> None:
    ticket = a_ticket(session, "in_progress", description="话")
    leave(session)
    for name in ("resolve", "confirm"):
        step(session, ticket, name)
    points.reserve(session, ticket, paying=True)
    assert not points.payable(session, ticket)
    assert points.why_unpaid(session, ticket) == "left"
    fire(ticket, "close", actor=SYSTEM, why="left")
    assert session.scalars(select(Notification).where(Notification.user_id == ticket.reporter_id)).all() == []
    assert ticket.description is None
    assert findings(session) == []


def test_what_no_office_has_taken_up_is_withdrawn_unless_somebody_joined(session: Session) -> None:
    alone, joined = a_report(session), a_report(session)
    join(session, person(session, "bob"), joined.public_id)
    assert personal.standing(session, person(session, "alice")).waiting == 1
    leave(session)
    assert (alone.state, joined.state) == ("withdrawn", "submitted")
    assert joined.description is None
    assert findings(session) == []


def test_a_joiner_leaves_anothers_report_as_it_is(session: Session) -> None:
    cap(session, 1000)
    theirs = a_report(session, "bob", description="鲍勃写的话")
    join(session, person(session, "alice"), theirs.public_id, [photo(session, person(session, "alice"))])
    leave(session)
    for name in ("triage", "assign", "accept", "resolve", "confirm", "reward"):
        step(session, theirs, name)
    assert theirs.description == "鲍勃写的话"
    alice = session.scalars(select(User).where(User.erased_at.is_not(None))).one()
    assert session.scalars(select(Award).where(Award.user_id == alice.id)).all() == []
    assert findings(session) == []


def test_reasons_that_name_them_go_and_others_stay(session: Session) -> None:
    cap(session, 1000)
    first, second = a_ticket(session, "rewarded"), a_ticket(session, "rewarded")
    with_phone(session, "alice", NUMBER)
    ada = person(session, "ada")
    for ticket, reason in ((first, "Alice 的照片不实"), (second, "照片不实")):
        journal = session.scalars(select(Journal).where(Journal.ticket_id == ticket.id)).one()
        ledger.reverse(session, journal, actor=ada, reason=reason)
        record(session, ada, "points.reverse", "user", person(session, "alice").id, words={"reason": reason})
    hidden = a_report(session, anonymous=True)
    look(session, ada, hidden.number, "核对 Alice 的身份")
    leave(session)
    assert where(session, "Alice") == set()
    assert session.scalars(select(JournalWords.words).order_by(JournalWords.journal_id)).all() == [None, "照片不实"]
    kept = [each.words for each in session.scalars(select(Act).where(Act.action == "points.reverse"))]
    assert sorted(map(str, kept)) == ["{'reason': '照片不实'}", "{}"]
    assert findings(session) == []


def test_inboxes_of_others_name_them_no_more(session: Session) -> None:
    ada, sam, alice = (person(session, each) for each in ("ada", "sam", "alice"))
    act = record(session, ada, "user.reset", "user", alice.id, kind="reset")
    params = {"name": {"zh": "Ada", "en": "Ada"}, "username": "alice"}
    telling.write(session, sam.id, f"act:{act.id}", "told.supervisors.reset", params, None)
    leave(session)
    told = session.scalars(select(Notification).where(Notification.user_id == sam.id)).one()
    assert told.params == {"name": {"zh": "Ada", "en": "Ada"}, "username": NAMELESS}


def test_a_clerks_kept_answer_about_their_report_goes(session: Session) -> None:
    carol = person(session, "carol")
    rider = rider_of_phone(session, BOOK, NUMBER, "王阿丽")
    ticket = a_report(session)
    ticket.reporter_id, ticket.entered_by_id = rider.id, carol.id
    for number, body in (("1", f'{{"number":"{ticket.number}","name":"王阿丽"}}'), ("2", '{"number":"SIP-26-999999"}')):
        session.add(Answer(user_id=carol.id, key=number, request_hash="h", status=201, body=body, created_at=now()))
    session.flush()
    personal.ask(session, rider, actor=person(session, "ada"), let_go=True)
    done(session, rider)
    assert session.scalars(select(Answer.key)).all() == ["2"]
    assert where(session, "王阿丽", "13800138000") == set()
    again = rider_of_phone(session, BOOK, NUMBER, "王阿丽")
    assert again.id != rider.id, "who telephones again is somebody new"


def test_staff_are_relieved_first(session: Session) -> None:
    for who in ("carol", "ada"):
        with pytest.raises(Refused) as refused:
            personal.ask(session, person(session, who), actor=person(session, "ada"), let_go=True)
        assert refused.value.key == "leave.staff"


def test_words_of_office_stay_with_the_office(session: Session) -> None:
    ticket = a_report(session)
    fire(ticket, "comment", actor=person(session, "carol"), note="办公室的话")
    carol = person(session, "carol")
    carol.memberships.clear()
    session.flush()
    personal.ask(session, carol, actor=person(session, "ada"), let_go=True)
    done(session, carol)
    assert [each.words for each in session.scalars(select(EventWords))] == [{"note": "办公室的话"}]
    assert where(session, "carol", "Carol") == set()


def test_pictures_of_office_stay_with_the_office(session: Session) -> None:
    """Whoever once worked for the city loses what they reported or joined, not what they put on others' reports."""
    carol, erin, bob = (person(session, each) for each in ("carol", "erin", "bob"))
    entering = NewReport(RUBBISH, latitude=LOUFENG[0], longitude=LOUFENG[1], photos=[photo(session, carol)])
    taken_down = open_report(session, carol, entering, reporter=bob)
    resolved = a_ticket(session, "resolved")
    fire(resolved, "comment", actor=carol, note="看", photos=[photo(session, carol)])
    fire(resolved, "comment", actor=erin, note="内", photos=[photo(session, erin)], internal=True)
    of_office = set(session.scalars(select(Photo.id)))
    theirs = a_report(session, "alice")
    for each in (carol, erin):
        each.memberships.clear()
        session.flush()
        a_report(session, str(each.username), photos=[photo(session, each)])
        join(session, each, theirs.public_id, [photo(session, each)])
        photo(session, each)
        assert personal.standing(session, each).pictures == 3
    for each in (carol, erin):
        personal.ask(session, each, actor=person(session, "ada"), let_go=True)
        assert len(personal.erase(session, each.id, BOOK)) == 3
    assert set(session.scalars(select(Photo.id))) == of_office
    # What a clerk took down for a rider is the rider's, also when that clerk has left.
    personal.ask(session, bob, actor=bob, let_go=True)
    assert len(personal.erase(session, bob.id, BOOK)) == 1
    assert taken_down.id not in set(session.scalars(select(Photo.ticket_id)))


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


def test_pictures_are_named_for_the_job_that_removes_their_files(session: Session) -> None:
    alice = person(session, "alice")
    names = [photo(session, alice) for _ in range(3)]
    a_report(session, photos=names[:2])
    personal.ask(session, alice, actor=alice, let_go=True)
    assert personal.erase(session, alice.id, BOOK) == ["key1", "key2", "key3"]
    assert session.scalars(select(Photo)).all() == []
    assert session.scalars(select(Ticket)).one().state == "withdrawn"
