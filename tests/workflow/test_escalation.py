"""Who hears that a deadline is near, over or late: each once a running clock, and never once the ticket moved on."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import Notification, Outbox, Unit
from models.clock import now
from stage.cast import a_ticket, person, step
from tests.workflow.watching import TOLD, look, pass_time, urges, warned
from workflow import escalation, telling
from workflow.report import clocks

DAY = timedelta(days=1)


def test_the_clerks_hear_of_a_report_that_nobody_accepts(session: Session, monday: time_machine.Traveller) -> None:
    a_ticket(session, "submitted")
    pass_time(session, monday, now() + 3 * DAY)
    assert warned(session) == {"carol": ["near", "over"], "carl": ["near", "over"], "sam": ["late"]}


def test_the_handler_then_the_head_then_the_supervisor(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session, "in_progress")
    due = ticket.due_at
    assert due is not None
    assert ticket.near_at is not None
    pass_time(session, monday, ticket.near_at)
    assert warned(session) == {"erin": ["near"]}
    pass_time(session, monday, due)
    assert warned(session) == {"erin": ["near", "over"], "hana": ["over"]}
    pass_time(session, monday, due + 3 * DAY)
    assert warned(session) == {"erin": ["near", "over"], "hana": ["over"], "sam": ["late"]}


def test_all_of_the_department_hear_while_nobody_has_accepted_it(
    session: Session, monday: time_machine.Traveller
) -> None:
    a_ticket(session, "assigned")
    pass_time(session, monday, now() + 5 * DAY)
    assert warned(session)["hana"] == warned(session)["erin"] == ["near", "over"]


def test_all_of_the_department_hear_when_its_handler_has_left(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session, "in_progress")
    person(session, "erin").disabled_at = now()
    session.flush()
    pass_time(session, monday, ticket.near_at or now())
    assert warned(session) == {"hana": ["near"]}


def test_what_is_over_is_urged_once_by_the_system_and_says_why(
    session: Session, monday: time_machine.Traveller
) -> None:
    ticket = a_ticket(session, "in_progress")
    pass_time(session, monday, now() + 10 * DAY, twice=True)
    (urge,) = urges(session, ticket)
    assert (urge.actor_role, urge.actor_id, ticket.urges) == ("system", None, 1)
    assert "overdue" in urge.details
    telling.deliver(session, urge.id)
    keys = session.scalars(select(Notification.key).where(Notification.key == "told.lead.urge")).all()
    assert keys == []  # who must act has heard of the deadline itself


def test_what_waits_for_the_clerk_is_not_urged(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session, "triaged")
    pass_time(session, monday, now() + 5 * DAY)
    assert urges(session, ticket) == []
    assert warned(session)["carol"] == ["near", "over"]


def test_an_arbitration_that_waits_is_the_supervisors(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session, "assigned")
    for name in ("send_back", "assign", "send_back"):
        step(session, ticket, name)
    assert ticket.clock == "arbitrate"
    pass_time(session, monday, now() + 5 * DAY)
    assert warned(session) == {"sam": ["near", "over", "late"]}


def test_a_confirmation_is_near_for_the_clerks_and_never_over(session: Session, monday: time_machine.Traveller) -> None:
    a_ticket(session, "resolved")
    pass_time(session, monday, now() + 10 * DAY)
    assert warned(session) == {"carol": ["near"], "carl": ["near"]}


def test_a_worker_that_comes_late_says_only_what_is_true(session: Session, monday: time_machine.Traveller) -> None:
    a_ticket(session, "in_progress")
    monday.shift(10 * DAY)
    look(session)
    assert warned(session) == {"erin": ["over"], "hana": ["over"], "sam": ["late"]}


def test_a_ticket_that_has_moved_on_is_told_of_no_more(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session, "in_progress")
    step(session, ticket, "resolve")
    step(session, ticket, "confirm")
    pass_time(session, monday, now() + 10 * DAY)
    assert warned(session) == {}


def test_an_extension_moves_the_steps_that_are_still_to_come(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session, "in_progress")
    first = ticket.due_at
    assert first is not None
    pass_time(session, monday, ticket.near_at or now())
    step(session, ticket, "request_extension")
    step(session, ticket, "grant_extension")
    pass_time(session, monday, first)
    assert warned(session) == {"erin": ["near"]}
    pass_time(session, monday, ticket.due_at or now())
    assert warned(session) == {"erin": ["near", "over"], "hana": ["over"]}


def test_a_clock_that_rested_is_watched_anew(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session, "suspended")
    pass_time(session, monday, now() + 2 * DAY)
    assert warned(session) == {}
    step(session, ticket, "resume")
    pass_time(session, monday, ticket.due_at or now())
    assert warned(session) == {"erin": ["near", "over"], "hana": ["over"]}


def test_a_clock_that_starts_anew_is_told_of_anew(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session, "in_progress")
    pass_time(session, monday, ticket.near_at or now())
    step(session, ticket, "resolve")
    step(session, ticket, "rework")
    pass_time(session, monday, ticket.near_at or now())
    assert warned(session)["erin"] == ["near", "near"]


def test_clocks_of_before_the_timers_are_left_alone(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session, "in_progress")
    ticket.near_at = None
    session.execute(delete(Outbox).where(Outbox.topic == "watch_clock"))
    monday.shift(10 * DAY)
    escalation.watch(session, clocks.running(ticket))
    assert warned(session) == {}


def test_the_supervisor_reads_whose_turn_it_is(session: Session, monday: time_machine.Traveller) -> None:
    """A community has no clerks, and a department no part in what its street has not assigned."""
    waiting, led = a_ticket(session), a_ticket(session, "in_progress")
    for each in (waiting, led):
        each.unit = session.scalars(select(Unit).where(Unit.code == "loufeng-jinyi")).one()
    session.flush()
    pass_time(session, monday, now() + 10 * DAY)
    rows = session.scalars(TOLD.where(Notification.key == "told.deadline.late")).all()
    where = {each.ticket_id: each.params["where"]["zh"] for each in rows}
    assert led.department is not None
    assert where == {waiting.id: "娄葑街道", led.id: led.department.name("zh")}


def test_whoever_must_decide_is_told_that_they_are_waited_for(
    session: Session, monday: time_machine.Traveller
) -> None:
    ticket = a_ticket(session, "assigned")
    for name in ("send_back", "assign", "send_back"):
        step(session, ticket, name)
    assert ticket.clock == "arbitrate"
    pass_time(session, monday, now() + 10 * DAY)
    rows = [each for each in session.scalars(TOLD) if each.key.startswith("told.deadline.arbitrate.")]
    said = telling.sentences(session, rows, "zh")
    assert [each.key.rpartition(".")[2] for each in rows] == ["near", "over", "late"]
    assert all("等您裁定" in each and "责任单位" not in each for each in said)


def test_what_is_told_has_no_riders_name(session: Session, monday: time_machine.Traveller) -> None:
    a_ticket(session, "in_progress")
    pass_time(session, monday, now() + 10 * DAY)
    rows = session.scalars(select(Notification).where(Notification.key.startswith("told.deadline."))).all()
    for locale in ("zh", "en"):
        for said in telling.sentences(session, rows, locale):
            assert "Alice" not in said
            assert "{" not in said
    assert {each.partition("时限")[1] for each in telling.sentences(session, rows, "zh")} == {"时限"}
