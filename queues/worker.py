"""`python -m queues.worker`: runs what the relay hands out, one job at a time, in this process.

No fork a job (206 a second against 90), no RQ scheduler and no RQ retry: the outbox times and repeats. After its share
of jobs it ends with 0 and the supervisor starts a fresh one, so that nothing that leaks grows for ever.
"""

from __future__ import annotations

import logging
import signal
import sys
import time
from types import FrameType
from typing import NoReturn

import structlog
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy.exc import SQLAlchemyError

from config import CannotStart, Settings
from models.database import database
from queues import gate, jobs, logs, periodic
from queues.connection import WORKER_BEAT, connect, ends_in, queue, redis_url
from queues.limits import NoLimit, hold_memory
from queues.outage import Outage
from workflow.pretended import hold_real

log = structlog.get_logger("queues.worker")

SHARE_OF_JOBS = 5000
WORKER_TTL_SECONDS = 20
"""RQ waits for a job 15 s less than this, and comes by between two waits."""
IDLE_BEAT_SECONDS = 15
BUSY_BEAT_SECONDS = 90
BEAT_AGAIN_SECONDS = 1.0
MAINTENANCE_SECONDS = 60
PAUSE_SECONDS = 0.5


class LostConnections(logging.Filter):
    """Keeps RQ from telling that Redis is away, again and again or with a traceback: `Outage` says it once."""

    def __init__(self, outage: Outage) -> None:
        super().__init__()
        self.outage = outage

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether RQ may say it."""
        causes = [*(record.args if isinstance(record.args, tuple) else ()), *(record.exc_info or ())]
        lost = next((cause for cause in causes if isinstance(cause, RedisError)), None)
        if lost is not None:
            self.outage.away("redis", lost)
        return lost is None


class Worker(SimpleWorker):
    """RQ's worker without what the outbox makes needless, and without giving up when Redis does."""

    death_penalty_class = NoLimit
    max_connection_wait_time = 1.0

    def __init__(self, target: Queue, outage: Outage) -> None:
        super().__init__(
            [target],
            connection=target.connection,
            serializer=JSONSerializer,
            worker_ttl=WORKER_TTL_SECONDS,
            maintenance_interval=MAINTENANCE_SECONDS,
            log_job_description=False,
        )
        self.outage = outage
        self.told_to_stop = False
        self.jobs = 0
        self._beat_again_at = 0.0

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run a job, and count it."""
        self.outage.back()
        self.jobs += 1
        super().execute_job(job, queue)

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """RQ's, and ours for /readyz; once a second, where RQ asks for four a job. With a timeout a job begins."""
        if pipeline is None:
            if time.monotonic() < self._beat_again_at:
                return
            with self.connection.pipeline(transaction=False) as beat:
                self.heartbeat(timeout, beat)
                beat.execute()
            self._beat_again_at = time.monotonic() + BEAT_AGAIN_SECONDS
        else:
            super().heartbeat(timeout, pipeline)
            seconds = BUSY_BEAT_SECONDS if timeout else IDLE_BEAT_SECONDS
            pipeline.set(WORKER_BEAT, ends_in(seconds), ex=seconds)

    def set_state(self, state: str, pipeline: Pipeline | None = None) -> None:
        """Busy or idle, for ourselves: nobody reads it in Redis."""
        self._state = state

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """SIGTERM or SIGINT: stop after the job."""
        self.told_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def set_shutdown_requested_date(self) -> None:
        """Nothing: a signal must not talk to Redis in the middle of a job."""

    def check_for_suspension(self, burst: bool) -> None:
        """Nothing: workers are stopped by stopping them; this is a round trip a job."""

    def subscribe(self) -> None:
        """Nothing: no commands through Redis, and no thread that waits for them."""

    def unsubscribe(self) -> None:
        """Nothing, as for `subscribe`."""

    def run_maintenance_tasks(self) -> None:
        """RQ's, which clear away what killed workers left. Where RQ cannot read its own list of begun jobs, which would
        end every worker that starts, the list goes: the outbox knows what is not done."""
        try:
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]
        except RedisError:
            raise
        except Exception:
            log.exception("maintenance failed")
            for target in self.queues:
                self.connection.delete(target.started_job_registry.key, target.registry_cleaning_key)

    def teardown(self) -> None:
        """Take our leave, if Redis is there to hear it."""
        try:
            super().teardown()  # type: ignore[no-untyped-call]
        except RedisError as error:
            self.outage.away("redis", error)


def work(url: str, *, share: int = SHARE_OF_JOBS, burst: bool = False, worker_class: type[Worker] = Worker) -> None:
    """Work through the queue at `url` until told to stop or `share` jobs are done; with `burst`, until it is empty.

    While Redis is away, wait for it.
    """
    outage = Outage()
    quiet = LostConnections(outage)
    logging.getLogger("rq.worker").addFilter(quiet)
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    try:
        while True:
            _stop_at_once_on_signals()
            try:
                worker = worker_class(queue(connect(url)), outage)
                worker.work(burst=burst, max_jobs=share)
                share -= worker.jobs
                if worker.told_to_stop or burst or share <= 0:
                    return
            except RedisError as error:
                outage.away("redis", error)
            _stop_at_once_on_signals()  # the ones that RQ leaves behind are its own
            time.sleep(PAUSE_SECONDS)
    except StopRequested:
        return
    finally:
        logging.getLogger("rq.worker").removeFilter(quiet)


def _stop_at_once_on_signals() -> None:
    def stop(number: int, frame: FrameType | None) -> NoReturn:
        sys.exit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def _plan(settings: Settings, outage: Outage) -> None:
    while True:
        try:
            with database.reading() as session:
                hold_real(session, settings)
            return periodic.plan()
        except SQLAlchemyError as error:
            outage.away("database", error)
            time.sleep(PAUSE_SECONDS)


def main() -> int:
    """Work until SIGTERM, SIGINT or the share is done. The exit status: 0; 1 with a sentence for a broken setting
    or a demo in production."""
    _stop_at_once_on_signals()
    try:
        settings = Settings.load()
        hold_memory(settings.worker_megabytes)
        jobs.load()
        logs.speak()
        gate.wait()
        database.connect(settings.database_url)
        _plan(settings, Outage())
    except CannotStart as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    log.info("working", share=SHARE_OF_JOBS)
    work(redis_url(settings))
    log.info("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
