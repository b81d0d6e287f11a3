"""Mail through a real SMTP server: once, in the reader's language, to those who want it; what becomes of the rest."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Notification, Outbox, Ticket
from models.clock import now
from models.database import Database, database
from queues.dead_letters import send_again
from queues.run import FIRST_WAIT_SECONDS, MOST_RUNS, run
from tests.cast import a_ticket, person, step
from tests.draining import drain
from tests.queues.mail_server import MailServer
from workflow import notices, telling
from workflow.actors import SYSTEM
from workflow.engine import fire

NOON = "2026-11-16T01:30:00Z"
BASE = "https://whistle.example.org"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server, and settings that name it."""
    server = MailServer()
    server.start()
    monkeypatch.setenv("SMTP_URL", server.url)
    monkeypatch.setenv("BASE_URL", BASE)
    yield server
    server.stop()


def settle(db: Database) -> None:
    """Run everything but mail; what is left to send is for the tests."""
    with db.reading() as session:
        later = select(Outbox.id).where(Outbox.done_at.is_(None), Outbox.topic != "mail", Outbox.due <= now())
        rows = list(session.scalars(later.order_by(Outbox.id)))
    for row in rows:
        run(row)


def mails(db: Database) -> list[Outbox]:
    with db.reading() as session:
        return list(session.scalars(select(Outbox).where(Outbox.topic == "mail").order_by(Outbox.id)))


def subscribe(session: Session, name: str, locale: str = "zh", **switched: bool) -> None:
    who = person(session, name)
    who.locale = locale
    notices.set_address(session, who, f"{name}@example.org")
    notices.switch(session, who, {(kind, "mail"): on for kind, on in switched.items()})


def a_letter(db: Database, name: str = "erin", locale: str = "zh") -> int:
    """A mail that waits to be sent, about a new ticket; its row."""
    with db.writing() as session:
        subscribe(session, name, locale, work=True)
        a_ticket(session, "assigned")
    settle(db)
    (row,) = mails(db)
    return row.id


def text_of(letter: EmailMessage, kind: str = "plain") -> str:
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_a_mail_is_delivered_once_in_the_readers_language(db: Database, server: MailServer) -> None:
    row = a_letter(db)
    run(row)
    run(row)
    (letter,) = server.letters
    with db.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        rows = session.scalars(select(Notification).where(Notification.user_id == person(session, "erin").id)).all()
        (sentence,) = telling.sentences(session, rows, "zh")
    assert server.recipients == ["erin@example.org"]
    assert letter["Subject"] == f"【吹哨】工单：{ticket.number}"
    assert "=?utf-8?" in letter.as_string()
    assert parseaddr(letter["From"]) == ("吹哨", "whistle@whistle.example.org")
    assert letter["Message-ID"] == f"<whistle-{row}@whistle.example.org>"
    assert letter["List-Unsubscribe"] == f"<{BASE}/account>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"]
    for kind in ("plain", "html"):
        assert sentence in text_of(letter, kind)
        assert f"{BASE}/tickets/{ticket.number}" in text_of(letter, kind)
    assert '<html lang="zh-CN">' in text_of(letter, "html")
    assert mails(db)[0].done_at is not None


def test_who_reads_english_gets_english(db: Database, server: MailServer) -> None:
    run(a_letter(db, locale="en"))
    (letter,) = server.letters
    assert letter["Subject"].startswith("[Whistle] Work: ")
    assert letter["Content-Language"] == "en"
    assert "吹哨" not in letter.as_string()
    assert "New ticket" in text_of(letter)


def test_what_people_wrote_is_no_markup_and_no_header(db: Database, server: MailServer) -> None:
    with db.writing() as session:
        subscribe(session, "erin", work=True)
        ticket = a_ticket(session, "resolved")
        reason = "还在<script>alert(1)</script>\r\nBcc: eve@example.org"
        fire(ticket, "rework", actor=person(session, "carol"), reason=reason)
    settle(db)
    for row in mails(db):
        run(row.id)
    letter = next(each for each in server.letters if "返工" in text_of(each))
    assert "<script>" not in text_of(letter, "html")
    assert letter["Bcc"] is None
    assert set(server.recipients) == {"erin@example.org"}


