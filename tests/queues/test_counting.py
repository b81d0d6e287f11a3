"""How runs are counted: poison dies after ten, and nothing else ever does."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

import queues.run
from models.clock import now
from models.database import database
from models.outbox import Outbox
from queues import jobs, limits
from queues.run import MOST_RUNS, PATIENT_ATTEMPTS, SILENT, run
from tests.queues.house import House
from workflow.errors import Busy


@contextmanager
def somebody_holds(url: str) -> Iterator[None]:
    """Another program holds the outbox; on SQLite, the database."""
    engine = create_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE"))
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield
        connection.rollback()
    engine.dispose()


def wait_only_50_ms(engine: Engine) -> None:
    """Locks are waited for 8 s; a test has less time."""
    command = "SET lock_timeout = 50" if engine.dialect.name == "postgresql" else "PRAGMA busy_timeout = 50"

    def set_patience(connection, record) -> None:
        connection.cursor().execute(command)
        connection.commit()

    event.listen(engine, "connect", set_patience)
    engine.dispose()


@pytest.mark.parametrize("topic", ["test.refuse", "test.unknown", "test.quote", "test.commit"])
def test_a_job_that_always_raises_is_dead_after_ten_runs(house: House, topic: str) -> None:
    (row,) = house.ask(topic, "a")
    for runs in range(1, MOST_RUNS + 1):
        assert house.row(row).dead_at is None
        assert house.hand_out() == 1
        run(row)
        assert house.row(row).runs == runs
    assert house.row(row).dead_at is not None
    assert house.row(row).done_at is None
    assert house.effects() == {}
    assert house.hand_out() == 0


def test_a_job_that_kills_its_worker_is_dead_after_ten_known_runs_while_others_run(house: House) -> None:
    (poison,) = house.ask("test.crash", "poison")
    deaths, turns = 0, MOST_RUNS + 3
    for turn in range(turns):
        house.ask("test.effect", f"other {turn}")
        house.hand_out()
        while house.work_off() != 0:
            deaths += 1
    row = house.row(poison)
    assert row.dead_at is not None
    assert row.done_at is None
    assert row.last_error == SILENT
    assert (row.runs, deaths) == (MOST_RUNS, MOST_RUNS + 1), "ten noted, and the first attempt"
    assert house.effects() == {f"other {turn}": 1 for turn in range(turns)}


@pytest.mark.parametrize(
    ("earlier", "said"), [(None, SILENT), ("KeyError", f"{SILENT}\nbefore that:\nKeyError")]
)
def test_the_dead_tell_what_their_last_run_said_before_they_fell_silent(
    small_house: House, earlier: str | None, said: str
) -> None:
    (row,) = small_house.ask("test.effect", "a")
    with database.writing() as session:
        kept = session.get_one(Outbox, row)
        kept.attempts, kept.runs, kept.last_error = 12, MOST_RUNS, earlier
    run(row)
    assert small_house.row(row).dead_at is not None
    assert (small_house.row(row).last_error, small_house.row(row).runs) == (said, MOST_RUNS)
    assert small_house.effects() == {}


def test_a_redis_that_loses_everything_kills_no_row(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues.run, "PATIENT_ATTEMPTS", 3)
    (row,) = house.ask("test.effect", "a")
    for _ in range(2 * MOST_RUNS):
        assert house.hand_out() == 1
        house.server.client().flushall()
    assert house.row(row).runs == 0
    assert house.hand_out() == 1
    house.work_off()
    assert house.effects() == {"a": 1}
    assert house.row(row).done_at is not None


@pytest.mark.parametrize("attempts", [1, 2])
def test_a_busy_database_is_not_the_jobs_fault(house: House, attempts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues.run, "BUSY_PAUSE_SECONDS", 0)
    wait_only_50_ms(database.engine)
    (row,) = house.ask("test.effect", "a")
    for _ in range(attempts):
        house.hand_out()
    with somebody_holds(house.url):
        for _ in range(MOST_RUNS + 1):
            run(row)
    assert (house.row(row).runs, house.row(row).dead_at) == (0, None)
    run(row)
    assert house.effects() == {"a": 1}


def test_a_note_is_taken_back_when_the_database_is_busy_before_the_work(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_only_50_ms(database.engine)
    (row,) = house.ask("test.effect", "a")
    house.hand_out()
    house.hand_out()
    writing, seen = database.writing, []

    @contextmanager
    def busy_the_second_time() -> Iterator[Session]:
        seen.append(house.row(row).runs)
        if len(seen) == 2:
            with somebody_holds(house.url), writing() as session:
                yield session
        else:
            with writing() as session:
                yield session

    monkeypatch.setattr(database, "writing", busy_the_second_time)
    run(row)
    assert seen == [0, 1, 1], "noted, busy, taken back"
    assert house.row(row).runs == 0
    assert house.effects() == {}


def test_a_job_that_locks_itself_out_for_ever_dies_at_last(large_house: House) -> None:
    """Busy is forgiven for a hundred attempts."""
    house = large_house
    (row,) = house.ask("test.lock", "1")
    (wanted,) = house.ask("test.effect", "a", due=house.today())
    with database.writing() as session:
        session.execute(text("UPDATE outbox SET ref = :wanted WHERE id = :row"), {"wanted": str(wanted), "row": row})
    other = create_engine(house.url)
    with other.connect() as connection:
        connection.execute(text("SELECT 1 FROM outbox WHERE id = :id FOR UPDATE"), {"id": wanted})
        house.hand_out()
        run(row)
        assert (house.row(row).runs, house.row(row).last_error) == (0, None)
        with database.writing() as session:
            session.execute(text("UPDATE outbox SET attempts = :n WHERE id = :id"), {"n": PATIENT_ATTEMPTS, "id": row})
        for _ in range(MOST_RUNS):
            run(row)
    other.dispose()
    assert house.row(row).dead_at is not None
    assert "55P03" in house.row(row).last_error


def test_a_job_that_is_busy_for_ever_is_counted_after_a_hundred_attempts(small_house: House) -> None:
    (row,) = small_house.ask("test.busy", "a")
    for attempts, runs, error in ((99, 0, None), (100, 1, "workflow.errors.Busy: problem.busy"), (101, 2, "")):
        with database.writing() as session:
            session.get_one(Outbox, row).attempts = attempts
        run(row)
        assert small_house.row(row).runs == runs
        assert error is None or small_house.row(row).last_error.startswith(error)
    assert PATIENT_ATTEMPTS == 100


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was slept, though it was not."""
    naps: list[float] = []
    monkeypatch.setattr(queues.run.time, "sleep", naps.append)
    return naps


