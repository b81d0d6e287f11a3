"""The disks of the files and of the database full under load: 503 meanwhile, nothing half written, and well again."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from models.storage import open_storage
from stage import books
from stage.house import House
from stage.pictures import read_pictures, sweep_a_day_later
from stage.postgres import Postgres
from stage.small_disk import SmallDisk
from stage.stage import Stage
from stage.traffic import Traffic
from stage.waiting import NotInTime

FILES_MEGABYTES = 16
DATABASE_MEGABYTES = {"sqlite": 48, "postgresql": 256}
PHOTOS = 2
BETWEEN_ACTS = 20
BACK_SECONDS = 30.0
DRAINED_SECONDS = 120.0
RECOVERY_SECONDS = 10.0


@dataclass
class Full:
    """What happened around one full disk."""

    refused: int
    taken: int
    back: float


def run(stage: Stage) -> None:
    with contextlib.ExitStack() as held:
        files = held.enter_context(SmallDisk(stage.folder / "files", FILES_MEGABYTES))
        disk = held.enter_context(SmallDisk(stage.folder / "database", DATABASE_MEGABYTES[stage.database]))
        postgres = _postgres(disk, held) if stage.database == "postgresql" else None
        url = postgres.create() if postgres else f"sqlite:///{disk.folder}/whistle.db"
        storage = open_storage(files.folder.as_uri())
        house = held.enter_context(House(stage.new_folder("house"), url, STORAGE_URL=files.folder.as_uri()))
        parts = _processes(house)
        traffic = Traffic(house, seed=stage.seed, photos=PHOTOS).start()
        traffic.wait_for_acts(house, BETWEEN_ACTS, 2 * BACK_SECONDS)
        first = _full(stage, house, traffic, files)
        second = _full(stage, house, traffic, disk, postgres)
        traffic.stop()
        house.wait_for(house.is_well, "well")
        drained = books.drain(house, DRAINED_SECONDS)
        found = books.read(house, traffic.rides)
        pictures = read_pictures(house.database, storage, traffic.rides, PHOTOS)
        sweep_a_day_later(house.database, storage)
        left = read_pictures(house.database, storage, traffic.rides, PHOTOS).orphans
        gone = parts - _processes(house)
    for name, full in (("files", first), ("database", second)):
        stage.figure(f"answers of 503 with the {name}' disk full", full.refused, least=1)
        stage.figure(f"acts with the {name}' disk full", full.taken)
        stage.figure("at work again after there was room", full.back, "s", most=BACK_SECONDS)
    stage.figure("processes of parts, those that the web has forked too", len(parts))
    stage.figure("of which died and were started anew", len(gone), exactly=0)
    stage.figure("drained after", drained, "s", most=DRAINED_SECONDS)
    found.show(stage.figures)
    pictures.show(stage.figures)
    stage.figure("of these left after a day", len(left), exactly=0)
    traffic.show(stage.figures)


def _processes(house: House) -> set[tuple[str, int]]:
    """Every part's, and of the web also those that serve, which it forks anew where one died."""
    return {*house.parts().items(), *(("web", pid) for pid in house.processes("web"))}


def _postgres(disk: SmallDisk, held: contextlib.ExitStack) -> Postgres:
    postgres = Postgres(disk.folder / "pg")
    postgres.start()
    held.callback(_stop, postgres)
    return postgres


def _stop(postgres: Postgres) -> None:
    with contextlib.suppress(RuntimeError):
        postgres.stop("immediate")


def _full(stage: Stage, house: House, traffic: Traffic, disk: SmallDisk, postgres: Postgres | None = None) -> Full:
    """Fill it for a while; `postgres` is the server whose disk it is."""
    refused, taken = traffic.statuses[503] + traffic.statuses[507], traffic.acknowledged
    disk.fill()
    time.sleep(stage.size(12, 60))
    refused, taken = traffic.statuses[503] + traffic.statuses[507] - refused, traffic.acknowledged - taken
    disk.clear()
    if postgres and not _answers(house):
        # It ends itself rather than go on without its log, and whoever runs it starts it again.
        stage.say("PostgreSQL had ended itself, and was started again")
        postgres.start()
    return Full(refused, taken, traffic.wait_for_acts(house, BETWEEN_ACTS, 2 * BACK_SECONDS))


def _answers(house: House) -> bool:
    """Whether the database does, or soon will."""
    try:
        return house.wait_for(lambda: _asked(house), "answering", RECOVERY_SECONDS)
    except NotInTime:
        return False


def _asked(house: House) -> bool:
    try:
        with house.database.reading() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True
