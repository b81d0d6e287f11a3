"""Workers and relays killed with -9 at exact points, an emptied Redis: every effect happens once."""

from __future__ import annotations

import pytest

from queues.connection import connect, queue
from queues.relay import Relay
from queues.worker import Worker
from tests.queues.house import House, StopsBeforeAcknowledging, StopsBetween, StopsWhenTaken


def done(house: House) -> bool:
    return all(row.done_at and not row.dead_at for row in house.rows())


@pytest.mark.parametrize(
    ("topic", "kind", "committed"),
    [
        ("test.effect", StopsWhenTaken, 0),
        ("test.stop_inside_once", Worker, 0),
        ("test.effect", StopsBeforeAcknowledging, 1),
    ],
    ids=["before", "in", "after"],
)
def test_a_worker_killed_around_a_job_leaves_one_effect(
    house: House, topic: str, kind: type[Worker], committed: int
) -> None:
    house.ask(topic, "a", "b", "c")
    assert house.relay().step() == 3

    house.kill_at(house.worker_that(kind))
    assert sum(house.effects().values()) == committed

    house.hand_out()
    assert house.work_off() == 0
    assert house.effects() == {"a": 1, "b": 1, "c": 1}
    assert done(house)
    assert house.hand_out() == 0


def test_a_worker_killed_in_every_run_but_the_last_leaves_one_effect(house: House) -> None:
    (row,) = house.ask("test.stop_inside_once", "a")
    for _ in range(5):
        assert house.hand_out() == 1
        house.kill_at(house.worker_that(Worker))
    assert house.row(row).runs == 4  # the first attempt is not noted before it begins
    assert house.effects() == {}

    house.hand_out()
    assert house.work_off() == 0
    assert house.effects() == {"a": 1}
    assert house.row(row).runs == 4


def test_an_emptied_redis_loses_nothing(house: House) -> None:
    house.ask("test.effect", "a", "b")
    assert house.relay().step() == 2
    house.server.client().flushall()

    assert house.work_off() == 0
    assert house.effects() == {}
    assert house.relay().step() == 0, "leased rows wait until the lease has run out"

    assert house.hand_out() == 2
    house.work_off()
    assert house.effects() == {"a": 1, "b": 1}
    assert done(house)


def test_a_redis_emptied_in_the_middle_of_a_job_loses_nothing(house: House) -> None:
    house.ask("test.effect", "a", "b")
    house.relay().step()
    house.kill_at(house.worker_that(StopsBeforeAcknowledging))
    house.server.client().flushall()
    house.hand_out()
    house.work_off()
    assert house.effects() == {"a": 1, "b": 1}
    assert done(house)


def test_a_relay_killed_between_lease_and_enqueue_loses_nothing(house: House) -> None:
    house.ask("test.effect", "a", "b")
    house.kill_at(lambda: StopsBetween(house.relay().queue).step())
    assert [row.attempts for row in house.rows()] == [1, 1]
    assert house.relay().queue.count == 0

    assert house.hand_out() == 2
    house.work_off()
    assert house.effects() == {"a": 1, "b": 1}
    assert done(house)


def test_a_row_handed_out_twice_is_done_once(house: House) -> None:
    house.ask("test.effect", "a")
    house.hand_out()
    house.hand_out()
    assert house.relay().queue.count == 2
    assert house.work_off() == 0
    assert house.effects() == {"a": 1}


def test_a_frozen_redis_costs_an_attempt_and_nothing_else(house: House) -> None:
    """The relay leases, and Redis does not answer any more when it comes to enqueue."""
    house.ask("test.effect", "a")
    relay = Relay(queue(connect(house.server.url, timeout_seconds=0.2)))
    leased = relay.lease(10)
    with house.server.frozen(), pytest.raises(Exception, match="Timeout"):
        relay.enqueue(leased)
    house.server.client().flushall()  # whether the frozen server took it is its own affair

    house.hand_out()
    house.work_off()
    assert house.effects() == {"a": 1}
    assert done(house)
