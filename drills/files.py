"""A folder and a bucket away, slow, cut, their writers killed: no report without its pictures, no stray a day later."""

from __future__ import annotations

import os
import signal
import statistics
import time

from models.storage import FileStorage
from stage import books
from stage.house import House, signal_to
from stage.pictures import read_pictures, sweep_a_day_later
from stage.stage import Stage
from stage.storages import STORAGES, Tried
from stage.torn_writes import SLOW_SECONDS
from stage.traffic import Traffic

PHOTOS = 2
BETWEEN_ACTS = 10
BETWEEN_SECONDS = 60.0
DRAINED_SECONDS = 120.0
AT_LEAST = 4
"""Refused by a fault, or slowed by it: as often as the traffic has threads."""


def run(stage: Stage) -> None:
    for name, opened in STORAGES.items():
        stage.say(f"-- a {name}")
        with opened(stage.new_folder(name)) as tried:
            _live_through(stage, name, tried)


def _live_through(stage: Stage, name: str, tried: Tried) -> None:
    with House(stage.new_folder(f"house-{name}"), stage.new_database(), **tried.environment) as house:
        traffic = Traffic(house, seed=stage.seed, photos=PHOTOS).start()
        traffic.wait_for_acts(house, BETWEEN_ACTS, BETWEEN_SECONDS)
        for fault in tried.faults:
            _try(stage, house, traffic, tried, fault)
        points = _kill_at_points(stage, house, tried)
        kills = _kill_by_chance(stage, house)
        traffic.wait_for_acts(house, BETWEEN_ACTS, BETWEEN_SECONDS)
        traffic.stop()
        house.wait_for(house.is_well, "well")
        drained = books.drain(house, DRAINED_SECONDS)
        stage.figure("kill -9 in the middle of storing", points, exactly=stage.size(1, 10) * len(tried.points))
        stage.figure("kill -9 of who stores, by chance", kills, least=stage.size(5, 60))
        stage.figure("drained after", drained, "s", most=DRAINED_SECONDS)
        books.read(house, traffic.rides).show(stage.figures)
        _hold_pictures(stage, house, tried, traffic)
    traffic.show(stage.figures)


def _try(stage: Stage, house: House, traffic: Traffic, tried: Tried, name: str) -> None:
    """Let it be so for a while, and then be at peace."""
    taken, refused, created = traffic.acknowledged, traffic.statuses[503], len(traffic.creating)
    with tried.faults[name]():
        time.sleep(stage.size(6, 40))
        if name == "slow":
            house.wait_for(lambda: len(traffic.creating) >= created + AT_LEAST, "stored slowly", BETWEEN_SECONDS)
        taken, refused = traffic.acknowledged - taken, traffic.statuses[503] - refused
        meanwhile, before = traffic.creating[created:], traffic.creating[:created]
    back = traffic.wait_for_acts(house, BETWEEN_ACTS, BETWEEN_SECONDS)
    stage.figure(f"acts with the storage {name}", taken)
    stage.figure(f"answers of 503 with the storage {name}", refused, least=None if name == "slow" else AT_LEAST)
    if name == "slow":
        slower = statistics.median(meanwhile) - statistics.median(before)
        stage.figure("p50 of what stores pictures, at peace", statistics.median(before), "s")
        stage.figure("p50 of it with the storage slow, longer by", slower, "s", least=SLOW_SECONDS)
    stage.figure("at work again after", back, "s", most=30)


def _kill_at_points(stage: Stage, house: House, tried: Tried) -> int:
    """How many of the web's processes were killed where they had stored a part."""
    kills = 0
    for point in tried.points * stage.size(1, 10):
        tried.torn.kill(point)
        house.wait_for(lambda: not tried.torn.open(), f"killed: {point}", BETWEEN_SECONDS)
        kills += 1
    return kills


def _kill_by_chance(stage: Stage, house: House) -> int:
    """How many of the web's processes were killed, each at a moment of chance."""
    kills = 0
    while kills < stage.size(5, 60):
        time.sleep(stage.random.uniform(0.2, 1.0))
        if forked := house.processes("web")[1:]:
            signal_to(stage.random.choice(forked), signal.SIGKILL)
            kills += 1
    return kills


def _hold_pictures(stage: Stage, house: House, tried: Tried, traffic: Traffic) -> None:
    storage = tried.storage
    read_pictures(house.database, storage, traffic.rides, PHOTOS).show(stage.figures)
    if isinstance(storage, FileStorage):
        torn = list((storage.folder / ".incoming").iterdir())
        stage.figure("files half written by who was killed", len(torn), least=2)
        for path in torn:
            os.utime(path, (time.time() - 24 * 3600,) * 2)
    stage.figure("pictures swept up a day later", sweep_a_day_later(house.database, storage), least=1)
    left = read_pictures(house.database, storage, traffic.rides, PHOTOS)
    stage.figure("files that no row names then", len(left.orphans), exactly=0)
    stage.figure("pictures that lost a file by it", len(left.half), exactly=0)
    if isinstance(storage, FileStorage):
        torn = list((storage.folder / ".incoming").iterdir())
        stage.figure("files half written then", len(torn), exactly=0)
