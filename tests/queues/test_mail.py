"""Mail through a real SMTP server: once, in the reader's language, to those who want it, while others work on."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parseaddr
from time import monotonic

import pytest
import time_machine
from sqlalchemy import select

import queues.run
from models import Notification, Outbox, Ticket
from models.clock import now
from models.database import Database, database
from queues import smtp
from queues.run import run
from stage.cast import a_ticket, person, step
from stage.mail_server import MailServer
from tests.draining import drain
from tests.queues.busy import busy_from, wait_only_50_ms
from tests.queues.letters import BASE, a_letter, mails, settle, subscribe, text_of
from workflow import notices, telling
from workflow.engine import fire


def test_a_mail_is_delivered_once_in_the_readers_language(db: Database, mail_server: MailServer) -> None:
    row = a_letter(db)
    run(row)
    run(row)
    (letter,) = mail_server.letters
    with db.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        rows = session.scalars(select(Notification).where(Notification.user_id == person(session, "erin").id)).all()
        (sentence,) = telling.sentences(session, rows, "zh")
    assert mail_server.recipients == ["erin@example.org"]
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


def test_who_reads_english_gets_english(db: Database, mail_server: MailServer) -> None:
    run(a_letter(db, locale="en"))
    (letter,) = mail_server.letters
    assert letter["Subject"].startswith("[Whistle] Work: ")
    assert letter["Content-Language"] == "en"
    assert "吹哨" not in letter.as_string()
    assert "New ticket" in text_of(letter)


def test_what_people_wrote_is_no_markup_and_no_header(db: Database, mail_server: MailServer) -> None:
    with db.writing() as session:
        subscribe(session, "erin", work=True)
        ticket = a_ticket(session, "resolved")
        reason = "还在<script>alert(1)</script>\r\nBcc: eve@example.org"
        fire(ticket, "rework", actor=person(session, "carol"), reason=reason)
    settle(db)
    for row in mails(db):
        run(row.id)
    letter = next(each for each in mail_server.letters if "返工" in text_of(each))
    assert "<script>" not in text_of(letter, "html")
    assert letter["Bcc"] is None
    assert set(mail_server.recipients) == {"erin@example.org"}


def test_no_rider_is_named_to_a_department(db: Database, mail_server: MailServer) -> None:
    with db.writing() as session:
        subscribe(session, "erin", work=True, progress=True)
        ticket = a_ticket(session, "in_progress")
        step(session, ticket, "resolve")
        step(session, ticket, "rework", "alice")
        fire(ticket, "comment", actor=person(session, "alice"), note="请快一点")
    settle(db)
    for row in mails(db):
        run(row.id)
    assert len(mail_server.letters) >= 3
    assert not [each for each in mail_server.letters if "Alice" in each.as_string() or "Alice" in text_of(each)]


def test_nobody_without_an_address_costs_a_row(db: Database) -> None:
    with db.writing() as session:
        a_ticket(session, "in_progress")
    settle(db)
    assert mails(db) == []


def test_a_kind_that_is_switched_off_is_not_mailed(db: Database, mail_server: MailServer) -> None:
    with db.writing() as session:
        subscribe(session, "alice", progress=False)
        a_ticket(session, "in_progress")
    settle(db)
    assert mails(db) == []


@pytest.mark.parametrize("what", ["switched off", "disabled", "refused", "without an address", "gone"])
def test_it_looks_again_before_it_sends(db: Database, mail_server: MailServer, what: str) -> None:
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
    assert mail_server.letters == []
    assert mails(db)[0].done_at is not None


def test_without_a_server_in_the_settings_nothing_is_sent_and_nothing_waits(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SMTP_URL", raising=False)
    run(a_letter(db))
    assert mails(db)[0].done_at is not None


def test_only_the_mail_is_wanted_and_the_inbox_stays_empty(db: Database, mail_server: MailServer) -> None:
    with db.writing() as session:
        subscribe(session, "alice")
        notices.switch(session, person(session, "alice"), {("progress", "inbox"): False})
        a_ticket(session, "triaged")
    drain()
    assert len(mail_server.letters) == 1
    with db.reading() as session:
        alice = person(session, "alice")
        assert session.scalars(select(Notification).where(telling.in_inbox(alice))).all() == []


# On its way


def test_the_database_is_free_while_a_mail_is_on_its_way(db: Database, mail_server: MailServer) -> None:
    row, wrote = a_letter(db), []

    def write() -> None:
        own = Database()
        own.connect(database.engine.url.render_as_string(hide_password=False))
        with own.writing() as session:
            person(session, "bob").name = "Robert"
            held = session.get_one(Outbox, row).held_until
            wrote.append(held is not None and held > now())
        own.engine.dispose()

    mail_server.while_sending = write
    run(row)
    assert wrote == [True]
    assert len(mail_server.letters) == 1


def test_another_worker_leaves_what_is_on_its_way_alone(db: Database, mail_server: MailServer) -> None:
    row = a_letter(db)
    mail_server.while_sending = lambda: run(row)  # comes to no errand: that would need the main thread's alarm clock
    run(row)
    assert len(mail_server.letters) == 1
    assert mails(db)[0].runs == 0


def test_a_worker_that_was_killed_while_it_sent_sends_it_again_as_the_same(
    db: Database, mail_server: MailServer
) -> None:
    row = a_letter(db)
    for seconds, letters in ((50, 0), (0, 1)):
        with db.writing() as session:  # as the first transaction of a run leaves it
            kept = session.get_one(Outbox, row)
            kept.runs, kept.attempts = 1, 1
            kept.held_until = kept.lease = now() + timedelta(seconds=seconds)
        run(row)
        assert len(mail_server.letters) == letters
    (letter,) = mail_server.letters
    assert letter["Message-ID"] == f"<whistle-{row}@whistle.example.org>"


def test_a_mail_that_was_taken_is_not_sent_again_where_the_database_is_busy_afterwards(
    db: Database, city_url: str, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues.run, "NOTE_WAITS_SECONDS", (0.0,) * 5)
    row = a_letter(db)
    wait_only_50_ms(database.engine)
    # The second time is for writing down what was done.
    monkeypatch.setattr(database, "writing", busy_from(city_url, 2, 5))
    run(row)
    assert (mails(db)[0].done_at is not None, mails(db)[0].runs) == (True, 0)
    run(row)
    assert len(mail_server.letters) == 1


def test_a_server_that_never_says_goodbye_gets_the_letter_once(
    db: Database, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "FAREWELL_SECONDS", 0.05)
    row = a_letter(db)
    began = monotonic()
    with mail_server.deaf_to_quit():
        run(row)
    assert monotonic() - began < smtp.TIMEOUT_SECONDS / 2
    assert mails(db)[0].done_at is not None
    assert len(mail_server.letters) == 1


@pytest.mark.parametrize("city_url", ["postgresql"], indirect=True)
def test_a_hold_is_by_the_databases_clock(db: Database, mail_server: MailServer) -> None:
    row = a_letter(db)
    mail_server.while_sending = lambda: later(row)

    def later(row: int) -> None:
        with time_machine.travel(now() + timedelta(minutes=10)):  # as a machine whose clock is fast
            run(row)

    run(row)
    assert len(mail_server.letters) == 1
    assert (mails(db)[0].runs, mails(db)[0].last_error) == (0, None)
