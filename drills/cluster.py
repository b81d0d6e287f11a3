"""Two machines with a PostgreSQL, a Redis and an S3 server: each part killed in turn, the others go on."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from models.storage import open_storage
from stage import books
from stage.house import House
from stage.pictures import read_pictures
from stage.proxy import Proxy
from stage.redis_server import RedisServer
from stage.s3_server import CREDENTIALS, S3Server
from stage.stage import Stage
from stage.traffic import Traffic

DATABASES = ("postgresql",)
PHOTOS = 1
ACTS = 8
AWAY_SECONDS = 4.0
BACK_SECONDS = 60.0
DRAINED_SECONDS = 120.0

Kill = Callable[[], contextlib.AbstractContextManager[object]]


@dataclass
class Fault:
    """`goes_on`: whether people notice nothing but a broken connection."""

    name: str
    kill: Kill
    goes_on: bool


@dataclass
class Cluster:
    """Two machines: one of two workers and one of one, each with a web, a relay and a supervisor."""

    stage: Stage
    first: House
    second: House
    redis: RedisServer
    bucket: Proxy
    """Before the S3 server, which keeps its objects in its memory: cut off it is as good as killed, and loses none."""

    def faults(self) -> Iterator[Fault]:
        """Each part of it, once."""
        for number, house in enumerate((self.first, self.second), 1):
            for name in sorted(house.parts()):
                yield Fault(f"{name} of machine {number}", partial(_killed, house, name), True)
        yield Fault("machine 1", partial(_off, self.first), True)
        yield Fault("machine 2", partial(_off, self.second), True)
        yield Fault("Redis", self.redis.away, True)
        yield Fault("S3", self.bucket.away, False)
        yield Fault("PostgreSQL", self.stage.postgres.away, False)


def run(stage: Stage) -> None:
    with contextlib.ExitStack() as held:
        server = S3Server()
        held.callback(server.stop)
        bucket = Proxy(server.port)
        redis = RedisServer(stage.new_folder("redis"))
        redis.start()
        held.callback(redis.stop)
        shared = {
            "REDIS_URL": redis.url, "STORAGE_URL": server.url(bucket.port), "SECRET_KEY": secrets.token_hex(32),
            "WEB_CONCURRENCY": "1", **CREDENTIALS,
        }  # fmt: skip
        url = stage.new_database()
        first, second = (
            held.enter_context(House(stage.new_folder(f"machine{number}"), url, WORKERS=str(workers), **shared))
            for number, workers in ((1, 2), (2, 1))
        )
        front = Proxy(int(first.port), int(second.port))
        traffic = Traffic(front, seed=stage.seed, photos=PHOTOS).start()
        for _ in range(stage.size(1, 5)):
            for fault in Cluster(stage, first, second, redis, bucket).faults():
                _try(stage, first, traffic, fault)
        traffic.stop()
        for house in (first, second):
            house.wait_for(house.is_well, "well")
        stage.figure("drained after", books.drain(first, DRAINED_SECONDS), "s", most=DRAINED_SECONDS)
        books.read(first, traffic.rides).show(stage.figures)
        storage = open_storage(server.url(server.port))
        read_pictures(first.database, storage, traffic.rides, PHOTOS).show(stage.figures)
    traffic.show(stage.figures)


def _try(stage: Stage, house: House, traffic: Traffic, fault: Fault) -> None:
    """How soon people go on while it is away, and after."""
    traffic.wait_for_acts(house, ACTS)
    with fault.kill():
        if fault.goes_on:
            meanwhile = traffic.wait_for_acts(house, ACTS)
            stage.figure(f"{ACTS} acts with {fault.name} killed took", meanwhile, "s", most=BACK_SECONDS)
        else:
            time.sleep(AWAY_SECONDS)
    after = traffic.wait_for_acts(house, ACTS)
    stage.figure(f"{ACTS} acts after {fault.name} was back took", after, "s", most=BACK_SECONDS)


@contextlib.contextmanager
def _killed(house: House, name: str) -> Iterator[None]:
    """Its supervisor starts it again."""
    gone = house.kill(name)
    yield
    house.wait_for(lambda: house.parts().get(name, gone) != gone, f"started again: {name}", BACK_SECONDS)


@contextlib.contextmanager
def _off(house: House) -> Iterator[None]:
    """A machine without power: all its processes at once."""
    house.kill_all()
    yield
    house.start()
