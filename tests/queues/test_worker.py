"""The worker as RQ runs it: it outlives Redis, ends when it should, and leaves nothing behind in Redis."""

from __future__ import annotations

import signal
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from queues import worker
from queues.connection import WORKER_BEAT
from queues.jobs import job
from queues.limits import hold_memory
from queues.worker import Worker
from tests.queues.house import House, StopsBeforeAcknowledging, StopsWhenTaken, until


def test_it_ends_with_zero_after_its_share(small_house: House) -> None:
    small_house.ask("test.effect", "a", "b", "c")
    small_house.relay().step()
    process = small_house.process(lambda: worker.work(small_house.server.url, share=2))
    process.join(20)
    assert process.exitcode == 0
    assert small_house.effects() == {"a": 1, "b": 1}
    assert small_house.relay().queue.count == 1


def test_a_job_that_eats_memory_fails_alone(small_house: House) -> None:
    def eat(session: Session, ref: str) -> None:
        bytearray(2 << 30)

    job("test.eat")(eat)
    (row,) = small_house.ask("test.eat", "a")
    small_house.ask("test.effect", "b")
    small_house.relay().step()

    def work() -> None:
        hold_memory(2000)
        worker.work(small_house.server.url, burst=True)

    process = small_house.process(work)
    process.join(20)
    assert process.exitcode == 0
    assert small_house.row(row).last_error.startswith("MemoryError")
    assert small_house.effects() == {"b": 1}


def test_the_program_waits_for_redis_works_and_ends_well_when_told_to(small_house: House) -> None:
    small_house.server.stop()
    program = small_house.program("worker")
    small_house.ask("test.nothing", "a")
    small_house.server.start()
    until(lambda: small_house.server.client().exists(WORKER_BEAT))
    small_house.relay().step()
    until(lambda: small_house.rows()[0].runs == 1)
    program.send_signal(signal.SIGTERM)
    assert program.wait(10) == 0
    said = program.stdout.read()
    assert "Traceback" not in said
    assert said.count("what=redis") <= 2, "away once, back once"


def test_it_finishes_its_job_before_it_ends(house: House) -> None:
    """SIGTERM in the middle of a job: that job is done, the next is not begun."""
    house.ask("test.nap", "a", "b")
    house.relay().step()
    process = house.process(lambda: worker.work(house.server.url))
    client = house.server.client()
    assert client.blpop(["napping"], timeout=20)
    process.terminate()
    client.lpush("wake", "1")
    process.join(20)
    assert process.exitcode == 0
    assert house.effects() == {"a": 1}


def test_it_goes_on_in_the_same_process_when_redis_comes_back(
    small_house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    house = small_house
    process = house.process(lambda: worker.work(house.server.url))
    for ref in ("a", "b", "c"):
        until(lambda: house.server.client().exists(WORKER_BEAT))
        house.ask("test.effect", ref)
        house.hand_out()
        until(lambda ref=ref: house.effects()[ref] == 1)
        house.server.stop()
        process.join(0.2)
        house.server.start()
    assert process.is_alive()
    process.terminate()
    process.join(20)
    assert process.exitcode == 0
    said = "".join(capfd.readouterr())
    assert "Traceback" not in said
    assert said.count("redis.exceptions") + said.count("could not connect") == 0
    assert house.effects() == {"a": 1, "b": 1, "c": 1}


def test_it_goes_on_when_redis_goes_in_the_middle_of_a_job(house: House) -> None:
    """What is committed is done, though RQ never hears of it."""
    house.ask("test.nap", "a")
    house.relay().step()
    process = house.process(lambda: worker.work(house.server.url))
    client = house.server.client()
    assert client.blpop(["napping"], timeout=20)
    house.server.stop()  # ends the nap too
    house.server.start()
    until(lambda: house.server.client().exists(WORKER_BEAT))
    assert process.is_alive()
    process.terminate()
    process.join(20)
    assert process.exitcode == 0
    assert house.effects() == {"a": 1}


def test_the_beat_outlives_a_wait_and_a_job(small_house: House) -> None:
    process = small_house.process(lambda: worker.work(small_house.server.url))
    client = small_house.server.client()
    until(lambda: client.exists(WORKER_BEAT))
    assert 5 < client.ttl(WORKER_BEAT) <= worker.IDLE_BEAT_SECONDS
    small_house.ask("test.nap", "a")
    small_house.relay().step()
    assert client.blpop(["napping"], timeout=20)
    assert 75 < client.ttl(WORKER_BEAT) <= worker.BUSY_BEAT_SECONDS
    client.lpush("wake", "1")
    until(lambda: small_house.effects() == {"a": 1})
    process.terminate()
    process.join()


@pytest.mark.parametrize("kind", [StopsWhenTaken, StopsBeforeAcknowledging, Worker], ids=["taken", "done", "inside"])
def test_what_killed_workers_leave_in_redis_goes_away(small_house: House, kind: type[Worker]) -> None:
    house = small_house
    topic = "test.stop_inside_once" if kind is Worker else "test.effect"
    rows = house.ask(topic, *map(str, range(5)))
    house.relay().step()
    house.kill_at(house.worker_that(kind))
    assert house.work_off() == 0
    house.hand_out()
    assert house.work_off() == 0
    assert house.effects() == {str(number): 1 for number in range(5)}

    client = house.server.client()
    house.traveller.shift(timedelta(hours=1))
    house.maintain()
    house.traveller.shift(timedelta(hours=1))
    house.maintain()
    keys = {key.decode() for key in client.keys("rq:*") if client.ttl(key) < 0}
    assert not {key for key in keys if key.startswith(("rq:job:", "rq:execution", "rq:results"))}, keys
    assert keys <= {"rq:queues", "rq:workers", "rq:workers:whistle", "rq:failed:whistle", "rq:wip:whistle"}
    assert client.zcard("rq:wip:whistle") == 0
    assert client.zcard("rq:failed:whistle") <= 1
    assert client.llen("rq:queue:whistle:intermediate") == 0
    assert len(rows) == 5


def test_a_list_that_rq_cannot_read_stops_nobody(small_house: House) -> None:
    client = small_house.server.client()
    client.hset("rq:job:1-1", mapping={"status": "started", "data": b"\x00junk", "timeout": "x"})
    client.zadd("rq:wip:whistle", {"1-1:abc": 1})
    small_house.ask("test.effect", "a")
    small_house.relay().step()
    assert small_house.work_off() == 0
    assert small_house.effects() == {"a": 1}


def test_nothing_but_beats_and_names_is_left_after_work(small_house: House) -> None:
    small_house.ask("test.effect", *map(str, range(30)))
    small_house.ask("test.refuse", "no")
    small_house.relay().step()
    assert small_house.work_off() == 0
    client = small_house.server.client()
    left = {key.decode() for key in client.keys("*") if client.ttl(key) < 0}
    assert left == {"rq:queues"}
    assert client.ttl("whistle:worker") > 0
