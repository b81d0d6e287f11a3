"""The outbox as an administrator sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from structlog.testing import capture_logs

from models.clock import now
from models.database import database
from models.outbox import Outbox
from queues.dead_letters import Figures, dead, figures, send_again, show, waiting
from queues.run import MOST_RUNS, run
from stage.cast import person
from tests.queues.house import House
from workflow.actors import SYSTEM
from workflow.errors import NotFound, Refused


def a_dead_row(house: House, topic: str = "test.refuse", ref: str = "a") -> int:
    (row,) = house.ask(topic, ref)
    for _ in range(MOST_RUNS):
        house.hand_out()
        run(row)
    assert house.row(row).dead_at is not None
    return row


def test_what_waits_is_listed_by_what_is_due_first(small_house: House) -> None:
    timer = small_house.ask("test.effect", "timer", due=now() + timedelta(days=1))
    old = small_house.ask("test.effect", "old", due=now() - timedelta(days=1))
    done = small_house.ask("test.effect", "done")
    run(done[0])
    with database.reading() as session:
        assert [letter.id for letter in waiting(session)] == [*old, *timer]
        assert [letter.id for letter in waiting(session, limit=1)] == old
        assert dead(session) == []


def test_a_list_is_a_hundred_long_and_the_dead_are_the_latest_first(small_house: House) -> None:
    moment = now()
    rows = small_house.ask("test.effect", *map(str, range(101)), due=moment)
    with database.reading() as session:
        assert [letter.id for letter in waiting(session)] == rows[:100]
    with database.writing() as session:
        for age, number in enumerate(rows):
            session.get_one(Outbox, number).dead_at = moment - timedelta(seconds=age // 2)
        session.get_one(Outbox, rows[50]).dead_at = moment + timedelta(seconds=1)
    with database.reading() as session:
        found = [letter.id for letter in dead(session)]
        assert found == [rows[50], *rows[:50], *rows[51:100]]
        assert [letter.id for letter in dead(session, limit=2)] == found[:2]
        assert waiting(session) == []


def test_a_letter_is_its_row(small_house: House) -> None:
    (row,) = small_house.ask("test.effect", "a")
    with database.reading() as session:
        letter, kept = show(session, row), session.get_one(Outbox, row)
        names = set(Outbox.__table__.columns.keys()) - {"held_until"}
        assert vars(letter) == {name: getattr(kept, name) for name in names}


def test_a_dead_row_is_listed_and_tells_why(small_house: House) -> None:
    row = a_dead_row(small_house)
    with database.reading() as session:
        (letter,) = dead(session)
        assert letter == show(session, row)
        assert (letter.topic, letter.ref, letter.runs, letter.attempts) == ("test.refuse", "a", MOST_RUNS, MOST_RUNS)
        assert letter.last_error.startswith("workflow.errors.Refused: problem.refused")
        assert waiting(session) == []


def test_a_dead_row_sent_again_has_ten_more_runs(house: House) -> None:
    row = a_dead_row(house)
    with database.writing() as session, capture_logs() as said:
        session.get_one(Outbox, row).lease = now() + timedelta(hours=1)
        ada = person(session, "ada")
        letter = send_again(session, row, ada)
    assert (letter.dead_at, letter.runs, letter.lease) == (None, 0, None)
    assert now() - timedelta(minutes=1) < letter.due <= now()
    assert said == [
        {"event": "sent again", "log_level": "info", "row": row, "topic": "test.refuse", "actor": ada.id}
    ]
    house.fail_to_death(row)
    assert house.row(row).attempts == 2 * MOST_RUNS


def test_a_dead_row_sent_again_is_done_once_its_cause_is_gone(house: House) -> None:
    from queues import jobs

    row = a_dead_row(house, "test.not_yet")
    with database.writing() as session:
        send_again(session, row, SYSTEM)
    jobs.job("test.not_yet")(jobs.find("test.effect").verb)
    try:
        assert house.relay().step() == 1, "at once"
        assert house.work_off() == 0
    finally:
        del jobs._jobs["test.not_yet"]
    assert house.effects() == {"a": 1}
    assert house.row(row).done_at is not None


def test_only_the_dead_are_sent_again(small_house: House) -> None:
    (row,) = small_house.ask("test.effect", "a")
    for state in ("waiting", "done"):
        with pytest.raises(Refused) as refused, database.writing() as session:
            send_again(session, row, SYSTEM)
        assert str(row) in refused.value.sentence("en"), state
        run(row)
    for number in (row + 99, 2**31, 2**63):
        with pytest.raises(NotFound) as unknown, database.writing() as session:
            send_again(session, number, SYSTEM)
        assert str(number) in unknown.value.sentence("zh")
    for number in (row + 99, 2**31, 2**63):
        with pytest.raises(NotFound) as unknown, database.reading() as session:
            show(session, number)
        assert str(number) in unknown.value.sentence("en")


def test_a_timer_is_not_due_before_its_moment_and_has_no_age(small_house: House) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        small_house.ask("test.effect", "timer", due=now() + timedelta(seconds=30))
        for seconds, due, age in ((0, 0, 0), (30, 1, 0), (1, 1, 1)):
            clock.shift(timedelta(seconds=seconds))
            with database.reading() as session:
                assert figures(session) == Figures(waiting=1, due=due, oldest_due_seconds=age, dead=0)


def test_the_figures_count_what_is_open(house: House) -> None:
    with database.reading() as session:
        assert figures(session) == Figures(waiting=0, due=0, oldest_due_seconds=0.0, dead=0)
    a_dead_row(house)
    house.ask("test.effect", "lately", due=now() - timedelta(seconds=5))
    house.ask("test.effect", "now", due=now() - timedelta(seconds=90))
    house.ask("test.effect", "timer", due=now() + timedelta(days=1))
    (done,) = house.ask("test.effect", "done", due=now() - timedelta(hours=1))
    run(done)
    with database.reading() as session:
        found = figures(session)
    assert (found.waiting, found.due, found.dead) == (3, 2, 1)
    assert 90 <= found.oldest_due_seconds < 120
