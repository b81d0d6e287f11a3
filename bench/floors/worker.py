"""`python -m bench.floors.worker KIND DATABASE REDIS`: one worker, RQ's own (`floor`) or the product's; prints the
seconds a job once its queue is empty (`floor`) or it is told to stop."""

from __future__ import annotations

import logging
import sys

import structlog
from redis import Redis
from rq import Queue, SimpleWorker

from bench.floors import work
from models.database import database
from queues import jobs, worker

TOPIC = "bench_row"
FLOOR_QUEUE = "floor"
WITHOUT_END = 10**9


def main(kind: str, url: str, redis: str) -> None:
    """Work."""
    database.connect(url)
    if kind == "floor":
        connection = Redis.from_url(redis)
        bare = SimpleWorker([Queue(FLOOR_QUEUE, connection=connection)], connection=connection)
        bare.work(burst=True, logging_level="WARNING")
    else:
        jobs.load()
        jobs.job(TOPIC)(work.insert_into)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        worker.work(redis, share=WITHOUT_END)
    print(work.seconds_a_job())


if __name__ == "__main__":
    main(*sys.argv[1:])
