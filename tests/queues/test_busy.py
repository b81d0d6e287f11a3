"""A busy database is nobody's fault: a run is not counted for it, and its note is tried again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

import queues.run
from models.database import database
from models.outbox import Outbox
from queues.run import MOST_RUNS, PATIENT_ATTEMPTS, run
from tests.queues.busy import busy_from, somebody_holds, wait_only_50_ms
from tests.queues.house import House


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
    monkeypatch.setattr(queues.run, "sleep", naps.append)
    return naps


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
