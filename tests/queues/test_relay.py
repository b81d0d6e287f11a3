"""What a relay hands out, when, and that it outlives Redis and the database."""

from __future__ import annotations

import re
import signal
import threading
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from structlog.testing import capture_logs

from models.clock import now
from models.database import database
from models.outbox import Outbox
from queues import relay
from queues.connection import RELAY_BEAT, connect, queue
from queues.relay import LONGEST_QUEUE, Relay, lease_seconds
from tests.queues.house import House, until


def test_a_lease_doubles_from_five_seconds_to_a_minute() -> None:
    assert [lease_seconds(attempts) for attempts in (0, 1, 2, 3, 4, 5, 1000)] == [5, 10, 20, 40, 60, 60, 60]


def test_it_hands_out_the_longest_due_first_and_nothing_early(house: House) -> None:
    late, later = house.ask("test.effect", "late", due=now() - timedelta(hours=1)), now() + timedelta(minutes=5)
    house.ask("test.effect", "early", due=later)
    latest = house.ask("test.effect", "latest", due=now() - timedelta(hours=2))
    relay = house.relay()
    assert relay.step() == 2
    assert relay.queue.job_ids == [f"{latest[0]}-1", f"{late[0]}-1"]
    assert relay.step() == 0
    house.traveller.shift(timedelta(minutes=6))
    assert relay.step() == 3, "the timer, and the two whose lease has run out"


def test_a_job_in_rq_carries_the_rows_number_and_nothing_else(small_house: House) -> None:
    (row,) = small_house.ask("test.effect", "a")
    relay = small_house.relay()
    relay.step()
    (job,) = relay.queue.jobs
    assert (job.func_name, job.args, job.kwargs) == ("queues.run.run", [row], {})
    assert (job.id, job.result_ttl, job.failure_ttl, job.retries_left) == (f"{row}-1", 0, 60, None)
    assert job.timeout == 600


def test_a_leased_row_is_handed_out_again_when_its_lease_has_run_out(house: House) -> None:
    (row,) = house.ask("test.effect", "a")
    relay = house.relay()
    for attempts, seconds in enumerate((5, 10, 20, 40, 60, 60)):
        assert relay.step() == 1
        assert house.row(row).attempts == attempts + 1
        house.traveller.shift(timedelta(seconds=seconds - 1))
        assert relay.step() == 0
        house.traveller.shift(timedelta(seconds=2))


def test_the_queue_never_holds_more_than_its_cap(house: House) -> None:
    refs = [str(number) for number in range(50)]
    house.ask("test.effect", *refs)
    relay = Relay(house.relay().queue, longest_queue=20)
    lengths, handed = [], 0
    while handed < len(refs):
        handed += relay.step()
        lengths.append(relay.queue.count)
        assert house.work_off() == 0
    assert lengths == [20, 20, 10]
    assert house.effects() == dict.fromkeys(refs, 1)


def test_the_cap_is_two_hundred(small_house: House) -> None:
    small_house.ask("test.effect", *map(str, range(LONGEST_QUEUE + 50)))
    assert small_house.relay().step() == LONGEST_QUEUE == 200


def test_a_queue_that_is_more_than_half_full_is_left_alone(small_house: House) -> None:
    small_house.ask("test.effect", *map(str, range(20)))
    relay = Relay(small_house.relay().queue, longest_queue=10)
    assert relay.step() == 10
    assert relay.step() == 0
    for handed in (0, 0, 0, 0, 5):
        relay.queue.connection.lpop(relay.queue.key)
        assert relay.step() == handed
    assert Relay(relay.queue, longest_queue=20).step() == 5
    relay.queue.empty()
    small_house.ask("test.effect", "last")
    assert Relay(relay.queue, longest_queue=1).step() == 1


def test_a_full_queue_asks_nothing_of_the_database(small_house: House) -> None:
    small_house.ask("test.effect", "a", "b")
    relay = Relay(small_house.relay().queue, longest_queue=1)
    assert relay.step() == 1
    database.connect(f"{small_house.url}.gone/whistle.db")
    assert relay.step() == 0
    relay.queue.empty()
    with pytest.raises(SQLAlchemyError):
        relay.step()


def test_what_is_done_or_dead_is_not_handed_out(small_house: House) -> None:
    done, dead, waits = small_house.ask("test.effect", "a", "b", "c")
    with database.writing() as session:
        session.get_one(Outbox, done).done_at = now()
        session.get_one(Outbox, dead).dead_at = now()
    relay = small_house.relay()
    assert relay.step() == 1
    assert relay.queue.job_ids == [f"{waits}-1"]


def test_two_relays_hand_out_each_row_once(house: House) -> None:
    rows = house.ask("test.effect", *map(str, range(300)))

    class Few(Relay):
        """Leases a few at a time, so that two meet often."""

        def room(self) -> int:
            return 7

    def relay() -> None:
        few = Few(house.relay().queue)
        few.queue.connection.blpop(["start"])
        while few.step():
            pass

    both = [house.process(relay) for _ in range(2)]
    house.server.client().lpush("start", "1", "2")
    for process in both:
        process.join(30)
        assert process.exitcode == 0
    assert Counter(house.relay().queue.job_ids) == {f"{row}-1": 1 for row in rows}