def busy_from(url: str, first: int, last: int) -> Callable[[], AbstractContextManager[Session]]:
    """Opens a writing transaction; from the `first` time to the `last` somebody holds the database."""
    writing, times = database.writing, itertools.count(1)

    @contextmanager
    def opened() -> Iterator[Session]:
        held = somebody_holds(url) if first <= next(times) <= last else nullcontext()
        with held, writing() as session:
            yield session

    return opened


def test_a_note_is_tried_again_while_the_database_is_busy(
    small_house: House, monkeypatch: pytest.MonkeyPatch, slept: list[float]
) -> None:
    wait_only_50_ms(database.engine)
    (row,) = small_house.ask("test.refuse", "a")
    monkeypatch.setattr(database, "writing", busy_from(small_house.url, 2, 3))
    with capture_logs() as said:
        run(row)
    assert slept == [0, 0.5, 1]
    assert small_house.row(row).runs == 1
    assert [(each["event"], each["row"]) for each in said] == [("failed", row), ("not noted", row), ("not noted", row)]
    assert said[1]["error"].startswith("sqlalchemy.exc.OperationalError\n")
    assert "SQLITE_BUSY" in said[1]["error"]


def test_a_note_that_cannot_be_made_is_given_up(
    small_house: House, monkeypatch: pytest.MonkeyPatch, slept: list[float]
) -> None:
    wait_only_50_ms(database.engine)
    (row,) = small_house.ask("test.refuse", "a")
    monkeypatch.setattr(database, "writing", busy_from(small_house.url, 2, 99))
    run(row)
    assert slept == [0, 0.5, 1, 2, 4]
    assert small_house.row(row).runs == 0


def test_what_is_put_off_lets_the_database_come_back(
    small_house: House, monkeypatch: pytest.MonkeyPatch, slept: list[float]
) -> None:
    wait_only_50_ms(database.engine)
    (row,) = small_house.ask("test.effect", "a")
    monkeypatch.setattr(database, "writing", busy_from(small_house.url, 1, 1))
    with capture_logs() as said:
        run(row)
    assert slept == [0.5]
    assert said == [
        {"event": "put off", "log_level": "warning", "row": row, "error": "sqlalchemy.exc.OperationalError"}
    ]
    assert small_house.row(row).runs == 0


