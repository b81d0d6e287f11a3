"""A dashboard's numbers are the lengths of the lists that they open, whatever happened, on both databases."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from models import Ticket, Unit, User
from models.clock import now
from stage.cast import a_report, a_ticket, person, step
from tests.workflow.conftest import MONDAY
from workflow.access import visible_tickets
from workflow.errors import Problem
from workflow.figures import Dashboard, Figure, Period, Row, dashboard
from workflow.known import forget
from workflow.localtime import local_day
from workflow.ticket_filters import TicketFilter, conditions
from workflow.ticket_views import counts, views

WAYS = (
    ["triage", "assign", "accept", "resolve", "confirm"],
    ["triage", "assign", "send_back", "assign", "accept", "resolve", "rework", "resolve"],
    ["triage", "assign", "send_back", "assign", "send_back"],
    ["triage", "assign", "request_extension", "grant_extension", "request_extension"],
    ["triage", "assign", "accept", "request_suspension", "suspend", "resume", "resolve", "confirm", "reward", "reopen"],
    ["triage", "reject", "reopen"],
    ["triage", "merge", "unmerge"],
    ["withdraw"],
)


def some_history(session: Session, traveller: Any, seed: int, tickets: int = 24) -> None:
    """Reports of forty days, each some way along its way, in several streets."""
    chance = random.Random(seed)
    streets = [session.scalars(select(Unit).where(Unit.code == code)).one() for code in ("loufeng", "weiting", "sip")]
    communities = session.scalars(select(Unit).where(Unit.kind == "community").order_by(Unit.id).limit(3)).all()
    for _ in range(tickets):
        traveller.move_to(MONDAY - timedelta(minutes=chance.randrange(40 * 24 * 60)))
        ticket = a_report(session, chance.choice(["alice", "bob"]))
        way = chance.choice(WAYS)
        for name in way[: chance.randrange(len(way) + 1)]:
            traveller.shift(timedelta(minutes=chance.randrange(1, 3 * 24 * 60)))
            try:
                step(session, ticket, name, "alice" if name == "withdraw" else None)
            except Problem:
                break
        ticket.unit = chance.choice([*streets, *communities])
        if chance.random() < 0.2 and ticket.due_at is not None:
            ticket.near_at = MONDAY - timedelta(hours=1)
            ticket.due_at = MONDAY + timedelta(hours=1)
    session.flush()
    traveller.move_to(MONDAY)


def figures(found: Any) -> Iterator[Figure]:
    """Every figure anywhere in a dashboard."""
    if isinstance(found, Figure):
        yield found
    elif isinstance(found, Dashboard | Row) or type(found).__name__ == "Day":
        for each in vars(found).values():
            yield from figures(each)
    elif isinstance(found, dict):
        for each in found.values():
            yield from figures(each)
    elif isinstance(found, list):
        for each in found:
            yield from figures(each)


def listed(session: Session, actor: User, wanted: TicketFilter) -> int:
    wanted_here = visible_tickets(session, actor).where(*conditions(session, actor, wanted))
    return len(session.scalars(wanted_here.with_only_columns(Ticket.id)).all())


BASES = (TicketFilter(), TicketFilter(unit="loufeng"), TicketFilter(department="enforcement"), TicketFilter(unit="sip"))


@pytest.mark.parametrize("seed", range(2))
def test_each_number_is_the_length_of_its_list(session: Session, monday: Any, seed: int) -> None:
    some_history(session, monday, seed)
    for who, base in (("sam", BASES[0]), ("sam", BASES[1 + seed]), ("carol", BASES[0]), ("hana", BASES[0])):
        actor = person(session, who)
        shown = dashboard(session, actor, Period.latest(session, 12), base)
        asked = list(figures(shown))
        assert len(asked) > 60
        for each in dict.fromkeys(asked):
            assert each.value == listed(session, actor, each.wanted), (who, each)


def test_each_view_counts_its_list(session: Session, monday: Any) -> None:
    some_history(session, monday, 7)
    cast = (("sam", BASES[0]), ("carol", BASES[2]), ("erin", BASES[1]), ("alice", BASES[0]), ("gus", BASES[0]))
    for who, base in cast:
        actor = person(session, who)
        found = counts(session, actor, base)
        for name, view in views(actor).items():
            assert found[name] == listed(session, actor, base.narrowed(view)), (who, name)


def test_streets_and_the_inbox_make_the_whole(session: Session, monday: Any) -> None:
    some_history(session, monday, 11)
    shown = dashboard(session, person(session, "sam"), Period.latest(session, 60), TicketFilter())
    for name, total in shown.total.figures.items():
        assert total.value == sum(row.figures[name].value for row in shown.streets), name
    assert sum(day.reported.value for day in shown.days) == shown.total.figures["reported"].value
    assert sum(day.resolved.value for day in shown.days) == shown.total.figures["resolved"].value
    assert shown.days[-1].backlog.value == shown.now["open"].value == shown.total.figures["open"].value
    assert None in [row.of for row in shown.streets]


def test_on_time_is_held_against_the_deadline_that_it_had(session: Session, monday: Any) -> None:
    quick, slow = a_ticket(session, "in_progress"), a_ticket(session, "in_progress")
    due = quick.due_at
    step(session, quick, "resolve")
    monday.shift(timedelta(days=20))
    step(session, slow, "resolve")
    assert (quick.resolve_due_at, slow.resolve_due_at) == (due, due)
    shown = dashboard(session, person(session, "sam"), Period.latest(session, 30), TicketFilter())
    assert shown.total.on_time == 50
    assert [shown.total.figures[name].value for name in ("on_time", "late")] == [1, 1]
    assert shown.total.minutes == 10 * 24 * 60
    step(session, quick, "rework")
    assert (quick.settled_at, quick.resolved_at, quick.resolve_due_at) == (None, None, None)


@pytest.mark.parametrize("state", ["rejected", "merged", "withdrawn"])
def test_what_ends_unresolved_is_settled_and_not_resolved(session: Session, monday: Any, state: str) -> None:
    ticket = a_ticket(session, state)
    assert (ticket.settled_at, ticket.resolved_at) == (now(), None)


def test_settled_stays_while_it_is_confirmed_and_paid(session: Session, monday: Any) -> None:
    ticket = a_ticket(session, "resolved")
    resolved = now()
    for name in ("confirm", "reward"):
        monday.shift(timedelta(hours=1))
        step(session, ticket, name)
        assert (ticket.settled_at, ticket.resolved_at) == (resolved, resolved)


def test_a_day_is_the_citys(session: Session, monday: Any) -> None:
    """Suzhou's Sunday ends at four in the afternoon, in UTC."""
    for moment in ("2026-11-22T15:59:59.999999+00:00", "2026-11-22T16:00:00+00:00"):
        with time_machine.travel(moment, tick=False):
            a_report(session)
    shown = dashboard(session, person(session, "sam"), Period.latest(session, 2), TicketFilter())
    assert [(each.day, each.reported.value) for each in shown.days] == [
        (date(2026, 11, 22), 1), (date(2026, 11, 23), 1),
    ]  # fmt: skip


