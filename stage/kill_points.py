"""Lets a worker or a relay of a running house kill itself at an exact point, once for each order given.

    orders = Orders(folder)
    House(…, **orders.environment())
    orders.give("tell_report", "written")      # the next process that comes to this point is killed there

An order is a file, and whoever can remove it carries it out.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from stage.arming import arming

POINTS = ("leased", "taken", "begun", "written", "marked", "committed")
"""In their order: the relay has leased a row and not handed it out; a worker has it from Redis and not looked at it;
has locked the row and not begun; has done all that the job does; has marked the row as done; has committed, and Redis
does not know."""
SENT = {"written", "marked"}
"""Of them, those at which an errand is done and nobody knows: it is run again, where at all others it runs once."""
ORDERS = "KILL_POINTS"
FILES_OLDER = timedelta(days=2)
"""Than the disk says, so that what no row names has something to be swept up for."""


class Orders:
    """The orders that are given and not carried out yet, by what `module` arms (workers and relays here)."""

    def __init__(self, folder: Path, module: str = __name__, *programs: str) -> None:
        self.folder = folder / "orders"
        self.folder.mkdir()
        self._armed = arming(folder, module, *programs)

    def environment(self) -> dict[str, str]:
        """What arms the processes of a house."""
        return self._armed | {ORDERS: str(self.folder)}

    def give(self, topic: str, point: str) -> None:
        """Kill whoever comes to this point with a job of this topic next."""
        (self.folder / f"{topic}.{point}").touch()

    def open(self) -> set[str]:
        """Those that nobody has carried out."""
        return {path.name for path in self.folder.iterdir()}


def die_at(point: str, *topics: str) -> None:
    """End this process as SIGKILL does, where that was ordered for one of these topics."""
    if [topic for topic in topics if _carry_out(f"{topic}.{point}")]:
        os.kill(os.getpid(), signal.SIGKILL)


def _carry_out(order: str) -> bool:
    try:
        (Path(os.environ[ORDERS]) / order).unlink()
    except FileNotFoundError:
        return False
    return True


def arm() -> None:
    """Put the points around what a worker and a relay do."""
    from rq import Queue

    from models.database import Database, database
    from queues import run
    from queues.jobs import find

    take, perform, enqueue, writing = run._take, run._perform, Queue.enqueue_many, Database.writing
    topics: dict[int, str] = {}
    done: list[str] = []

    def taking(session: Any, row_id: int, **more: Any) -> Any:
        _name(session, row_id, topics)
        die_at("taken", topics[row_id])
        row = take(session, row_id, **more)
        if row is not None:
            die_at("begun", row.topic)
        return row

    def performing(session: Any, row: Any) -> None:
        job = find(row.topic)

        def verb(session: Any, ref: str) -> None:
            job.verb(session, ref)
            session.flush()
            die_at("written", job.topic)

        vars(run)["find"] = lambda topic: replace(job, verb=verb)
        try:
            perform(session, row)
        finally:
            vars(run)["find"] = find
        session.flush()
        die_at("marked", row.topic)
        done.append(row.topic)

    @contextlib.contextmanager
    def committing(where: Any) -> Iterator[Any]:
        with writing(where) as session:
            yield session
        while done:
            die_at("committed", done.pop())

    def enqueuing(queue: Queue, handouts: Iterable[Any]) -> Any:
        handouts = list(handouts)
        rows = [handout.args[0] for handout in handouts]
        with database.reading() as session:
            for row in rows:
                _name(session, row, topics)
        die_at("leased", *(topics[row] for row in rows))
        return enqueue(queue, handouts)

    run._take, run._perform = taking, performing
    Database.writing = committing  # type: ignore[method-assign, assignment]
    # Not the relay itself, which is another module where it is the program.
    Queue.enqueue_many = enqueuing  # type: ignore[method-assign, assignment]
    _age_files()
    sys.stderr.write("kill points armed\n")


def _age_files() -> None:
    from models.storage import open_storage

    folder = type(open_storage("file:///nowhere"))
    dated = folder.dated

    def older(where: Any) -> Iterator[tuple[str, datetime]]:
        return ((name, at - FILES_OLDER) for name, at in dated(where))

    folder.dated = older  # type: ignore[method-assign, assignment]


def _name(session: Any, row_id: int, topics: dict[int, str]) -> None:
    from models.outbox import Outbox

    if row_id not in topics:
        row = session.get(Outbox, row_id)
        topics[row_id] = row.topic if row is not None else ""
