"""Jobs that no worker should have to run: one that crashes it, one that eats its memory, two that never end.

The product has none of them; `arming(folder, "stage.poison", "queues.worker")` gives them to a house's workers.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from pathlib import Path
from typing import Any

BEGUN = "POISON_BEGUN"
"""The file that gets a line each time one of them begins."""
SECONDS = "POISON_SECONDS"
"""How long they may take; as long as any job, where it is empty."""
CRASH, MEMORY, LOOP, DEAF = TOPICS = ("poison.crash", "poison.memory", "poison.loop", "poison.deaf")


def arm() -> None:
    """Make them jobs of this process."""
    from queues.jobs import USUAL_SECONDS, job

    for topic, verb in zip(TOPICS, (_crash, _eat, _loop, _loop_deaf), strict=True):
        job(topic, timeout=int(os.environ.get(SECONDS) or USUAL_SECONDS))(_telling(topic, verb))


def _telling(topic: str, verb: Any) -> Any:
    def told(session: Any, ref: str) -> None:
        with Path(os.environ[BEGUN]).open("a") as file:
            file.write(f"{topic}\n")
        verb()

    return told


def _crash() -> None:
    """What a fault in native code does."""
    ctypes.string_at(0)


def _eat() -> None:
    """All that it gets."""
    held = []
    while True:
        held.append(b"\1" * (1 << 20))


def _loop() -> None:
    """For ever, and deaf to nothing."""
    while True:
        continue


def _loop_deaf() -> None:
    """For ever, whatever is raised in it."""
    while True:
        with contextlib.suppress(BaseException):
            _loop()
