"""The register of jobs, those that come again by themselves, and the purge."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import insert
from sqlalchemy.orm import Session

from models.clock import now
from models.database import database
from models.outbox import Outbox
from queues import jobs, periodic
from queues.jobs import purge
from queues.run import MOST_RUNS, run
from tests.queues.busy import somebody_holds, wait_only_50_ms
from tests.queues.house import House

EVERY_HOUR = timedelta(hours=1)


@pytest.fixture
def hourly(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A topic that comes every hour, and the only one that does."""
    jobs.load()
    effect = jobs.find("test.effect").verb
    monkeypatch.setattr(jobs, "_jobs", {"test.effect": jobs.find("test.effect")})
    jobs.job("test.hourly", every=EVERY_HOUR)(effect)
    return "test.hourly"


def waiting(house: House, topic: str) -> list[Outbox]:
    return [row for row in house.rows() if row.topic == topic and not row.done_at and not row.dead_at]


def test_a_topic_is_one_jobs() -> None:
    with pytest.raises(ValueError, match=r"test\.effect is tests\.queues\.jobs's already"):
        jobs.job("test.effect")(jobs.find("test.effect").verb)


@pytest.mark.parametrize("timeout", [0, -1, 301])
def test_a_job_has_a_limit(timeout: int) -> None:
    with pytest.raises(ValueError, match=r"job test\.endless: a timeout is between 1 and 300 seconds, not"):
        jobs.job("test.endless", timeout=timeout)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Callable[[Session, str], None]:
    """A verb, and a register without a topic."""
    jobs.load()
    verb = jobs.find("test.effect").verb
    monkeypatch.setattr(jobs, "_jobs", {})
    return verb


def test_a_job_is_registered_as_it_was_told(bare: Callable[[Session, str], None]) -> None:
    assert jobs.job("quick", timeout=1)(bare) is bare
    assert jobs.job("slow", timeout=300, every=EVERY_HOUR)(bare) is bare
    assert jobs.job("usual")(bare) is bare
    assert [jobs.find(topic) for topic in ("quick", "slow", "usual")] == [
        jobs.Job("quick", bare, 1, None), jobs.Job("slow", bare, 300, EVERY_HOUR), jobs.Job("usual", bare, 10, None),
    ]  # fmt: skip


def test_an_errand_is_one_before_it_is_a_job_that_does_nothing(bare: object) -> None:
    def carry(row_id: int, ref: str) -> None:
        """To somebody."""

    assert jobs.errand("carry")(carry) is carry
    assert jobs.errand("far", timeout=300)(carry) is carry
    assert jobs.find("carry") == jobs.Job("carry", jobs.nothing, 60, None, carry)
    assert jobs.find("far").timeout == 300
    with pytest.raises(ValueError, match=r"job carry is tests\.queues\.test_jobs's already"):
        jobs.errand("carry")(carry)
    with pytest.raises(ValueError, match=r"job long: a timeout is between 1 and 300 seconds, not 301"):
        jobs.errand("long", timeout=301)


def test_periodic_jobs_are_listed_by_topic(bare: Callable[[Session, str], None]) -> None:
    for topic, every in (("b", EVERY_HOUR), ("once", None), ("a", EVERY_HOUR)):
        jobs.job(topic, every=every)(bare)
    assert [each.topic for each in jobs.periodic()] == ["a", "b"]


def test_every_periodic_job_that_does_not_wait_is_planned_at_once(
    small_house: House, bare: Callable[[Session, str], None]
) -> None:
    for topic in ("done", "dead", "waits", "never"):
        jobs.job(topic, every=EVERY_HOUR)(bare)
    done, dead, _ = (small_house.ask(topic, "")[0] for topic in ("done", "dead", "waits"))
    with database.writing() as session:
        session.get_one(Outbox, done).done_at = now()
        session.get_one(Outbox, dead).dead_at = now()
    periodic.plan()
    for topic in ("done", "dead", "waits", "never"):
        (row,) = waiting(small_house, topic)
        assert (row.ref, row.due <= now()) == ("", True)
    assert len(small_house.rows()) == 6
    wait_only_50_ms(database.engine)
    with somebody_holds(small_house.url):
        periodic.plan()  # writes nothing where nothing is missing: on SQLite it would keep out all others