def test_no_rider_is_named_to_a_department(db: Database, server: MailServer) -> None:
    with db.writing() as session:
        subscribe(session, "erin", work=True, progress=True)
        ticket = a_ticket(session, "in_progress")
        step(session, ticket, "resolve")
        step(session, ticket, "rework", "alice")
        fire(ticket, "comment", actor=person(session, "alice"), note="请快一点")
    settle(db)
    for row in mails(db):
        run(row.id)
    assert len(server.letters) >= 3
    assert not [each for each in server.letters if "Alice" in each.as_string() or "Alice" in text_of(each)]


def test_nobody_without_an_address_costs_a_row(db: Database) -> None:
    with db.writing() as session:
        a_ticket(session, "in_progress")
    settle(db)
    assert mails(db) == []


def test_a_kind_that_is_switched_off_is_not_mailed(db: Database, server: MailServer) -> None:
    with db.writing() as session:
        subscribe(session, "alice", progress=False)
        a_ticket(session, "in_progress")
    settle(db)
    assert mails(db) == []


@pytest.mark.parametrize("what", ["switched off", "disabled", "refused", "without an address", "gone"])
def test_it_looks_again_before_it_sends(db: Database, server: MailServer, what: str) -> None:
    row = a_letter(db)
    with db.writing() as session:
        erin = person(session, "erin")
        if what == "switched off":
            notices.switch(session, erin, {("work", "mail"): False})
        elif what == "disabled":
            erin.disabled_at = now()
        elif what == "refused":
            erin.email_refused = "550"
        elif what == "without an address":
            notices.set_address(session, erin, None)
        else:
            for each in session.scalars(select(Notification)):
                session.delete(each)
    run(row)
    assert server.letters == []
    assert mails(db)[0].done_at is not None


