"""Errands, which the database does not do: held by who runs them, tried again, given up, overtaken."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from structlog.testing import capture_logs

from models.clock import now
from models.database import database
from models.outbox import Outbox
from queues import holding, jobs
from queues.run import MOST_RUNS, run
from stage.waiting import wait_for
from tests.queues.busy import somebody_holds, wait_only_50_ms
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


def test_a_long_errand_is_held_a_minute_and_again_while_its_process_lives(
    small_house: House, still: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "PUT_OFF_EVERY_SECONDS", 0.01)
    held: list[datetime | None] = []

    def look(row_id: int, until: datetime) -> bool:
        row = small_house.row(row_id)
        held.append(row.held_until)
        return row.held_until == row.lease == until

    @jobs.errand("test.dig", timeout=300)
    def dig(row_id: int, ref: str) -> None:
        begun = now()
        assert look(row_id, begun + timedelta(seconds=60))
        still.shift(50)
        wait_for(lambda: look(row_id, begun + timedelta(seconds=110)), "put off", 10)
        run(row_id)  # as another worker would
        raise jobs.Postponed("too deep")

    (row,) = small_house.ask("test.dig", "a")
    run(row)
    kept = small_house.row(row)
    assert (kept.runs, kept.last_error, kept.held_until, kept.lease) == (1, "too deep", None, None)
    assert not [thread for thread in threading.enumerate() if "_put_off" in thread.name]


def test_an_errand_whose_hold_cannot_be_put_off_goes_on(
    small_house: House, still: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "PUT_OFF_EVERY_SECONDS", 0.01)
    wait_only_50_ms(database.engine)

    @jobs.errand("test.dig", timeout=300)
    def dig(row_id: int, ref: str) -> None:
        with somebody_holds(small_house.url), capture_logs() as said:
            wait_for(lambda: len(said) > 1, "refused twice", 10)
        assert {line["event"] for line in said} == {"not put off"}

    (row,) = small_house.ask("test.dig", "a")
    run(row)
    assert small_house.row(row).done_at == now()


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
