"""The parts of the queue as the tests use them: relays here or forked, workers always in processes of their own."""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkProcess

import time_machine
from rq import Queue
from rq.job import Job
from sqlalchemy import select as select_rows

from config import ROOT
from models.database import database
from models.outbox import Outbox, later
from queues import worker
from queues.connection import connect, queue
from queues.outage import Outage
from queues.parts import dies_with
from queues.relay import Handout, Relay
from queues.run import MOST_RUNS, run
from stage.redis_server import RedisServer
from tests.queues import jobs
from tests.queues.jobs import Effect

FORK = multiprocessing.get_context("fork")
LONGEST_LEASE = timedelta(seconds=61)


class StopsWhenTaken(worker.Worker):
    """Stays where the job has left RQ's queue and has not begun."""

    def execute_job(self, job: Job, queue: Queue) -> None:
        jobs.wait_here()


class StopsBeforeAcknowledging(worker.Worker):
    """Stays where the job's transaction is committed and RQ does not know it yet."""

    def handle_job_success(self, *args: object, **more: object) -> None:
        jobs.wait_here()


class StopsBetween(Relay):
    """Stays where rows are leased and not enqueued."""

    def enqueue(self, handouts: list[Handout]) -> None:
        jobs.wait_here()


class House:
    """A database, a Redis, and what to do with them."""

    def __init__(self, url: str, server: RedisServer, traveller: time_machine.Coordinates) -> None:
        self.url = url
        self.server = server
        self.traveller = traveller
        self.processes: list[ForkProcess | subprocess.Popen[str]] = []

    @staticmethod
    def today() -> datetime:
        return datetime.now(UTC)

    # What is asked for

    def ask(self, topic: str, *refs: str, due: datetime | None = None) -> list[int]:
        """Rows for a topic, their numbers."""
        with database.writing() as session:
            return [later(session, topic, ref, due) for ref in refs]

    def row(self, row_id: int) -> Outbox:
        with database.reading() as session:
            return session.get_one(Outbox, row_id)

    def rows(self) -> list[Outbox]:
        with database.reading() as session:
            return list(session.scalars(select_rows(Outbox).order_by(Outbox.id)))

    def effects(self) -> Counter[str]:
        """How often each thing was done."""
        with database.reading() as session:
            return Counter(session.scalars(select_rows(Effect.ref)))

    # Who does it

    def relay(self) -> Relay:
        return Relay(queue(connect(self.server.url)))

    def hand_out(self) -> int:
        """One step of a relay, after all leases have run out."""
        self.traveller.shift(LONGEST_LEASE)
        return self.relay().step()

    def process(self, action: Callable[[], object], tell: int | None = None) -> ForkProcess:
        """`action` in a process of its own, with connections of its own."""

        def child() -> None:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
                signal.signal(number, signal.SIG_DFL)
            jobs.tell, jobs.redis_url = tell, self.server.url
            action()

        database.engine.dispose()  # so that the child inherits no open connection
        process = FORK.Process(target=child)
        process.start()
        self.processes.append(process)
        return process

    def work_off(self) -> int | None:
        """A worker that ends when the queue is empty; its exit status, below zero the signal that ended it."""
        process = self.process(lambda: worker.work(self.server.url, burst=True))
        process.join(30)
        assert process.exitcode is not None, "the worker did not end within 30 s"
        return process.exitcode

    def fail_to_death(self, row_id: int) -> None:
        """Hand it out and run it, ten times, until it is dead and not before."""
        for runs in range(1, MOST_RUNS + 1):
            assert self.row(row_id).dead_at is None
            assert self.hand_out() == 1
            run(row_id)
            assert self.row(row_id).runs == runs
        assert self.row(row_id).dead_at is not None

    def kill_at(self, action: Callable[[], object]) -> None:
        """Run `action` in a process, wait until it says that it has come to its point, and kill it there."""
        mine, theirs = os.pipe()
        process = self.process(action, tell=theirs)
        come, _, _ = select.select([mine], [], [], 20)
        process.kill()
        process.join()
        os.close(mine)
        os.close(theirs)
        assert come, "the process never came to its point"
        assert process.exitcode == -signal.SIGKILL

    def worker_that(self, kind: type[worker.Worker]) -> Callable[[], object]:
        return lambda: worker.work(self.server.url, burst=True, worker_class=kind)

    def maintain(self) -> None:
        """RQ's maintenance as every worker does it, at the present (travelled) time."""
        worker.Worker(queue(connect(self.server.url)), Outage()).run_maintenance_tasks()

    def program(self, name: str, **environment: str) -> subprocess.Popen[str]:
        """`python -m queues.<name>` as the supervisor starts it, on this database and this Redis."""
        settings = {
            "DATABASE_URL": self.url,
            "REDIS_URL": self.server.url,
            "DATA_DIR": str(self.server.socket.parent),
            "PATH": os.environ["PATH"],
        }
        program = subprocess.Popen(
            [sys.executable, "-m", f"queues.{name}"],
            cwd=ROOT,
            env=settings | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=dies_with(os.getpid()),
        )
        self.processes.append(program)
        return program

    def close(self) -> None:
        """End what a failed test left running."""
        for process in self.processes:
            process.kill()


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait for what another process brings about."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not true within {seconds} s"
        time.sleep(0.01)
