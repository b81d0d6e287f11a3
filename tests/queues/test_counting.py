"""How runs are counted: poison dies after ten, and nothing else ever does."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text
from structlog.testing import capture_logs

import queues.run
from models.database import database
from models.outbox import Outbox
from queues import limits
from queues.run import MOST_RUNS, SILENT, run
from tests.queues.house import House


@pytest.mark.parametrize("topic", ["test.refuse", "test.unknown", "test.quote", "test.commit"])
def test_a_job_that_always_raises_is_dead_after_ten_runs(house: House, topic: str) -> None:
    (row,) = house.ask(topic, "a")
    house.fail_to_death(row)
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
