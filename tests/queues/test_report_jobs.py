"""What follows a report by itself."""

from __future__ import annotations

import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Account, Event, Journal, Notification, Outbox, Ticket
from models.clock import now
from models.database import Database
from queues.run import run
from stage.cast import LOUFENG, a_ticket, person, photo, step
from tests.draining import drain
from workflow import telling
from workflow.engine import fire
from workflow.report.opening import NewReport, open_report

MONDAY = "2026-11-16T01:30:00Z"  # 09:30 in Suzhou


def open_one(db: Database, rider: str = "alice", **about: object) -> int:
    with db.writing() as session:
        values = {"category": "06010", "latitude": LOUFENG[0], "longitude": LOUFENG[1]} | about
        return open_report(session, person(session, rider), NewReport(**values)).id


def told(session: Session, name: str, locale: str = "zh") -> list[str]:
    query = select(Notification).where(Notification.user_id == person(session, name).id).order_by(Notification.id)
    return telling.sentences(session, session.scalars(query).all(), locale)


def test_a_report_is_routed_and_its_clerks_are_told(db: Database) -> None:
    number = open_one(db)
    assert drain() == ["route_report"]
    with db.reading() as session:
        ticket = session.get_one(Ticket, number)
        assert ticket.unit.path.startswith("sip/loufeng/")
        assert told(session, "carol") == [f"新上报 {ticket.number}「暴露垃圾」，请受理。"]
        assert told(session, "carl") == told(session, "carol")
        assert told(session, "dave") == []


def test_outside_the_citys_own_clerk_is_told(db: Database) -> None:
    open_one(db, latitude=30.0, longitude=119.0)
    drain()
    with db.reading() as session:
        assert len(told(session, "cleo")) == 1
        assert told(session, "carol") == []


def test_a_job_that_runs_again_does_nothing_again(db: Database) -> None:
    open_one(db)
    drain()
    with db.writing() as session:
        rows = [row.id for row in session.scalars(select(Outbox))]
        for row in session.scalars(select(Outbox)):
            row.done_at = None
    for row in rows:
        run(row)
    drain()
    with db.reading() as session:
        assert len(told(session, "carol")) == 1


def test_from_confirmed_to_rewarded_and_told_and_paid_once(db: Database) -> None:
    with db.writing() as session:
        number = a_ticket(session, "confirmed").id
    assert "settle_report" in drain()
    with db.reading() as session:
        ticket = session.get_one(Ticket, number)
        assert ticket.state == "rewarded"
        rider = person(session, "alice")
        account = session.scalars(select(Account).where(Account.user_id == rider.id, Account.kind == "rider")).one()
        assert account.balance == 10
        assert session.scalar(select(func.count(Journal.id))) == 1
        assert told(session, "alice")[-1] == f"{ticket.number}「暴露垃圾」核查通过，10 积分已到账。"
        assert told(session, "alice", "en")[-1] == (
            f"{ticket.number} “Exposed rubbish” was confirmed; 10 points are in your account."
        )


def test_an_anonymous_report_is_closed_without_points_and_says_why(db: Database) -> None:
    with db.writing() as session:
        number = a_ticket(session, "confirmed", anonymous=True).id
    drain()
    with db.reading() as session:
        ticket = session.get_one(Ticket, number)
        assert ticket.state == "closed"
        assert told(session, "alice")[-1] == f"{ticket.number} 已结案；匿名上报不计积分。"
        assert session.scalar(select(func.count(Journal.id))) == 0


def test_three_workdays_of_silence_confirm(db: Database) -> None:
    with time_machine.travel(MONDAY, tick=False) as clock:
        with db.writing() as session:
            number = a_ticket(session, "resolved").id
        drain()
        with db.reading() as session:
            due = session.get_one(Ticket, number).due_at
        assert due is not None
        assert (due - now()).days == 3
        clock.move_to(due)
        drain()
        with db.reading() as session:
            ticket = session.get_one(Ticket, number)
            assert ticket.state == "rewarded"
            query = select(Event).where(Event.subject_id == number, Event.action == "confirm")
            assert session.scalars(query).one().actor_role == "system"


