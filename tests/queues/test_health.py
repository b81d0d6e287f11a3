"""What /readyz hears of the queue."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from config import Settings
from queues.connection import WORKER_BEAT, ends_in
from queues.health import redis_state
from tests.queues.house import House


@pytest.fixture
def settings(small_house: House, tmp_path: Path) -> Settings:
    return Settings.load({"DATA_DIR": str(tmp_path), "REDIS_URL": small_house.server.url})


def test_all_is_well_when_a_worker_and_a_relay_have_come_by(small_house: House, settings: Settings) -> None:
    assert redis_state(settings)["redis"] == "ok"
    assert "worker" in redis_state(settings)["worker"]
    small_house.relay().step()
    assert redis_state(settings)["relay"] == "ok"
    small_house.work_off()
    assert redis_state(settings) == {"redis": "ok", "worker": "ok", "relay": "ok"}


def test_each_ailment_is_a_sentence_in_the_readers_language(small_house: House, settings: Settings) -> None:
    small_house.server.client().set(WORKER_BEAT, ends_in(15), ex=15)
    assert redis_state(settings, "zh") == {
        "redis": "ok",
        "worker": "ok",
        "relay": "近期没有转发进程出现：请确认其中之一正在运行。",
    }
    assert redis_state(settings, "en")["relay"] == "No relay has been seen lately: see that one is running."


@pytest.mark.parametrize("how", ["gone", "frozen"])
def test_a_redis_that_does_not_answer_is_told_within_a_second(small_house: House, settings: Settings, how: str) -> None:
    with small_house.server.away() if how == "gone" else small_house.server.frozen():
        started = time.monotonic()
        state = redis_state(settings)
        assert time.monotonic() - started < 1.5
    assert state["redis"].startswith("Redis does not answer")
    assert state["worker"] == state["relay"] == "Unknown while Redis does not answer."