def test_without_a_server_in_the_settings_nothing_is_sent_and_nothing_waits(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SMTP_URL", raising=False)
    run(a_letter(db))
    assert mails(db)[0].done_at is not None


def test_only_the_mail_is_wanted_and_the_inbox_stays_empty(db: Database, server: MailServer) -> None:
    with db.writing() as session:
        subscribe(session, "alice")
        notices.switch(session, person(session, "alice"), {("progress", "inbox"): False})
        a_ticket(session, "triaged")
    drain()
    assert len(server.letters) == 1
    with db.reading() as session:
        alice = person(session, "alice")
        assert session.scalars(select(Notification).where(telling.in_inbox(alice))).all() == []


def test_a_refused_address_is_given_up_with_the_servers_codes(db: Database, server: MailServer) -> None:
    row = a_letter(db)
    server.rcpt = ["550 5.1.1 <erin@example.org> has no mailbox here"]
    run(row)
    (dead,) = mails(db)
    assert dead.dead_at is not None
    assert dead.last_error == "the mail server refused the recipient: 550 5.1.1"
    with db.writing() as session:
        assert person(session, "erin").email_refused == "550 5.1.1"
        (alarm,) = session.scalars(select(Notification).where(Notification.key == "told.admin.unsent")).all()
        assert alarm.user_id == person(session, "ada").id
        a_ticket(session, "assigned")
    settle(db)
    assert len(mails(db)) == 1  # no more of it before the address is another
    with db.writing() as session:
        notices.set_address(session, person(session, "erin"), "erin@example.com")
        a_ticket(session, "assigned")
    settle(db)
    run(mails(db)[-1].id)
    assert server.recipients == ["erin@example.com"]


def test_a_refusal_by_policy_does_not_speak_against_the_address(db: Database, server: MailServer) -> None:
    row = a_letter(db)
    server.rcpt = ["554 5.7.1 relaying denied"]
    run(row)
    assert mails(db)[0].last_error == "the mail server refused the recipient: 554 5.7.1"
    with db.reading() as session:
        assert person(session, "erin").email_refused is None


@pytest.mark.parametrize("where", ["mail", "data"])
def test_a_refused_sender_or_message_is_given_up_and_can_be_sent_again(
    db: Database, server: MailServer, where: str
) -> None:
    row = a_letter(db)
    getattr(server, where).append("550 5.7.1 not from you")
    run(row)
    (dead,) = mails(db)
    assert dead.dead_at is not None
    assert dead.last_error == f"the mail server refused the {'sender' if where == 'mail' else 'message'}: 550 5.7.1"
    with db.writing() as session:
        send_again(session, row, SYSTEM)
    run(row)
    assert len(server.letters) == 1


@pytest.mark.parametrize("where", ["mail", "rcpt", "data"])
def test_a_temporary_refusal_is_tried_again_later(db: Database, server: MailServer, where: str) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        row = a_letter(db)
        getattr(server, where).extend(["451 4.7.1 greylisted"] * 2)
        for wait in (FIRST_WAIT_SECONDS, 2 * FIRST_WAIT_SECONDS):
            run(row)
            (again,) = mails(db)
            assert (again.done_at, again.dead_at, again.held_until, again.lease) == (None, None, None, None)
            assert again.due == now() + timedelta(seconds=wait)
            assert again.last_error is not None
            assert again.last_error.endswith("451 4.7.1")
            clock.shift(wait)
        run(row)
    assert len(server.letters) == 1
    assert mails(db)[0].done_at is not None


def test_a_server_that_is_away_is_tried_again_for_a_night_and_then_told_once_a_day(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("SMTP_URL", f"smtp://127.0.0.1:{free.getsockname()[1]}")
    with time_machine.travel(NOON, tick=False) as clock:
        started = now()
        with db.writing() as session:
            subscribe(session, "ada")
            subscribe(session, "erin", work=True)
            a_ticket(session, "assigned")
            a_ticket(session, "assigned")
        settle(db)
        first, second = (row.id for row in mails(db))
        for _ in range(MOST_RUNS):
            run(first)
            run(second)
            clock.move_to(max(row.due for row in mails(db)))
        assert now() - started > timedelta(hours=8)
        assert [row.last_error for row in mails(db)] == [
            "the mail server could not be spoken to: ConnectionRefusedError"
        ] * 2
        with db.reading() as session:
            alarms = session.scalars(select(Notification).where(Notification.key == "told.admin.unsent")).all()
            assert len(alarms) == 1
        assert len(mails(db)) == 2  # that mail cannot be sent is not told by mail


def test_the_database_is_free_while_a_mail_is_on_its_way(db: Database, server: MailServer) -> None:
    row, wrote = a_letter(db), []

    def write() -> None:
        own = Database()
        own.connect(database.engine.url.render_as_string(hide_password=False))
        with own.writing() as session:
            person(session, "bob").name = "Robert"
            held = session.get_one(Outbox, row).held_until
            wrote.append(held is not None and held > now())
        own.engine.dispose()

    server.while_sending = write
    run(row)
    assert wrote == [True]
    assert len(server.letters) == 1


def test_another_worker_leaves_what_is_on_its_way_alone(db: Database, server: MailServer) -> None:
    row = a_letter(db)
    server.while_sending = lambda: run(row)  # comes to no errand: that would need the main thread's alarm clock
    run(row)
    assert len(server.letters) == 1
    assert mails(db)[0].runs == 0


def test_a_worker_that_was_killed_while_it_sent_sends_it_again_as_the_same(db: Database, server: MailServer) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        row = a_letter(db)

        with db.writing() as session:  # as the first transaction of a run leaves it
            kept = session.get_one(Outbox, row)
            kept.runs, kept.attempts = 1, 1
            kept.held_until = kept.lease = now() + timedelta(seconds=120)
        run(row)
        assert server.letters == []
        clock.shift(121)
        run(row)
    (letter,) = server.letters
    assert letter["Message-ID"] == f"<whistle-{row}@whistle.example.org>"


@pytest.mark.parametrize("who", ["user:%C3%9Fecret", "us%C3%A9r:secret"])
def test_a_sign_in_that_no_mail_server_can_take_is_put_off_with_a_sentence(
    db: Database, server: MailServer, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    monkeypatch.setenv("SMTP_URL", server.url.replace("smtp://", f"smtp://{who}@") + "?starttls=never")
    run(a_letter(db))
    assert server.letters == []
    (row,) = mails(db)
    assert row.dead_at is None
    assert row.last_error == "SMTP_URL: a mail server's user name and password may hold ASCII characters only"


def test_a_password_never_goes_in_the_clear(
    db: Database, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_URL", server.url.replace("smtp://", "smtp://user:secret@"))
    run(a_letter(db))
    assert server.letters == []
    (row,) = mails(db)
    assert row.last_error == "the mail server could not be spoken to: SMTPNotSupportedError"
