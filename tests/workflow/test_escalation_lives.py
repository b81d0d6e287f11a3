"""Random lives of a ticket: each step of a deadline is told once a running clock, and never of one that stopped."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Outbox, Ticket
from models.clock import now
from stage.cast import a_ticket, person, step
from tests.workflow.situations import in_workdays
from tests.workflow.watching import TOLD, look, urges
from workflow.actors import SYSTEM
from workflow.engine import fire
from workflow.errors import Problem
from workflow.report import clocks

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


def waiting(session: Session) -> list[datetime]:
    query = select(Outbox.due).where(Outbox.topic == "watch_clock", Outbox.done_at.is_(None))
    return list(session.scalars(query))


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
