"""Every role, nobody and a disabled person, on every route, about their own and another's: as the written table says,
and what is foreign is told like what is unknown, by whatever way one asks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from attacks.cells import ABOUT, Cast, Somebody, Told
from attacks.leaks import changed, probes
from stage import books
from stage.access_matrix import EVERYBODY, TABLE, UNKNOWN, Things, ask, without_id, without_names
from stage.house import House
from stage.stage import Stage

SEEING = TABLE["GET /api/v1/tickets/<number>"]
ERASING = ("POST /account/leave", "POST /admin/people/<int:number>/erase")
"""Whoever is erased does not come back: each has a house of its own."""
PATIENCE = 3
"""How often two answers are compared: a page that tells how long something has waited differs by the tick."""


@dataclass
class Found:
    """Cells tried by status, those that deviate, what was told apart from unknown, and what somebody was told of a
    report that they may not see."""

    cells: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    compared: int = 0
    apart: list[str] = field(default_factory=list)
    read: int = 0
    leaks: list[str] = field(default_factory=list)

    def look(self, what: str, name: str, told: Told, *, about: str | None, cast: Cast) -> None:
        """Nothing of a report that this person may not see, but for the names that they asked by themselves."""
        self.read += 1
        for whose, thing in cast.things.items():
            if sees(name, whose):
                continue
            secrets = [ABOUT[whose], thing.upload]
            secrets += [thing.number, thing.photo] if whose != about else []
            self.leaks += [f"{what}: {each}" for each in secrets if each in told.text or each in str(told.headers)]


def sees(name: str, whose: str) -> bool:
    """Whether the table lets this person see the report."""
    return name in SEEING[whose][200].split()


def run(stage: Stage) -> None:
    found = Found()
    # Reports that a clerk enters, and pictures, are counted by the hour: the matrix asks faster than people.
    with House(stage.new_folder("house"), stage.new_database(), DEMO="0") as house:
        cast = Cast(house)
        books.drain(house, 60)
        _cells(found, cast, [route for route in TABLE if route not in ERASING])
        cast.as_before()
        probed = 0
        people = sorted(EVERYBODY - {"nobody", "disabled", "mallory"})
        for name in people:
            for whose in [each for each in cast.things if not sees(name, each)]:
                thing = cast.things[whose]
                for asked, one, other, by_name in probes(cast, cast.bearer(name), cast.cookie(name), thing, whose):
                    probed += 1
                    found.look(f"{name} {asked}", name, one(), about=whose if by_name else None, cast=cast)
                    if other is not None and not alike(one, other, thing):
                        found.apart.append(f"{name} {whose} {asked}: {one().text[:200]} / {other().text[:200]}")
        counts, moved = changed(cast, [name for name in people if not sees(name, "there")])
    for number, route in enumerate(ERASING):
        with House(stage.new_folder(f"house{number}"), stage.new_database(), DEMO="0") as house:
            _cells(found, Cast(house), [route])
    declared = sum(len(names.split()) for cells in TABLE.values() for each in cells.values() for names in each.values())
    stage.figure("routes", len(TABLE), least=80)
    stage.figure("cells that are declared", declared, least=1600)
    stage.figure("cells tried, by token and by cookie", sum(found.cells.values()), least=declared)
    stage.figure("that deviate", len(found.wrong), exactly=0)
    stage.figure("foreign beside unknown, compared", found.compared, least=200)
    stage.figure("that can be told apart", len(found.apart), exactly=0)
    stage.figure("questions by other ways", probed, least=300)
    stage.figure("lists and counts before and after others' reports", counts, least=60)
    stage.figure("that are not the same", len(moved), exactly=0)
    stage.figure("answers read for what is foreign", found.read, least=3000)
    stage.figure("that tell of it", len(found.leaks), exactly=0)
    stage.say(f"statuses: {dict(sorted(found.cells.items()))}")
    for line in (*found.wrong[:12], *found.apart[:8], *found.leaks[:8], *moved[:8]):
        stage.say(line[:400])


def _cells(found: Found, cast: Cast, routes: list[str]) -> None:
    """Everybody on these routes."""
    # Reading changes nothing, and what was changed by hand is restored only by whoever has seen it changed.
    for route in sorted(routes, key=lambda route: (not route.startswith("GET "), not route.endswith("/restore"))):
        for whose, cells in TABLE[route].items():
            for status, names in cells.items():
                for name in names.split():
                    for how in _ways(route):
                        _cell(found, cast, route, whose, name, status, getattr(cast, how)(name))


def _ways(route: str) -> tuple[str, ...]:
    # A page's form is told from another site's by its mark, which belongs to a cookie.
    return ("bearer", "cookie") if "/api/" in route or route.startswith("GET ") else ("cookie",)


def _cell(found: Found, cast: Cast, route: str, whose: str, name: str, status: int, who: Somebody) -> None:
    thing: Things = cast.things.get(whose, cast.things["here"])
    if not route.startswith("GET "):
        cast.as_before()
    told = ask(route, who, thing)
    found.cells[told.status_code] += 1
    what = f"{name} {whose} {route}"
    found.look(what, name, told, about=whose, cast=cast)
    if told.status_code != status:
        found.wrong.append(f"{what}: {told.status_code} instead of {status}: {told.text[:300]}")
    if told.status_code == 404:
        found.compared += 1
        if not alike(lambda: ask(route, who, thing), lambda: ask(route, who, UNKNOWN), thing):
            found.apart.append(what)


def alike(one: Callable[[], Told], other: Callable[[], Told], thing: Things) -> bool:
    """Whether two questions get the same answer: status, body and headers, but for the ids that they asked by."""
    return any(_plain(one(), thing) == _plain(other(), UNKNOWN) for _ in range(PATIENCE))


def _plain(told: Told, thing: Things) -> tuple[int, str, list[tuple[str, str]]]:
    text = without_names(told)
    for each in (thing.number, thing.photo, thing.upload, thing.public_id):
        text = text.replace(each, "…")
    if '"ids"' in text:  # the inbox's own error, which names the line that was asked for
        text = re.sub(rf"(?<!\d){thing.notification}(?!\d)", "…", text)
    return told.status_code, text, without_id(told)
