"""Whoever leaves leaves no word behind: what they wrote, what names them, and their pictures; others' words stay."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Act,
    Answer,
    EventWords,
    Journal,
    JournalWords,
    Notification,
    Photo,
    Throttle,
    Ticket,
)
from models.clock import now
from stage.cast import LOUFENG, RUBBISH, a_report, a_ticket, person, photo, step
from tests.workflow.personal.leaving import NUMBER, done, findings, leave, where
from tests.workflow.personal.test_export import BOOK, with_phone
from tests.workflow.situations import cap
from workflow import ledger, personal, telling, throttle
from workflow.actors import SYSTEM
from workflow.administration.acts import record
from workflow.administration.look import look
from workflow.engine import fire
from workflow.identity import signing_in
from workflow.personal.holdings import NAMELESS
from workflow.report.joining import join
from workflow.report.opening import NewReport, open_report
from workflow.riders import rider_of_phone


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
    throttle.count(session, signing_in.GUESSES, "alice")
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


def test_pictures_are_named_for_the_job_that_removes_their_files(session: Session) -> None:
    alice = person(session, "alice")
    names = [photo(session, alice) for _ in range(3)]
    a_report(session, photos=names[:2])
    personal.ask(session, alice, actor=alice, let_go=True)
    assert personal.erase(session, alice.id, BOOK) == ["key1", "key2", "key3"]
    assert session.scalars(select(Photo)).all() == []
    assert session.scalars(select(Ticket)).one().state == "withdrawn"


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
