"""Every unsafe call as another site would send it, and every safe one: nothing is taken, nothing is changed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from sqlalchemy import select

from attacks.routes import Routes
from models import Base
from stage import books
from stage.browser import KIND, Browser
from stage.callers import PASSWORD
from stage.house import House
from stage.photos import patchwork
from stage.stage import Stage
from stage.state import State, differences, files
from stage.traffic import live_in
from workflow.say import say

PEOPLE = ("rider1", "officer.enforcement", "admin", "clerk.loufeng", "head.enforcement", "supervisor", "gate1")
EVIL = "https://evil.example"
ASKED = (
    "/api/v1/nearby?lat=31.305&lng=120.655", "/api/v1/tickets?q=06010&limit=1", "/api/v1/tickets?mine=true",
    "/desk/tickets?view=all&q=a", "/desk/tickets?layout=map", "/inbox?unread=true", "/sign-in?next=/account",
)  # fmt: skip
"""What is read with a question."""
REFUSED = say("problem.foreign_page", "en").encode()
SIGNED_IN = {"sessions", "devices"}
"""Tables that a sign-in writes."""


@dataclass(frozen=True)
class Forgery:
    """A way in which another site may send a call: its headers, and whether it has got hold of the person's mark."""

    how: str
    headers: dict[str, str]
    marked: bool = True

    def refused(self, ours: str, path: str, *, public: bool) -> bool:
        """Whether it must be. Forms that nobody needs to be signed in for carry no mark: the Origin alone decides, and
        for a token, which no page asks for, only an Origin that is another's."""
        origin = self.headers.get("Origin")
        if not public:
            return True
        return origin != ours and (origin is not None or not path.startswith("/api/"))


@dataclass
class Found:
    tried: int = 0
    taken: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)


def run(stage: Stage) -> None:
    safe, forged, right = Found(), Found(), Found()
    with House(stage.new_folder("house"), stage.new_database()) as house:
        traffic = live_in(house, seed=stage.seed, acts=31, threads=2)
        traffic.callers["rider1"].upload("/uploads", patchwork(1))
        books.drain(house, 120)
        routes = Routes(house)
        people = {name: _signed_in(house, name) for name in PEOPLE}
        with house.asleep():
            before = everything(house)
            for browser in people.values():
                _read(safe, browser, routes)
            read = differences(before, everything(house))
            for name in stage.size(PEOPLE[:3], PEOPLE):
                for method, path, public in routes.unsafe():
                    _forge(forged, people[name], f"{name}: {method} {path}", method, path, public=public)
            sent = differences(before, everything(house))
            out = [name for name, browser in people.items() if browser.get("/account").status != 200]
            for method, path, _ in routes.unsafe():
                _send_rightly(right, house, method, path)
            changed = {row[0] for row in everything(house) - before} - SIGNED_IN
    stage.figure("safe requests", safe.tried, least=700)
    stage.figure("that were answered with what they asked for", safe.statuses[200] + safe.statuses[303], least=300)
    stage.figure("rows changed by them", len(read), exactly=0)
    stage.figure("forged requests", forged.tried, least=4000)
    stage.figure("that were not refused as another site's", len(forged.taken), exactly=0)
    stage.figure("rows changed by them", len(sent), exactly=0)
    stage.figure("people whom they signed out", len(out), exactly=0)
    stage.figure("calls that are refused from our own page too", len(right.taken), exactly=0)
    stage.figure("tables changed by those", len(changed), least=3)
    stage.say(f"statuses: safe {dict(sorted(safe.statuses.items()))}, forged {dict(sorted(forged.statuses.items()))}")
    for line in (*read[:8], *sent[:8], *forged.taken[:8], *right.taken[:8]):
        stage.say(line)


def everything(house: House) -> State:
    """Every row of every table, with all its columns, and every stored file."""
    state: State = files(house.folder / "files")
    with house.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            state.update((table.name, repr(tuple(row))) for row in session.execute(select(table)))
    return state


def _signed_in(house: House, name: str) -> Browser:
    browser = Browser(house.address)
    if browser.sign_in(name).status != 303:
        raise RuntimeError(f"{name} cannot sign in")
    return browser


def _read(found: Found, browser: Browser, routes: Routes) -> None:
    """Every page and call that can be read, and as a reading what only a form may do."""
    for path in (*routes.safe(), *ASKED):
        for method in ("GET", "HEAD"):
            found.statuses[browser.ask(method, path).status] += 1
            found.tried += 1
    for _, path, _ in routes.unsafe():
        fields = urlencode({**_fields(browser.mark), "_method": "POST"})
        for headers in ({}, {"X-HTTP-Method-Override": "POST", "Origin": browser.address, "X-Whistle": "1"}):
            found.statuses[browser.ask("GET", f"{path}?{fields}", None, headers).status] += 1
            found.tried += 1


def _forgeries(ours: str) -> Iterator[Forgery]:
    own = {"X-Whistle": "1"}
    yield Forgery("foreign origin, with the mark and the header", {"Origin": EVIL, **own})
    yield Forgery("no origin", {})
    yield Forgery("no origin, with the header", own)
    yield Forgery("null origin", {"Origin": "null", **own})
    yield Forgery("empty origin", {"Origin": "", **own})
    yield Forgery("our address as a part", {"Origin": f"{ours}.evil.example", **own})
    yield Forgery("our address behind another", {"Origin": f"{EVIL}/{ours}", **own})
    yield Forgery("two origins", {"Origin": f"{EVIL} {ours}", **own})
    yield Forgery("another scheme", {"Origin": ours.replace("http:", "https:"), **own})
    yield Forgery("another port", {"Origin": f"{ours}1", **own})
    yield Forgery("referer alone", {"Referer": f"{ours}/", **own})
    yield Forgery("neither mark nor header", {"Origin": ours}, marked=False)
    yield Forgery("another header", {"Origin": ours, "X-Whistle": "0", "X-Requested-With": "x"}, marked=False)
    yield Forgery("overridden method", {"Origin": EVIL, "X-HTTP-Method-Override": "GET", **own})


def _fields(mark: str) -> dict[str, str]:
    """What some call takes, and the right password of somebody."""
    return {"csrf": mark, "note": "forged", "username": "rider2", "password": PASSWORD, "language": "en"}


def _forge(found: Found, browser: Browser, what: str, method: str, path: str, *, public: bool) -> None:
    """As a form, as JSON, and as the words that a form may send without being asked first."""
    for forgery in _forgeries(browser.address):
        if not forgery.refused(browser.address, path, public=public):
            continue
        fields = _fields(browser.mark if forgery.marked else "0" * 40)
        for kind, body in (
            (KIND, urlencode(fields)), ("application/json", json.dumps(fields)), ("text/plain", json.dumps(fields)),
        ):  # fmt: skip
            answer = browser.ask(method, path, body.encode(), {**forgery.headers, "Content-Type": kind})
            found.statuses[answer.status] += 1
            found.tried += 1
            if answer.status != 403 or REFUSED not in answer.body:
                found.taken.append(f"{what}, {forgery.how}, {kind}: {answer.status}")


def _send_rightly(found: Found, house: House, method: str, path: str) -> None:
    """The same from our own page is not refused as another's, lest everything be."""
    browser = _signed_in(house, "admin")
    headers = {"Origin": house.address, "X-Whistle": "1", "Content-Type": KIND}
    answer = browser.ask(method, path, urlencode(_fields(browser.mark)).encode(), headers)
    found.tried += 1
    if REFUSED in answer.body:
        found.taken.append(f"{method} {path}: {answer.status}")