def test_while_redis_is_away_nothing_is_leased(house: House) -> None:
    (row,) = house.ask("test.effect", "a")
    house.server.stop()
    relay = house.relay()
    for _ in range(3):
        with pytest.raises(RedisError):
            relay.step()
    assert (house.row(row).attempts, house.row(row).lease) == (0, None)


def test_it_goes_on_when_redis_comes_back(house: House) -> None:
    house.server.stop()
    process = house.process(lambda: house.relay().work(threading.Event()))
    house.ask("test.effect", "a")
    process.join(0.3)
    assert process.is_alive()
    house.server.start()
    until(lambda: house.relay().queue.count == 1)
    process.kill()
    process.join()
    assert house.work_off() == 0
    assert house.effects() == {"a": 1}


def test_it_goes_on_when_the_database_comes_back(small_house: House, capfd: pytest.CaptureFixture[str]) -> None:
    file = small_house.url.removeprefix("sqlite:///")

    def work() -> None:
        database.connect(f"sqlite:///{file}.d/whistle.db")
        house_relay.work(threading.Event())

    house_relay = small_house.relay()
    process = small_house.process(work)
    process.join(0.5)
    assert process.is_alive()
    process.kill()
    process.join()
    away = [line for line in capfd.readouterr().out.splitlines() if "away" in line]
    assert len(away) == 1, "it says so once"
    assert "unable to open database file" in away[0]


def test_what_is_due_or_free_again_at_this_very_moment_is_handed_out(small_house: House) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        small_house.ask("test.effect", "a", due=now())
        relay = small_house.relay()
        assert [relay.step(), relay.step()] == [1, 0]
        clock.shift(timedelta(seconds=5))
        assert [relay.step(), relay.step()] == [1, 0]


class Stop(threading.Event):
    """Is set after so many waits, and waits for none of them."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        if len(self.waits) == self.times:
            self.set()
        return self.is_set()


def test_it_looks_again_at_once_while_it_hands_out_and_ten_times_a_second_when_idle(small_house: House) -> None:
    small_house.ask("test.effect", *map(str, range(3)))
    relay, stop = Relay(small_house.relay().queue, longest_queue=2), Stop(4)
    relay.lease = lambda room: Relay.lease(relay, min(room, 1))
    relay.work(stop)
    assert stop.waits == [0, 0, 0.1, 0.1]


@pytest.mark.parametrize(("away", "error"), [("redis", "ConnectionError"), ("database", "OperationalError")])
def test_it_waits_longer_each_time_and_names_what_is_away(small_house: House, away: str, error: str) -> None:
    relay, stop = small_house.relay(), Stop(6)
    if away == "redis":
        small_house.server.stop()
    else:
        database.connect(f"{small_house.url}.gone/whistle.db")
    with capture_logs() as said:
        relay.work(stop)
    assert stop.waits == [0.2, 0.4, 0.8, 1, 1, 1]
    assert [(each["event"], each["what"], each["error"]) for each in said] == [("away", away, error)]


def test_it_says_once_that_everything_is_back(small_house: House) -> None:
    relay, stop = small_house.relay(), Stop(3)
    small_house.server.stop()
    looks = iter([lambda: None, small_house.server.start, lambda: None])
    relay.room = lambda: next(looks)() or Relay.room(relay)
    with capture_logs() as said:
        relay.work(stop)
    assert [(each["event"], each["what"]) for each in said] == [("away", "redis"), ("back", "redis")]
    assert stop.waits == [0.2, 0.1, 0.1]


def test_it_says_that_it_lives(small_house: House) -> None:
    small_house.relay().step()
    assert 0 < small_house.server.client().ttl(RELAY_BEAT) <= 15


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_program_ends_well_when_told_to(small_house: House, number: signal.Signals) -> None:
    program = small_house.program("relay")
    until(lambda: small_house.server.client().exists(RELAY_BEAT))
    program.send_signal(number)
    assert program.wait(10) == 0
    said = program.stdout.read()
    assert "Traceback" not in said
    assert re.search(r"\brelaying\b.*\bstopped\b", said, re.DOTALL)


def test_a_broken_setting_is_a_sentence(small_house: House) -> None:
    for name in ("relay", "worker"):
        program = small_house.program(name, WORKERS="none")
        said, _ = program.communicate(timeout=20)
        assert program.returncode == 1
        assert "WORKERS" in said
        assert "Traceback" not in said


def test_a_broken_setting_is_said_where_errors_go(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORKERS", "none")
    assert relay.main() == 1
    said = capsys.readouterr()
    assert "WORKERS" in said.err
    assert said.out == ""


def test_a_client_reads_a_socket_and_a_tcp_address() -> None:
    assert connect("unix:///tmp/a%20b/redis.sock").connection_pool.connection_kwargs["path"] == "/tmp/a b/redis.sock"
    assert queue(connect("redis://localhost:1/2")).connection.connection_pool.connection_kwargs["db"] == 2
