"""An office's list, as JSON and as a page, against a bare SELECT; and among many tickets against among few."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat

from bench.floors import rows
from bench.load import CLIENTS, Told, message
from bench.many import many_tickets
from bench.rounds import Rounds, alternate
from bench.servers import FLOOR, Web, prepare, sign_in
from models.database import database
from stage.stage import Stage
from stage.traffic import CLERK

TICKETS = 100_000
ROWS = 20_000
JSON = ("as JSON", "/api/v1/tickets?limit=25", "application/json")
PAGE = ("as a page", "/desk/tickets?sort=-created&limit=25", "text/html")


def run(stage: Stage) -> None:
    few, many = stage.size((1000, TICKETS), (10_000, 1_000_000))
    webs = {count: _web(stage, count) for count in dict.fromkeys((few, TICKETS, many))}
    with Web(webs[TICKETS].folder, webs[TICKETS].url, FLOOR) as floor, webs[TICKETS] as web:
        for list_, least, aim in ((JSON, 30, 40), (PAGE, 20, 30)):
            found = _rounds(stage, floor, "/rows", web, list_)
            found.show(stage, f"list {list_[0]}", least=least, aim=aim)
    with webs[few] as small, webs[many] as large:
        for list_ in (JSON, PAGE):
            found = _rounds(stage, small, list_[1], large, list_)
            stage.figure(f"list {list_[0]}: time among {many:,} to {few:,}", 100 / found.share, most=1.2, aim=1.05)
            stage.figure(f"list {list_[0]}: answered within, p50", found.within(0.5), "ms")


def _web(stage: Stage, count: int) -> Web:
    """A server of a city with so many tickets, not yet started."""
    folder, url = stage.new_folder(f"data{count}"), stage.new_database()
    prepare(folder, url)
    rows.make(database, ROWS)
    with database.writing() as session:
        many_tickets(session, count, stage.random)
    database.engine.dispose()
    return Web(folder, url)


def _rounds(stage: Stage, floor: Web, path: str, web: Web, list_: tuple[str, str, str]) -> Rounds:
    seconds, (_, address, kind) = stage.size(2.0, 6.0), list_

    def asked(server: Web, path: str) -> Told:
        headers = sign_in(server.port, CLERK) if server.app != FLOOR else {}
        requests: Iterator[bytes] = repeat(message("GET", path, headers=headers | {"Accept": kind}))
        return server.load([requests] * CLIENTS, seconds)

    return alternate(stage.size(4, 8), lambda: asked(floor, path), lambda: asked(web, address))