def test_a_rework_meanwhile_starts_the_silence_anew(db: Database) -> None:
    with time_machine.travel(MONDAY, tick=False) as clock:
        with db.writing() as session:
            ticket = a_ticket(session, "resolved")
            number, first = ticket.id, ticket.due_at
        clock.shift(3600)
        with db.writing() as session:
            ticket = session.get_one(Ticket, number)
            step(session, ticket, "rework")
            step(session, ticket, "resolve")
            second = ticket.due_at
        assert first is not None
        assert second is not None
        clock.move_to(first)
        drain()
        with db.reading() as session:
            assert session.get_one(Ticket, number).state == "resolved"
        clock.move_to(second)
        drain()
        with db.reading() as session:
            assert session.get_one(Ticket, number).state == "rewarded"


def test_at_the_day_of_review_a_suspended_ticket_goes_on_and_the_supervisor_hears(db: Database) -> None:
    with time_machine.travel(MONDAY, tick=False) as clock:
        with db.writing() as session:
            ticket = a_ticket(session, "suspended")
            number, review = ticket.id, ticket.review_at
        drain()
        assert review is not None
        clock.move_to(review)
        drain()
        with db.reading() as session:
            ticket = session.get_one(Ticket, number)
            assert ticket.state == "in_progress"
            assert ticket.due_at is not None
            assert told(session, "sam")[-1] == f"{ticket.number} 挂账复查日已到，已恢复处置。"


def test_a_rule_assigns_what_it_triaged(db: Database) -> None:
    with db.writing() as session:
        upload = photo(session, person(session, "alice"))
    number = open_one(db, category="01001", photos=[upload])
    assert drain().count("apply_rules") == 1
    with db.reading() as session:
        ticket = session.get_one(Ticket, number)
        assert (ticket.state, ticket.department.code) == ("assigned", "municipal")
        assert told(session, "carol") == []
        assert "municipal" not in told(session, "mona")[0]
        assert ticket.number in told(session, "mona")[0]


def test_an_internal_comment_is_told_to_staff_only(db: Database) -> None:
    with db.writing() as session:
        ticket = a_ticket(session, "in_progress")
        number = ticket.id
    drain()
    with db.writing() as session:
        ticket = session.get_one(Ticket, number)
        before = len(told(session, "alice"))
        fire(ticket, "comment", actor=person(session, "carol"), note="只有我们看", internal=True)
    drain()
    with db.reading() as session:
        assert len(told(session, "alice")) == before
        assert told(session, "erin")[-1].endswith("只有我们看")


def test_a_late_worker_tells_everybody_what_was_said_then_and_in_its_order(db: Database) -> None:
    with db.writing() as session:
        ticket = a_ticket(session, "assigned")
        step(session, ticket, "send_back")
        fire(ticket, "assign", actor=person(session, "carol"), department="municipal")
        fire(ticket, "comment", actor=person(session, "carol"), note="只给市政", internal=True)
    drain()
    with db.reading() as session:
        assert [each for each in told(session, "alice") if "综合执法局" in each]
        assert not [each for each in told(session, "alice") if "—" in each]
        assert len([each for each in told(session, "erin") if "新工单" in each]) == 1
        assert not [each for each in told(session, "erin") if "只给市政" in each]
        assert len([each for each in told(session, "mona") if "新工单" in each]) == 1
        rows = session.scalars(select(Notification).where(Notification.user_id == person(session, "alice").id)).all()
        events = {row.params["event"]: row.created_at for row in rows}
        assert sorted(events.values()) == [events[key] for key in sorted(events)]


def test_who_joined_hears_that_it_was_withdrawn(db: Database) -> None:
    with db.writing() as session:
        first, second = a_ticket(session, "submitted"), a_ticket(session, "submitted", "bob")
        fire(second, "merge", actor=person(session, "carol"), into=first.number)
        fire(first, "withdraw", actor=person(session, "alice"))
    drain()
    with db.reading() as session:
        assert "撤回" in told(session, "bob")[-1]