def test_what_became_of_a_run_is_logged(small_house: House) -> None:
    good, bad = small_house.ask("test.effect", "a") + small_house.ask("test.refuse", "b")
    small_house.hand_out()
    with capture_logs() as said:
        run(good)
    assert 0 <= said[0].pop("ms") < 60_000
    assert said == [{"event": "ran", "log_level": "info", "topic": "test.effect", "row": good, "attempt": 1}]
    for runs in range(1, MOST_RUNS + 1):
        with capture_logs() as said:
            run(bad)
        failed = {"event": "failed", "log_level": "warning", "row": bad, "error": small_house.row(bad).last_error}
        dead = failed | {"event": "dead", "log_level": "error", "topic": "test.refuse", "runs": runs}
        assert said == ([failed] if runs < MOST_RUNS else [failed, dead])


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


def test_success_takes_the_note_back(house: House) -> None:
    (row,) = house.ask("test.effect", "a")
    for _ in range(3):
        house.hand_out()
    run(row)
    assert (house.row(row).attempts, house.row(row).runs) == (3, 0)
    assert house.effects() == {"a": 1}


def test_a_done_or_dead_or_missing_row_is_not_run(house: House) -> None:
    (row,) = house.ask("test.effect", "a")
    house.hand_out()
    run(row)
    run(row)
    run(row + 1000)
    assert house.effects() == {"a": 1}


def test_a_row_in_another_workers_hands_is_left_alone(large_house: House) -> None:
    house = large_house
    (row,) = house.ask("test.effect", "a")
    house.hand_out()
    other = create_engine(house.url)
    with other.connect() as connection:
        connection.execute(text("SELECT 1 FROM outbox WHERE id = :id FOR UPDATE"), {"id": row})
        run(row)
    other.dispose()
    assert house.effects() == {}
    assert house.row(row).runs == 0


def test_a_job_that_takes_too_long_is_stopped_and_counted(small_house: House) -> None:
    (row,) = small_house.ask("test.sleep", "python")
    small_house.hand_out()
    run(row)
    assert small_house.row(row).runs == 1
    assert "TooSlow" in small_house.row(row).last_error
    assert small_house.effects() == {}


def test_a_query_that_takes_too_long_is_stopped_in_the_database_too(large_house: House) -> None:
    """Left running it would keep the row's lock, and the run could not be noted."""
    house = large_house
    (row,) = house.ask("test.sleep", "database")
    house.hand_out()
    run(row)
    assert house.row(row).runs == 1
    assert "TooSlow" in house.row(row).last_error
    with database.reading() as session:
        running = text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)' AND state = 'active'")
        assert session.scalar(running) == 0


def test_a_job_that_hears_no_alarm_ends_with_its_process_and_is_counted(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "GRACE_SECONDS", 0.1)
    (row,) = house.ask("test.sleep", "deaf")
    house.hand_out()
    house.hand_out()
    house.server.client().flushall()
    house.hand_out()
    assert house.work_off() == 1
    assert house.row(row).runs == 1
    assert house.effects() == {}


def test_being_told_to_leave_is_not_the_jobs_fault(house: House) -> None:
    (row,) = house.ask("test.leave", "a")
    house.hand_out()
    house.hand_out()
    with pytest.raises(SystemExit):
        run(row)
    assert (house.row(row).runs, house.row(row).done_at) == (0, None)
    assert house.effects() == {}


def test_the_error_names_type_key_and_place_and_quotes_nobody(house: House) -> None:
    refused, quoted = house.ask("test.refuse", "a") + house.ask("test.quote", "a")
    house.hand_out()
    run(refused)
    run(quoted)
    told = house.row(refused).last_error
    assert told.startswith("workflow.errors.Refused: problem.refused\n")
    assert "tests/queues/jobs.py:" in told
    assert "queues/run.py:" in told
    assert "sqlalchemy.exc." in house.row(quoted).last_error
    assert "caused by" in house.row(quoted).last_error
    for letter in (told, house.row(quoted).last_error):
        assert "13800000000" not in letter
        assert "Zhang" not in letter
