"""A machine whose clock is wrong: nothing that has its time comes early because of it, or hangs once it is right."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from models.clock import now
from queues.jobs import job
from queues.run import run
from tests.queues.house import House

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def test_a_timer_that_a_fast_relay_hands_out_waits_for_its_time(house: House) -> None:
    (row,) = house.ask("test.effect", "a", due=now() + HOUR)
    house.traveller.shift(DAY)
    assert house.relay().step() == 1
    house.traveller.shift(-DAY)
    house.work_off()
    assert house.effects() == {}
    assert house.row(row).done_at is None
    house.traveller.shift(HOUR)
    house.relay().step()
    house.work_off()
    assert house.effects() == {"a": 1}


def test_what_is_asked_for_at_once_does_not_wait_for_a_slow_worker(house: House) -> None:
    house.ask("test.effect", "a")
    house.relay().step()
    house.traveller.shift(-DAY)
    house.work_off()
    assert house.effects() == {"a": 1}


@pytest.mark.parametrize("ahead", [timedelta(minutes=3), timedelta(minutes=10), DAY])
def test_what_a_fast_relay_lost_is_handed_out_again_by_one_that_is_right(house: House, ahead: timedelta) -> None:
    house.ask("test.effect", "a")
    house.traveller.shift(ahead)
    assert house.relay().step() == 1
    house.traveller.shift(-ahead)
    house.server.client().flushall()
    assert house.relay().step() == 1


def test_what_a_fast_machine_asks_for_at_once_is_handed_out_by_a_relay_that_is_right(house: House) -> None:
    house.traveller.shift(DAY)
    house.ask("test.effect", "a")
    house.ask("test.effect", "timer", due=now() + HOUR)
    house.traveller.shift(-DAY)
    assert house.relay().step() == 1
    house.work_off()
    assert house.effects() == {"a": 1}


def test_a_timer_during_which_the_clock_goes_back_is_not_done(small_house: House) -> None:
    def step_back(session: Session, ref: str) -> None:
        small_house.traveller.shift(-DAY)

    job("test.back")(step_back)
    (row,) = small_house.ask("test.back", "a", due=now() + HOUR)
    small_house.traveller.shift(HOUR)
    run(row)
    assert small_house.row(row).done_at is None
    assert small_house.row(row).runs == 0
