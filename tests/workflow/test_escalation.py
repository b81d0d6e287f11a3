"""Who hears that a deadline is near, over or late: each once a running clock, and never once the ticket moved on."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import Event, Notification, Outbox, Ticket, Unit, User
from models.clock import now
from tests.cast import a_ticket, person, step
from tests.workflow.situations import in_workdays
from workflow import escalation, telling
from workflow.actors import SYSTEM
from workflow.engine import fire
from workflow.errors import Problem
from workflow.report import clocks

DAY = timedelta(days=1)


def timers(session: Session) -> list[Outbox]:
    waiting = select(Outbox).where(Outbox.topic == "watch_clock", Outbox.done_at.is_(None), Outbox.due <= now())
    return list(session.scalars(waiting.order_by(Outbox.due, Outbox.id)))


def look(session: Session, *, twice: bool = False) -> None:
    """Run the timers that are due, as the worker would; or each of them twice, as if it had not been known."""
    while rows := timers(session):
        for row in rows:
            row.done_at = now()
            for _ in range(1 + twice):
                escalation.watch(session, row.ref)
        session.flush()


def pass_time(session: Session, clock: time_machine.Traveller, until: datetime, *, twice: bool = False) -> None:
    """Let the time pass, and every timer be looked at in its own moment."""
    while True:
        due = session.scalar(
            select(Outbox.due)
            .where(Outbox.topic == "watch_clock", Outbox.done_at.is_(None), Outbox.due <= until)
            .order_by(Outbox.due)
        )
        if due is None:
            break
        clock.move_to(max(due, now()))
        look(session, twice=twice)
    clock.move_to(max(until, now()))


def warned(session: Session, *names: str) -> dict[str, list[str]]:
    """Of what steps of deadlines people heard, in order."""
    query = (
        select(User.username, Notification.key)
        .join(User, User.id == Notification.user_id)
        .where(Notification.key.startswith("told.deadline."))
        .order_by(Notification.id)
    )
    heard: dict[str, list[str]] = {name: [] for name in names}
    for name, key in session.execute(query):
        heard.setdefault(name, []).append(key.rpartition(".")[2])
    return heard


def urges(session: Session, ticket: Ticket) -> list[Event]:
    query = select(Event).where(Event.subject_id == ticket.id, Event.action == "urge").order_by(Event.seq)
    return list(session.scalars(query))


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


STEPS: dict[str, tuple[str, ...]] = {
    "triage": ("carol",), "assign": ("carol", "sam"), "accept": ("erin", "mona"), "send_back": ("erin", "mona"),
    "request_extension": ("erin", "mona"), "grant_extension": ("carol", "sam"), "request_suspension": ("erin", "mona"),
    "suspend": ("sam",), "resume": ("erin", "mona"), "resolve": ("erin", "mona"), "rework": ("carol",),
    "confirm": ("carol",), "reopen": ("carol",), "settle": (),
}  # fmt: skip
USUAL = {
    "submitted": "triage", "triaged": "assign", "assigned": "accept", "in_progress": "resolve", "suspended": "resume",
    "resolved": "rework", "confirmed": "settle", "rewarded": "reopen",
}  # fmt: skip
WAITS = (1, 20, 60, 200, 420, 1440, 3 * 1440, 6 * 1440)
do = st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 5))
on = st.tuples(st.just("on"), st.integers(0, 5))
wait = st.tuples(st.just("wait"), st.sampled_from(WAITS))


def moves(session: Session, ticket: Ticket, name: str, number: int) -> None:
    """One step by whoever may take it, if anybody may."""
    day = in_workdays(session, number + 1)
    given: dict[str, Any] = {
        "triage": {"category": "06010"},
        "assign": {"department": ["enforcement", "municipal"][number % 2]},
        "send_back": {"reason": "不是我们的"},
        "request_extension": {"until": day, "reason": "缺料"},
        "grant_extension": {"until": day},
        "request_suspension": {"review_on": day, "reason": "等施工"},
        "suspend": {"review_on": day},
        "rework": {"reason": "还在"},
        "reopen": {"reason": "又来了"},
    }.get(name, {})
    for who in STEPS[name]:
        try:
            if name == "resolve":
                step(session, ticket, name, who)
            else:
                fire(ticket, name, given, actor=person(session, who))
            return
        except Problem:
            continue
    if name == "settle" and ticket.state == "confirmed":
        fire(ticket, "reward", actor=SYSTEM)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=st.lists(st.one_of(do, on, on, wait, wait), max_size=25), twice=st.booleans())
def test_each_step_is_told_once_a_clock_and_never_of_a_clock_that_stopped(
    session: Session, monday: time_machine.Traveller, steps: list[tuple[str, int]], twice: bool
) -> None:
    start = now()
    with session.begin_nested() as undo:
        ticket = a_ticket(session, "submitted")
        seen = 0
        for name, number in steps:
            if name != "wait":
                moves(session, ticket, USUAL.get(ticket.state, "reopen") if name == "on" else name, number)
                continue
            until = now() + timedelta(minutes=number)
            while now() < until:
                pending = [each for each in waiting(session) if each <= until]
                monday.move_to(max(min(pending), now()) if pending else until)
                running, steps_before = clocks.running(ticket), ticket.warned
                look(session, twice=twice)
                rows = session.scalars(TOLD.offset(seen)).all()
                seen += len(rows)
                for row in rows:
                    assert running, "told of a clock that does not run"
                    assert row.cause.partition(":")[2] == f"{running.partition(':')[2]}:{ticket.id}"
                    step_told = row.key.rpartition(".")[2]
                    at = {"near": ticket.near_at, "over": ticket.due_at, "late": ticket.due_at}[step_told]
                    assert at is not None
                    assert at <= now()
                    assert step_told != steps_before
                if not pending:
                    break
        rows = session.scalars(TOLD).all()
        told = Counter((row.user_id, row.key, row.cause.partition(":")[2]) for row in rows)
        assert set(told.values()) <= {1}
        over = {row.cause.partition(":")[2] for row in rows if row.key == "told.deadline.over"}
        by_system = [each for each in urges(session, ticket) if each.actor_role == "system"]
        assert len(by_system) == len({each for each in over if each.startswith("resolve:")})
        undo.rollback()
    session.expire_all()
    monday.move_to(start)


TOLD = select(Notification).where(Notification.key.startswith("told.deadline.")).order_by(Notification.id)


def waiting(session: Session) -> list[datetime]:
    query = select(Outbox.due).where(Outbox.topic == "watch_clock", Outbox.done_at.is_(None))
    return list(session.scalars(query))
