"""Asking who may never answer."""

from __future__ import annotations

import threading

import pytest

from queues.look import Look


def test_it_gives_the_answer_or_the_error() -> None:
    assert Look(lambda number: number + 1)(2) == 3
    with pytest.raises(ZeroDivisionError):
        Look(lambda number: 1 / number)(0)


def test_it_waits_no_longer_than_its_patience_and_asks_once_meanwhile() -> None:
    asked, go_on = [], threading.Event()

    def ask() -> int:
        asked.append(1)
        go_on.wait(10)
        return len(asked)

    look = Look(ask, patience_seconds=0.05)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            look()
    assert len(asked) == 1
    look.patience_seconds = 10
    go_on.set()
    assert look() in (1, 2)  # the answer that was open, or a new one
    assert look() == len(asked) >= 2


def test_one_that_finds_no_thread_asks_again_as_soon_as_there_is_one() -> None:
    look = Look(lambda: "well", patience_seconds=0.05)
    usual = threading.stack_size(1 << 46)  # more than there is, so that none can be started
    try:
        for _ in range(2):
            with pytest.raises(TimeoutError):
                look()
    finally:
        threading.stack_size(usual)
    look.patience_seconds = 10
    assert look() == "well"
