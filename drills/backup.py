"""A backup taken under load and restored elsewhere: histories and ledger verify, every acknowledged act is in it."""

from __future__ import annotations

import time

from sqlalchemy import select

from models import Photo, Ticket
from models.storage import open_storage
from stage import books
from stage.house import House
from stage.pictures import troubles
from stage.stage import Stage
from stage.traffic import Ride, Traffic, live_in
from workflow.whose_files import is_ours


def run(stage: Stage) -> None:
    before, backups = stage.size(100, 3000), stage.size(1, 5)
    folders = [stage.folder / f"backup{number}" for number in range(backups)]
    known: list[list[Ride]] = []
    slowest, meanwhile = 0.0, 0
    with House(stage.new_folder("house"), stage.new_database()) as house:
        traffic = Traffic(house, seed=stage.seed).start()
        for folder in folders:
            traffic.wait_for_acts(house, before, stage.size(120.0, 900.0))
            _command(house, "digest")
            known.append(_acknowledged(traffic))
            acts, began = traffic.acknowledged, time.monotonic()
            _command(house, "backup", str(folder))
            slowest = max(slowest, time.monotonic() - began)
            meanwhile += traffic.acknowledged - acts
        traffic.stop()
        url = house.settings.storage_url
    stage.figure("backups under load", backups, least=1)
    stage.figure("the slowest took", slowest, "s")
    stage.figure("acts acknowledged while they were taken", meanwhile, least=backups)
    traffic.show(stage.figures)
    for number, (folder, rides) in enumerate(zip(folders, known, strict=True)):
        keys = {ride.key for ride in rides}
        later = [Ride(key=ride.key, rider=ride.rider) for ride in traffic.rides if ride.key not in keys]
        _restored(stage, number, str(folder), rides + later, url)


def _command(house: House, *words: str) -> None:
    """Run it; what it says where it fails is why the drill breaks off."""
    done = house.command(*words, check=False)
    if done.returncode:
        raise RuntimeError(f"{words[0]}: {done.stdout}{done.stderr}")


def _acknowledged(traffic: Traffic) -> list[Ride]:
    """What is acknowledged now, as it stands."""
    return [
        Ride(key=ride.key, rider=ride.rider, number=ride.number, acknowledged=list(ride.acknowledged))
        for ride in list(traffic.rides)
    ]


def _restored(stage: Stage, number: int, folder: str, rides: list[Ride], files: str) -> None:
    """Bring it back to a new house; hold it against what was known, with nothing running and then with everything.
    Of what was sent later some may be in it too."""
    house = House(stage.new_folder(f"restored{number}"), stage.new_database())
    # Whoever looks at the settings of a new house makes it a key; a restore brings its own.
    (house.folder / "secret_key").unlink()
    _command(house, "restore", folder)
    spares = not is_ours(house.database, open_storage(files))
    stage.figure("leaves the first house's files alone", int(spares), exactly=1)
    audited = house.command("audit", check=False)
    stage.figure("exit status of the audit", audited.returncode, exactly=0)
    stage.figure("compared with a digest", int("Compared with the digest" in audited.stdout), exactly=1)
    found = books.read(house, rides)
    stage.figure("acts acknowledged before", sum(len(ride.acknowledged) for ride in rides), least=100)
    stage.figure("acknowledged before and not in it", len(found.lost), exactly=0)
    stage.figure("findings of the audit", len(found.findings), exactly=0)
    with house.database.reading() as session:
        photos = session.scalars(select(Photo)).all()
    wrong = troubles(open_storage(house.settings.storage_url), photos)
    stage.figure("photos that rows name", len(photos), least=1)
    stage.figure("photos that are missing or no pictures", len(wrong), exactly=0)
    for line in [*found.lost, *found.findings, *wrong, *audited.stdout.splitlines()][:5]:
        stage.say(line)
    with house:
        books.drain(house, 120)
        with house.database.reading() as session:
            waits = session.scalars(select(Ticket.id).where(Ticket.state == "confirmed")).all()
        stage.figure("confirmed and not paid after it started", len(waits), exactly=0)
        more = live_in(house, seed=stage.seed + number + 1, acts=20)
        books.drain(house, 120)
        again = books.read(house, [*rides, *more.rides])
    again.show(stage.figures)
