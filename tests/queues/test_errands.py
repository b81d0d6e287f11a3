"""Errands, which the database does not do: held by who runs them, tried again, given up, overtaken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from models.clock import now
from models.database import database
from models.outbox import Outbox
from queues import jobs
from queues.run import MOST_RUNS, run
from tests.queues.house import House
from workflow.errors import Busy


@pytest.fixture
def still(small_house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Traveller]:
    """A clock that moves when told to, and a register of jobs for errands of one's own."""
    jobs.load()
    monkeypatch.setattr(jobs, "_jobs", dict(jobs._jobs))
    with time_machine.travel(now(), tick=False) as clock:
        yield clock


def test_an_errand_is_held_by_who_runs_it_while_it_is_on_its_way(
    small_house: House, still: time_machine.Traveller
) -> None:
    held = []

    @jobs.errand("test.carry", timeout=30)
    def carry(row_id: int, ref: str) -> None:
        row = small_house.row(row_id)
        held.append((ref, row.runs, row.held_until, row.lease))
        run(row_id)  # as another worker would

    (row,) = small_house.ask("test.carry", "a")
    run(row)
    until = now() + timedelta(seconds=55)
    assert held == [("a", 1, until, until)]
    assert (small_house.row(row).runs, small_house.row(row).done_at) == (0, now())
    with database.writing() as session:
        session.get_one(Outbox, row).done_at = None
    for seconds, times in ((54, 1), (1, 2)):
        still.shift(seconds)
        run(row)
        assert len(held) == times


def test_an_errand_that_fails_is_tried_again_later_each_time(
    small_house: House, still: time_machine.Traveller
) -> None:
    @jobs.errand("test.lose")
    def lose(row_id: int, ref: str) -> None:
        raise jobs.Postponed("nobody there")

    (row,) = small_house.ask("test.lose", "a")
    for runs in range(1, MOST_RUNS + 1):
        run(row)
        kept = small_house.row(row)
        assert (kept.runs, kept.last_error, kept.held_until) == (runs, "nobody there", None)
        if runs < MOST_RUNS:
            assert (kept.lease, kept.due) == (None, now() + timedelta(minutes=2 ** (runs - 1)))
            still.move_to(kept.due)
    assert small_house.row(row).dead_at == now()


def test_an_errand_that_was_nobodys_fault_is_tried_again_soon(
    small_house: House, still: time_machine.Traveller
) -> None:
    @jobs.errand("test.wait")
    def wait(row_id: int, ref: str) -> None:
        raise Busy()

    (row,) = small_house.ask("test.wait", "a", due=now())
    run(row)
    kept = small_house.row(row)
    assert (kept.runs, kept.last_error, kept.held_until, kept.due) == (0, None, None, now())
    assert kept.lease == now() + timedelta(seconds=5)


def test_an_errand_that_is_refused_for_good_is_dead_at_once_with_what_was_noted(
    small_house: House, still: time_machine.Traveller
) -> None:
    noted = []

    @jobs.errand("test.refused")
    def refused(row_id: int, ref: str) -> None:
        raise jobs.GivenUp("no such place", noting=lambda session: noted.append(session.get_one(Outbox, row_id).ref))

    (row,) = small_house.ask("test.refused", "a")
    run(row)
    kept = small_house.row(row)
    assert (kept.runs, kept.last_error, kept.dead_at, noted) == (1, "no such place", now(), ["a"])


@pytest.mark.parametrize("ended", ["done_at", "dead_at"])
def test_what_ended_otherwise_meanwhile_is_left_as_it_is(
    small_house: House, still: time_machine.Traveller, ended: str
) -> None:
    @jobs.errand("test.overtaken")
    def overtaken(row_id: int, ref: str) -> None:
        with database.writing() as session:
            setattr(session.get_one(Outbox, row_id), ended, now())
        raise jobs.Postponed("too late")

    (row,) = small_house.ask("test.overtaken", "a")
    run(row)
    kept = small_house.row(row)
    assert (getattr(kept, ended), kept.last_error, kept.runs) == (now(), None, 1)


def test_what_is_gone_meanwhile_needs_no_note(small_house: House, still: time_machine.Traveller) -> None:
    @jobs.errand("test.vanish")
    def vanish(row_id: int, ref: str) -> None:
        with database.writing() as session:
            session.delete(session.get_one(Outbox, row_id))
        raise jobs.Postponed("too late")

    (row,) = small_house.ask("test.vanish", "a")
    run(row)
    assert small_house.rows() == []