def test_days_of_an_hour_more_or_less(session: Session) -> None:
    """Where clocks change, each report still falls on its own day."""
    session.info["zone"] = ZoneInfo("Europe/Berlin")
    with time_machine.travel("2026-10-27T12:00:00+00:00", tick=False) as traveller:
        moments = ["2026-10-24T21:59:00", "2026-10-24T22:00:00", "2026-10-25T22:59:00", "2026-10-25T23:00:00"]
        for moment in moments:
            traveller.move_to(f"{moment}+00:00")
            a_report(session)
        traveller.move_to("2026-10-27T12:00:00+00:00")
        shown = dashboard(session, person(session, "sam"), Period.latest(session, 5), TicketFilter())
        assert [each.reported.value for each in shown.days] == [0, 1, 2, 1, 0]
        assert local_day(session, now()) == shown.days[-1].day


def test_nobody_counts_what_they_may_not_see(session: Session, monday: Any) -> None:
    a_ticket(session, "assigned")
    for who, seen in (("sam", 1), ("carol", 1), ("erin", 1), ("dave", 0), ("mona", 0), ("gus", 0), ("mallory", 0)):
        shown = dashboard(session, person(session, who), Period.latest(session, 30), TicketFilter())
        assert (shown.now["open"].value, shown.reporters, len(shown.oldest)) == (seen, seen, seen), who


def test_it_asks_as_often_for_many_as_for_few(session: Session, monday: Any) -> None:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    sam, asked = person(session, "sam"), []
    for tickets in (4, 20):
        some_history(session, monday, 5, tickets)
        session.expire_all()
        forget(session)
        assert sam.memberships
        assert sam.memberships[0].unit.code
        event.listen(session.get_bind(), "before_cursor_execute", note)
        dashboard(session, sam, Period.latest(session, 30), TicketFilter())
        event.remove(session.get_bind(), "before_cursor_execute", note)
        asked.append(len(sent))
        sent.clear()
    few, many = asked
    assert many <= few <= 13, asked


def test_unknown_places_are_refused_by_name(session: Session) -> None:
    for field in ("unit", "department", "category"):
        with pytest.raises(Problem) as refused:
            dashboard(
                session, person(session, "sam"), Period.latest(session, 30), TicketFilter(**{field: "nowhere"})
            )
        assert list(refused.value.errors) == [field]


def test_a_row_is_dropped_with_its_last_figure(session: Session, monday: Any) -> None:
    a_ticket(session, "assigned")
    shown = dashboard(session, person(session, "sam"), Period.latest(session, 30), TicketFilter())
    assert [row.of.code for row in shown.streets] == ["loufeng"]
    assert [row.of.code for row in shown.departments] == ["enforcement"]
    assert [row.of.code for row in shown.categories] == ["06010"]
    assert session.scalars(select(Ticket)).one() in shown.oldest
