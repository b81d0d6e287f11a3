"""The commands of docs/operations.md that are marked `sh run`, as they stand there, on a fresh house."""

from __future__ import annotations

import os
import signal
import subprocess

from sqlalchemy import make_url

from config import ROOT
from stage import books
from stage.blocks import Block, blocks
from stage.house import House, free_port, signal_to
from stage.postgres import find
from stage.stage import Stage
from stage.traffic import live_in

DOCUMENT = ROOT / "docs" / "operations.md"
MARKS = frozenset({"stopped", "elsewhere", "postgres", "postgresql", "gone"})
"""`stopped`: with nothing running; `elsewhere`: in a new house with an empty database; `postgres`: as the user who owns
PostgreSQL; `postgresql`: not on SQLite; `gone`: with the primary killed. Without a mark the house runs."""
ACTS = 20
BLOCK_SECONDS = 300


def run(stage: Stage) -> None:
    house = House(stage.new_folder("house"), _with_replica(stage, stage.new_database()))
    elsewhere = House(stage.new_folder("elsewhere"), stage.new_database())
    (elsewhere.folder / "secret_key").unlink()
    stage.new_folder("backups")
    known = [block for block in blocks(DOCUMENT) if block.marks <= MARKS]
    stage.figure("marked blocks", len(known), exactly=len(blocks(DOCUMENT)), least=8)
    house.start()
    stage.held.callback(house.close)
    traffic = live_in(house, seed=stage.seed, acts=ACTS)
    running, last = True, [block for block in known if "postgres" in block.marks]
    # A replica that was promoted is where nobody writes any more: its blocks come at the end.
    for block in [*(block for block in known if block not in last), *last]:
        if stage.database == "sqlite" and block.marks & {"postgres", "postgresql"}:
            continue
        wanted = "stopped" not in block.marks
        if wanted and not running:
            house.start()
        elif running and not wanted:
            books.drain(house, BLOCK_SECONDS)
            house.stop()
        running = wanted
        if "gone" in block.marks:
            stage.postgres.stop("immediate")
        _try(stage, elsewhere if "elsewhere" in block.marks else house, block)
    if not running:
        house.start()
    more = live_in(house, seed=stage.seed + 1, acts=ACTS)
    books.drain(house, BLOCK_SECONDS)
    found = books.read(house, [*traffic.rides, *more.rides])
    found.show(stage.figures)


def _try(stage: Stage, house: House, block: Block) -> None:
    as_owner = ["runuser", "-u", "postgres", "--"] if "postgres" in block.marks and os.geteuid() == 0 else []
    done = subprocess.run(
        [*as_owner, "bash", "-euo", "pipefail", "-c", block.script],
        cwd=stage.folder if as_owner else ROOT,
        env={**house.environment, "LOCALE": "en", **_names(stage, house)},
        stdin=subprocess.DEVNULL,
        # A server that a block starts keeps them open: a pipe would never end.
        stdout=(log := (stage.folder / f"line{block.line}.log").open("w+")),
        stderr=subprocess.STDOUT,
        timeout=BLOCK_SECONDS,
        check=False,
    )
    log.seek(0)
    said = log.read().strip().splitlines()
    log.close()
    stage.figure(f"operations.md, line {block.line}: exit status", done.returncode, exactly=0)
    for line in said[-3:] if done.returncode == 0 else said[-15:]:
        stage.say(line[:160])


def _with_replica(stage: Stage, url: str) -> str:
    """The address that names the primary and the replica that will be."""
    if stage.database == "sqlite":
        return url
    home = str(stage.postgres.folder)
    for role in ("postgres SUPERUSER", "replicator REPLICATION"):
        _psql(stage, f"CREATE ROLE {role} LOGIN")
    stage.held.callback(_stop_replica, stage)
    return url.replace(
        f"host={home}", f"host={home},{home}&port=5432,{_port(stage)}&target_session_attrs=read-write&connect_timeout=5"
    )


def _psql(stage: Stage, statement: str) -> None:
    words = [str(find() / "psql"), "-q", "-h", str(stage.postgres.folder), "-U", "whistle", "-c", statement, "postgres"]
    subprocess.run(words, check=True)


def _stop_replica(stage: Stage) -> None:
    """It is a child of nobody, and its folder goes."""
    file = stage.postgres.folder / "replica" / "postmaster.pid"
    if file.exists():
        signal_to(int(file.read_text().split()[0]), signal.SIGQUIT)


def _names(stage: Stage, house: House) -> dict[str, str]:
    """What the blocks call by a name."""
    names = {"BASE_URL": house.address, "BACKUPS": str(stage.folder / "backups")}
    if stage.database != "postgresql":
        return names
    home = str(stage.postgres.folder)
    place = make_url(house.environment["DATABASE_URL"]).set(drivername="postgresql")
    return names | {
        "DATABASE": place.render_as_string(hide_password=False),
        "PRIMARY": home,
        "REPLICA": f"{home}/replica",
        "REPLICA_OPTIONS": f"-p {_port(stage)} -k {home} -c listen_addresses= -c max_connections=300",
        "PATH": f"{find()}:{os.environ['PATH']}",
    }


def _port(stage: Stage) -> int:
    """The replica's, the same each time."""
    file = stage.folder / "replica.port"
    if not file.exists():
        file.write_text(str(free_port()))
    return int(file.read_text())
