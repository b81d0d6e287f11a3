"""An office's list, as JSON and as a page, against a bare SELECT; and each reader's among many tickets to few."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat

from bench.floors import rows
from bench.load import CLIENTS, Told, message
from bench.many import many_tickets
from bench.rounds import Rounds, alternate
from bench.servers import FLOOR, Web, prepare, sign_in
from models.database import database
from stage.stage import Stage
from stage.traffic import CLERK, OFFICER

TICKETS = 100_000
FEW = 10_000
"""Of fewer a street's first list would not fill its page, and be quick for that."""
ROWS = 20_000
API, DESK = "/api/v1/tickets?limit=25", "/desk/tickets?limit=25"


@dataclass(frozen=True)
class Listed:
    """What somebody asks for, 25 tickets at a time."""

    name: str
    who: str
    path: str
    kind: str = "text/html"


JSON = Listed("list as JSON", CLERK, API, "application/json")
PAGE = Listed("list as a page", CLERK, f"{DESK}&sort=-created")
FLOORS = (Listed("a bare SELECT", "", "/rows", "application/json"), Listed("the same as objects", "", "/objects"))
READERS = (
    JSON,
    PAGE,
    Listed("a clerk's first list", CLERK, f"{DESK}&state=submitted&sort=due"),
    Listed("a city's first list", "supervisor", f"{DESK}&open=true"),
    Listed("a city's list of all", "supervisor", f"{DESK}&sort=-created"),
    Listed("an officer's first list", OFFICER, f"{DESK}&open=true&sort=due"),
    Listed("an officer's list of all", OFFICER, f"{DESK}&sort=-created"),
    Listed("an officer's list as JSON", OFFICER, API, "application/json"),
)
"""Of every reach that a role may have: what their day begins with (`web.pages.desk.views`), and all that they see."""


def run(stage: Stage) -> None:
    many = stage.size(TICKETS, 1_000_000)
    webs = {count: _web(stage, count) for count in dict.fromkeys((FEW, TICKETS, many))}
    with Web(webs[TICKETS].folder, webs[TICKETS].url, FLOOR) as floor, webs[TICKETS] as web:
        bare, objects = FLOORS
        for listed, least, aim in ((JSON, 30, 40), (PAGE, 20, 30)):
            found = _rounds(stage, (floor, bare), (web, listed))
            found.show(stage, listed.name, least=least, aim=aim)
        share = _rounds(stage, (floor, bare), (floor, objects)).share
        stage.figure(f"{objects.name}: of the floor", share, "%")
    with webs[FEW] as small, webs[many] as large:
        for listed in READERS:
            found = _rounds(stage, (small, listed), (large, listed))
            stage.figure(f"{listed.name}: time among {many:,} to {FEW:,}", 100 / found.share, most=1.2, aim=1.05)
            fewer, more = found.cpu
            stage.figure(f"{listed.name}: the same, by computing alone", more / fewer)
            stage.figure(f"{listed.name}: answered within, p50", found.within(0.5), "ms")
            stage.figure(f"{listed.name}: answers that were none of success", found.failed, exactly=0)


def _web(stage: Stage, count: int) -> Web:
    """A server of a city with so many tickets, not yet started."""
    folder, url = stage.new_folder(f"data{count}"), stage.new_database()
    prepare(folder, url)
    rows.make(database, ROWS)
    with database.writing() as session:
        many_tickets(session, count, stage.random)
    database.engine.dispose()
    return Web(folder, url)


def _rounds(stage: Stage, floor: tuple[Web, Listed], product: tuple[Web, Listed]) -> Rounds:
    """Two lists by turns."""
    seconds = stage.size(1.0, 6.0)

    def asked(server: Web, listed: Listed) -> Told:
        headers = sign_in(server.port, listed.who) if listed.who else {}
        requests: Iterator[bytes] = repeat(message("GET", listed.path, headers=headers | {"Accept": listed.kind}))
        return server.load([requests] * CLIENTS, seconds)

    return alternate(stage.size(4, 8), lambda: asked(*floor), lambda: asked(*product))
