"""How long a job may take: an alarm, and an end that nothing escapes."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from queues.limits import Alarm, TooSlow, end_process_after, let_live, limited


@pytest.fixture(autouse=True)
def theirs() -> Iterator[list[int]]:
    """Somebody's handler, and how often it was called."""
    rang: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: rang.append(number))
    timer = signal.setitimer(signal.ITIMER_REAL, 0)
    yield rang
    signal.signal(signal.SIGALRM, before)
    signal.setitimer(signal.ITIMER_REAL, *timer)


def test_what_ends_in_time_is_left_alone(theirs: list[int]) -> None:
    with limited(0.05):
        done = True
    time.sleep(0.1)
    assert done
    assert theirs == []


def test_what_takes_too_long_is_stopped() -> None:
    began = time.monotonic()
    with pytest.raises(TooSlow) as caught, limited(0.05):
        time.sleep(20)
    assert 0.05 <= time.monotonic() - began < 10
    assert isinstance(caught.value.__cause__, Alarm)
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_what_it_makes_of_the_alarm_is_too_slow_all_the_same() -> None:
    def fail() -> None:
        try:
            time.sleep(20)
        except Alarm:
            raise ValueError from None

    with pytest.raises(TooSlow) as caught, limited(0.05):
        fail()
    assert isinstance(caught.value.__cause__, ValueError)


def test_an_error_in_time_is_that_error() -> None:
    with pytest.raises(ValueError, match="mine"), limited(5):
        raise ValueError("mine")


def test_somebody_elses_alarm_goes_on_and_is_theirs_again(theirs: list[int]) -> None:
    signal.setitimer(signal.ITIMER_REAL, 50, 30)
    with pytest.raises(TooSlow), limited(0.2):
        time.sleep(20)
    left, interval = signal.getitimer(signal.ITIMER_REAL)
    assert 30 < left <= 49.8
    assert interval == 30
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.raise_signal(signal.SIGALRM)
    assert theirs == [signal.SIGALRM]


def test_somebody_elses_alarm_that_came_meanwhile_comes_at_once(theirs: list[int]) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    with limited(20):
        deadline = time.monotonic() + 0.1
        while time.monotonic() < deadline:
            pass
        assert theirs == []
    time.sleep(0.2)
    assert theirs == [signal.SIGALRM]


def end_of(act: Callable[[], None]) -> int | None:
    """The exit status of a process that does this and then takes its time."""

    def child() -> None:
        act()
        time.sleep(0.5)

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join(20)
    return process.exitcode


def test_nothing_outlives_its_end_unless_it_was_taken_back(capfd: pytest.CaptureFixture[str]) -> None:
    assert end_of(lambda: end_process_after(0.1)) == 1
    assert "in child" in capfd.readouterr().err
    assert end_of(lambda: (end_process_after(0.1), let_live())) == 0  # type: ignore[arg-type, func-returns-value]
    assert capfd.readouterr().err == ""
