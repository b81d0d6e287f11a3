"""Asking somebody who may never answer, such as a server that hangs: nobody waits longer than their patience."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, ParamSpec, TypeVar

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


class Look(Generic[Asked, Answer]):
    """`look = Look(ask)`, then `look(…)` is `ask(…)`, in time or TimeoutError, also where no thread is to be had.

    One question at a time: whoever comes while one is open waits for the same answer, so that a server that hangs for
    an hour costs one thread and one connection, however often it is asked about.
    """

    def __init__(self, ask: Callable[Asked, Answer], patience_seconds: float = 2.0) -> None:
        self.ask = ask
        self.patience_seconds = patience_seconds

        self._lock = threading.Lock()
        self._open: Future[Answer] | None = None

    def __call__(self, *words: Asked.args, **named: Asked.kwargs) -> Answer:
        """The answer. Raises what `ask` raises, or TimeoutError."""
        return self.within(self.patience_seconds, *words, **named)

    def within(self, seconds: float, *words: Asked.args, **named: Asked.kwargs) -> Answer:
        """The same for whoever has another patience."""
        with self._lock:
            answer = self._open
            if answer is None or answer.done():
                answer = Future()
                # A daemon: the end of the process does not wait for it.
                thread = threading.Thread(target=self._fill, args=(answer, words, named), daemon=True)
                try:
                    thread.start()
                except RuntimeError as error:
                    raise TimeoutError("no thread to ask in") from error
                self._open = answer
        return answer.result(seconds)

    def _fill(self, answer: Future[Answer], words: tuple[object, ...], named: dict[str, object]) -> None:
        try:
            answer.set_result(self.ask(*words, **named))  # type: ignore[arg-type]
        except BaseException as error:
            answer.set_exception(error)