def test_the_next_run_is_of_the_same_and_an_interval_later(
    small_house: House, bare: Callable[[Session, str], None]
) -> None:
    jobs.job("hourly", every=EVERY_HOUR)(bare)
    jobs.job("once")(bare)
    with time_machine.travel(now(), tick=False):
        for topic in ("hourly", "once", "unknown"):
            (number,) = small_house.ask(topic, "7")
            for _ in range(2):
                with database.writing() as session:
                    row = session.get_one(Outbox, number)
                    row.done_at = now()
                    periodic.again(session, row)
        assert [(each.ref, each.due) for each in waiting(small_house, "hourly")] == [("7", now() + EVERY_HOUR)]
    assert waiting(small_house, "once") == waiting(small_house, "unknown") == []


@pytest.mark.parametrize(
    ("ran", "following"),
    [
        ("2026-11-22T18:59:59Z", "2026-11-22T19:00:00Z"),
        ("2026-11-22T19:00:00Z", "2026-11-23T19:00:00Z"),
        ("2026-11-23T04:00:00Z", "2026-11-23T19:00:00Z"),
    ],
)
def test_what_comes_every_night_comes_at_three_by_the_citys_clock(
    house: House, bare: Callable[[Session, str], None], ran: str, following: str
) -> None:
    jobs.errand("nightly", every=timedelta(days=1), nightly=True)(lambda row_id, ref: None)
    (number,) = house.ask("nightly", "")
    with time_machine.travel(ran, tick=False), database.writing() as session:
        row = session.get_one(Outbox, number)
        row.done_at = now()
        periodic.again(session, row)
    (row,) = waiting(house, "nightly")
    assert row.due == datetime.fromisoformat(following)


def test_an_unknown_topic_is_said() -> None:
    with pytest.raises(jobs.UnknownTopic, match="nobody"):
        jobs.find("nobody")


def test_a_periodic_job_is_asked_for_once_however_many_workers_start(house: House, hourly: str) -> None:
    starting = [house.process(periodic.plan) for _ in range(4)]
    for process in starting:
        process.join(20)
        assert process.exitcode == 0
    periodic.plan()
    assert len(waiting(house, hourly)) == 1


def test_a_periodic_job_asks_for_its_next_run(house: House, hourly: str) -> None:
    periodic.plan()
    for turn in range(1, 4):
        assert house.hand_out() == 1
        (row,) = waiting(house, hourly)
        run(row.id)
        (after,) = waiting(house, hourly)
        assert timedelta(minutes=59) < after.due - now() <= EVERY_HOUR
        assert house.effects() == {"": turn}
        house.traveller.shift(EVERY_HOUR)


def test_two_runs_of_a_periodic_job_that_end_together_ask_for_the_next(large_house: House, hourly: str) -> None:
    """Each would see the other's row as waiting still, and count on it."""
    first, second = large_house.ask(hourly, "", "")

    def end(number: int, before_commit: Callable[[], object] = lambda: None) -> None:
        with database.writing() as session:
            row = session.get_one(Outbox, number)
            row.done_at = now()
            periodic.again(session, row)
            session.flush()
            before_commit()

    other = threading.Thread(target=end, args=(second,))

    def let_the_other_look() -> None:
        other.start()
        other.join(0.5)

    end(first, let_the_other_look)
    other.join(20)
    assert len(waiting(large_house, hourly)) == 1


def test_a_periodic_job_that_dies_comes_again_at_its_time(house: House, hourly: str) -> None:
    jobs._jobs[hourly] = jobs.Job(hourly, jobs.load, 60, EVERY_HOUR)  # it takes other arguments: a TypeError
    periodic.plan()
    (row,) = waiting(house, hourly)
    for _ in range(MOST_RUNS):
        house.hand_out()
        run(row.id)
    assert house.row(row.id).dead_at is not None
    (after,) = waiting(house, hourly)
    assert after.due > now() + timedelta(minutes=58)


def test_the_purge_takes_what_was_done_a_month_ago_and_nothing_else(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "BATCH", 3)
    long_ago, yesterday = now() - timedelta(days=31), now() - timedelta(days=1)
    base = {"topic": "test.effect", "due": long_ago, "created_at": long_ago, "attempts": 1, "runs": 0}
    states = [
        *[{"ref": "old", "done_at": long_ago}] * 5,
        {"ref": "new", "done_at": yesterday},
        {"ref": "dead", "dead_at": long_ago},
        {"ref": "open"},
    ]
    with database.writing() as session:
        for state in states:
            session.execute(insert(Outbox).values(base | state))
    for left in (2, 0):
        (row,) = waiting(house, "purge") or [house.row(number) for number in house.ask("purge", "")]
        house.traveller.shift(timedelta(seconds=11))
        run(row.id)
        assert [row.ref for row in house.rows() if row.topic == "test.effect"] == ["old"] * left + [
            "new",
            "dead",
            "open",
        ]
    (again,) = waiting(house, "purge")
    assert again.due > now() + timedelta(hours=23)
