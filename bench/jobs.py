"""Jobs through outbox, relay and worker, against a bare SimpleWorker of RQ: one INSERT each, one worker each; the
product's ends after its share of jobs, and what its successor needs to start counts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from statistics import median

from redis import Redis
from rq import Queue
from sqlalchemy import func, insert, select

from bench.floors import rows
from bench.floors.rows import Row
from bench.floors.work import insert_row
from bench.floors.worker import FLOOR_QUEUE, TOPIC
from bench.servers import prepare
from config import ROOT
from models import Outbox
from models.clock import now
from models.database import database
from queues.connection import RELAY_BEAT, WORKER_BEAT
from queues.parts import dies_with
from queues.worker import SHARE_OF_JOBS
from stage.books import waiting
from stage.house import INHERITED
from stage.redis_server import RedisServer
from stage.stage import Stage
from stage.waiting import wait_for

PATIENCE_SECONDS = 120.0


def run(stage: Stage) -> None:
    trial = _Trial(stage)
    # So that a share of jobs costs one start, as it does in a long run.
    count = SHARE_OF_JOBS + 1
    floor: list[float] = []
    product: list[float] = []
    for number in range(stage.size(2, 7)):
        for kind in ("floor", "product") if number % 2 else ("product", "floor"):
            if kind == "floor":
                floor.append(trial.floor(count))
            else:
                product.append(trial.product(count))
    ratio = median(ours / bare for ours, bare in zip(product, floor, strict=True))
    stage.figure("a job of the bare worker, the floor", 1000 * median(floor), "ms")
    stage.figure("a job", 1000 * median(product), "ms")
    stage.figure("times the floor", ratio, most=1.3, aim=1.1)


class _Trial:
    def __init__(self, stage: Stage) -> None:
        self.folder, self.url = stage.new_folder("data"), stage.new_database()
        prepare(self.folder, self.url)
        rows.make(database)
        self._rows = 0
        self.redis = RedisServer(self.folder)
        self.redis.start()
        stage.held.callback(self.redis.stop)

    def floor(self, count: int) -> float:
        """Seconds a job of so many that wait in RQ's queue."""
        with Redis.from_url(self.redis.url) as connection:
            queue = Queue(FLOOR_QUEUE, connection=connection)
            queue.enqueue_many([Queue.prepare_data(insert_row) for _ in range(count)])
        self._start("bench.floors.worker", "floor", self.url, self.redis.url).communicate(timeout=PATIENCE_SECONDS)
        return self._seconds(count)

    def product(self, count: int) -> float:
        """Seconds a job of so many that wait in the outbox."""
        relay = self._start("queues.relay")
        worker = self._start("bench.floors.worker", "supervised", self.url, self.redis.url)
        wait_for(lambda: self.redis.client().exists(RELAY_BEAT, WORKER_BEAT) == 2, "up", PATIENCE_SECONDS)
        moment = now()
        with database.writing() as session:
            row = {"topic": TOPIC, "due": moment, "created_at": moment}
            session.execute(insert(Outbox), [row | {"ref": str(each)} for each in range(count)])
        wait_for(lambda: waiting(database) == 0, "done", PATIENCE_SECONDS)
        for part in (worker, relay):
            part.send_signal(signal.SIGTERM)
            part.communicate(timeout=PATIENCE_SECONDS)
        self.redis.client().delete(RELAY_BEAT, WORKER_BEAT)
        return self._seconds(count)

    def _start(self, module: str, *words: str) -> subprocess.Popen[str]:
        asked = {"DATA_DIR": str(self.folder), "DATABASE_URL": self.url, "REDIS_URL": self.redis.url, "DEMO": "people"}
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", module, *words],
            cwd=ROOT,
            env={name: os.environ[name] for name in INHERITED if name in os.environ} | asked,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=dies_with(os.getpid()),
        )

    def _seconds(self, count: int) -> float:
        """From the first of the last `count` rows to the last of them, for one."""
        newest = select(Row.created_at).order_by(Row.id.desc()).limit(count)
        with database.reading() as session:
            moments = session.scalars(newest).all()
            assert session.scalar(select(func.count(Row.id))) == self._rows + count, "not as many rows as jobs"
        self._rows += count
        return (max(moments) - min(moments)).total_seconds() / (count - 1)
