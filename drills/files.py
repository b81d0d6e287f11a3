"""The storage away, slow, cut and its writers killed: no report without its pictures, no stray file after a day."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from models.storage import Storage, open_storage
from stage import books
from stage.house import House, signal_to
from stage.pictures import read_pictures, sweep_a_day_later
from stage.proxy import Proxy
from stage.s3_server import CREDENTIALS, S3Server
from stage.stage import Stage
from stage.traffic import Traffic

PHOTOS = 2
SLOW_SECONDS = 0.5
CUT_BYTES = 2500
BETWEEN_ACTS = 20
BETWEEN_SECONDS = 60.0
DRAINED_SECONDS = 120.0

Fault = Callable[[], contextlib.AbstractContextManager[None]]


def run(stage: Stage) -> None:
    """On SQLite the storage is a folder, on PostgreSQL an S3 server."""
    with contextlib.ExitStack() as held:
        if stage.database == "sqlite":
            folder = stage.folder / "files"
            url, storage = folder.as_uri(), open_storage(folder.as_uri())
            faults: dict[str, Fault] = {"away": lambda: _folder_away(folder)}
        else:
            server = S3Server()
            held.callback(server.stop)
            proxy = Proxy(server.port)
            url, storage = server.url(proxy.port), open_storage(server.url(server.port))
            faults = {"away": proxy.away, "slow": lambda: _slowed(proxy), "cut": lambda: _severed(proxy)}
        environment = {"STORAGE_URL": url, **CREDENTIALS}
        house = held.enter_context(House(stage.new_folder("house"), stage.new_database(), **environment))
        traffic = Traffic(house, seed=stage.seed, photos=PHOTOS).start()
        for name, fault in faults.items():
            _try(stage, house, traffic, name, fault)
        kills = _kill(stage, house)
        traffic.wait_for_acts(house, BETWEEN_ACTS, BETWEEN_SECONDS)
        traffic.stop()
        house.wait_for(house.is_well, "well")
        drained = books.drain(house, DRAINED_SECONDS)
        stage.figure("kill -9 of who stores", kills, least=stage.size(10, 100))
        stage.figure("drained after", drained, "s", most=DRAINED_SECONDS)
        books.read(house, traffic.rides).show(stage.figures)
        _hold_pictures(stage, house, storage, traffic)
    traffic.show(stage.figures)


def _try(stage: Stage, house: House, traffic: Traffic, name: str, fault: Fault) -> None:
    """Let it be so for a while, between two times of peace."""
    traffic.wait_for_acts(house, BETWEEN_ACTS, BETWEEN_SECONDS)
    taken, refused = traffic.acknowledged, traffic.statuses[503]
    with fault():
        time.sleep(stage.size(12, 60))
        taken, refused = traffic.acknowledged - taken, traffic.statuses[503] - refused
    back = traffic.wait_for_acts(house, BETWEEN_ACTS, BETWEEN_SECONDS)
    stage.figure(f"acts with the storage {name}", taken)
    stage.figure(f"answers of 503 with the storage {name}", refused, least=0 if name == "slow" else 1)
    stage.figure("at work again after", back, "s", most=30)


def _kill(stage: Stage, house: House) -> int:
    """How many of the web's processes were killed, each at a moment of chance."""
    kills = 0
    while kills < stage.size(10, 100):
        time.sleep(stage.random.uniform(0.2, 1.0))
        if forked := house.processes("web")[1:]:
            signal_to(stage.random.choice(forked), signal.SIGKILL)
            kills += 1
    return kills


def _hold_pictures(stage: Stage, house: House, storage: Storage, traffic: Traffic) -> None:
    read_pictures(house.database, storage, traffic.rides, PHOTOS).show(stage.figures)
    stage.figure("pictures swept up a day later", sweep_a_day_later(house.database, storage))
    left = read_pictures(house.database, storage, traffic.rides, PHOTOS)
    stage.figure("files that no row names then", len(left.orphans), exactly=0)
    stage.figure("pictures that lost a file by it", len(left.half), exactly=0)


@contextlib.contextmanager
def _folder_away(folder: Path) -> Iterator[None]:
    """As where another disk's mount has gone: what stands at its place takes no files."""
    aside = folder.with_name("aside")
    folder.rename(aside)
    folder.touch()
    yield
    folder.unlink()
    aside.rename(folder)


@contextlib.contextmanager
def _slowed(proxy: Proxy) -> Iterator[None]:
    proxy.delay = SLOW_SECONDS
    yield
    proxy.delay = 0.0


@contextlib.contextmanager
def _severed(proxy: Proxy) -> Iterator[None]:
    proxy.cut = CUT_BYTES
    yield
    proxy.cut = None
