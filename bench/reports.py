"""Reports by JSON with a key: ticket, event, outbox and answer in one commit, against one row inserted."""

from __future__ import annotations

import itertools
import random
import uuid
from collections.abc import Iterator
from pathlib import Path

from bench.floors import rows
from bench.load import CLIENTS, load
from bench.rounds import alternate
from bench.servers import FLOOR, Web, posted, prepare, sign_in
from models.database import database
from stage.house import House
from stage.stage import Stage
from stage.traffic import MATTER, PLACE, RIDERS


def run(stage: Stage) -> None:
    folder, url = stage.new_folder("data"), stage.new_database()
    prepare(folder, url)
    rows.make(database)
    seconds = stage.size(4.0, 10.0)
    with Web(folder, url) as web, Web(folder, url, FLOOR) as floor:
        ours = reports(web.port, stage.random)
        bare = [inserts(stage.random) for _ in range(CLIENTS)]
        found = alternate(stage.size(6, 10), lambda: floor.load(bare, seconds), lambda: web.load(ours, seconds))
    found.show(stage, "reports", least=30, aim=45)
    stage.figure("reports", found.rate, "/s", least=300, aim=450)
    stage.figure("reports: answered within, p99", found.within(0.99), "ms", most=500)
    _with_all(stage, folder, url, seconds)


def _with_all(stage: Stage, folder: Path, url: str, seconds: float) -> None:
    """For comparison: the same while workers route and tell, and share the machine and the database with it."""
    with House(folder, url) as house:
        told = load(int(house.port), reports(int(house.port), stage.random), seconds * 2)
    stage.figure("reports while workers route what came before", told.rate, "/s")
    stage.figure("answered within, p99", 1000 * told.share(0.99), "ms")


def reports(port: int, chance: random.Random) -> list[Iterator[bytes]]:
    """Clients that send reports, each for a rider."""
    who = [sign_in(port, name) for name in RIDERS]
    return [_reports(headers, chance) for headers in itertools.islice(itertools.cycle(who), CLIENTS)]


def _reports(headers: dict[str, str], chance: random.Random) -> Iterator[bytes]:
    while True:
        key = {"Idempotency-Key": str(uuid.UUID(int=chance.getrandbits(128)))}
        yield posted("/api/v1/reports", {"category": MATTER, **place(chance)}, headers | key)


def inserts(chance: random.Random) -> Iterator[bytes]:
    """What the floor is sent."""
    while True:
        yield posted("/rows", place(chance), {})


def place(chance: random.Random) -> dict[str, object]:
    """What and where."""
    latitude, longitude = (each + chance.uniform(-0.002, 0.002) for each in PLACE)
    return {"description": "路边垃圾成堆。", "latitude": latitude, "longitude": longitude}
