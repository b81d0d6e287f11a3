"""Mail that the server refuses or puts off, or that no server can take: given up, tried again, and who is told."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from models import Notification
from models.clock import now
from models.database import Database
from queues.dead_letters import send_again
from queues.run import FIRST_WAIT_SECONDS, MOST_RUNS, run
from stage.cast import a_ticket, person
from stage.mail_server import MailServer
from tests.queues.letters import NOON, a_letter, mails, settle, subscribe
from workflow import notices
from workflow.actors import SYSTEM


def test_a_refused_address_is_given_up_with_the_servers_codes(db: Database, mail_server: MailServer) -> None:
    row = a_letter(db)
    mail_server.rcpt = ["550 5.1.1 <erin@example.org> has no mailbox here"]
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
    assert mail_server.recipients == ["erin@example.com"]


def test_a_refusal_by_policy_does_not_speak_against_the_address(db: Database, mail_server: MailServer) -> None:
    row = a_letter(db)
    mail_server.rcpt = ["554 5.7.1 relaying denied"]
    run(row)
    assert mails(db)[0].last_error == "the mail server refused the recipient: 554 5.7.1"
    with db.reading() as session:
        assert person(session, "erin").email_refused is None


@pytest.mark.parametrize("where", ["mail", "data"])
def test_a_refused_sender_or_message_is_given_up_and_can_be_sent_again(
    db: Database, mail_server: MailServer, where: str
) -> None:
    row = a_letter(db)
    getattr(mail_server, where).append("550 5.7.1 not from you")
    run(row)
    (dead,) = mails(db)
    assert dead.dead_at is not None
    assert dead.last_error == f"the mail server refused the {'sender' if where == 'mail' else 'message'}: 550 5.7.1"
    with db.writing() as session:
        send_again(session, row, SYSTEM)
    run(row)
    assert len(mail_server.letters) == 1


@pytest.mark.parametrize("where", ["mail", "rcpt", "data"])
def test_a_temporary_refusal_is_tried_again_later(db: Database, mail_server: MailServer, where: str) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        row = a_letter(db)
        getattr(mail_server, where).extend(["451 4.7.1 greylisted"] * 2)
        for wait in (FIRST_WAIT_SECONDS, 2 * FIRST_WAIT_SECONDS):
            run(row)
            (again,) = mails(db)
            assert (again.done_at, again.dead_at, again.held_until, again.lease) == (None, None, None, None)
            assert again.due == now() + timedelta(seconds=wait)
            assert again.last_error is not None
            assert again.last_error.endswith("451 4.7.1")
            clock.shift(wait)
        run(row)
    assert len(mail_server.letters) == 1
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


@pytest.mark.parametrize("who", ["user:%C3%9Fecret", "us%C3%A9r:secret"])
def test_a_sign_in_that_no_mail_server_can_take_is_put_off_with_a_sentence(
    db: Database, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    monkeypatch.setenv("SMTP_URL", mail_server.url.replace("smtp://", f"smtp://{who}@") + "?starttls=never")
    run(a_letter(db))
    assert mail_server.letters == []
    (row,) = mails(db)
    assert row.dead_at is None
    assert row.last_error == "SMTP_URL: a mail server's user name and password may hold ASCII characters only"


def test_a_password_never_goes_in_the_clear(
    db: Database, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_URL", mail_server.url.replace("smtp://", "smtp://user:secret@"))
    run(a_letter(db))
    assert mail_server.letters == []
    (row,) = mails(db)
    assert row.last_error == "the mail server could not be spoken to: SMTPNotSupportedError"
