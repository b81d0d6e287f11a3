"""`python -m bench.floors.worker KIND DATABASE REDIS`: works one queue off. `floor` is RQ's own worker until its queue
is empty, `product` the product's for its share of jobs, and `supervised` that under the product's supervisor, which
starts a fresh one after each share, until it is told to stop."""

from __future__ import annotations

import logging
import sys

import structlog
from redis import Redis
from rq import Queue, SimpleWorker

from bench.floors import work
from models.database import database
from queues import jobs, worker
from queues.parts import Part
from queues.supervisor import Supervisor

TOPIC = "bench_row"
FLOOR_QUEUE = "floor"


def main(kind: str, url: str, redis: str) -> None:
    """Work."""
    if kind == "supervised":
        command = (sys.executable, "-m", "bench.floors.worker", "product", url, redis)
        Supervisor([Part(name="worker1", command=command)]).run()
        return
    database.connect(url)
    if kind == "floor":
        connection = Redis.from_url(redis)
        bare = SimpleWorker([Queue(FLOOR_QUEUE, connection=connection)], connection=connection)
        bare.work(burst=True, logging_level="WARNING")
    else:
        jobs.load()
        jobs.job(TOPIC)(work.insert_into)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        worker.work(redis)


if __name__ == "__main__":
    main(*sys.argv[1:])
