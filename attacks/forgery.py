"""Every unsafe call as another site would send it, and every safe one: nothing is taken, nothing is changed."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from config import Settings
from models import Base, Notification, Photo, Ticket, User
from stage.books import waiting
from stage.browser import KIND, Browser
from stage.callers import Answer
from stage.house import House
from stage.stage import Stage
from stage.traffic import Traffic, picture
from web.app import create_app

PEOPLE = ("rider1", "clerk.loufeng", "officer.enforcement", "supervisor", "admin")
EVIL = "https://evil.example"
PUBLIC = ("/sign-in", "/language", "/theme", "/welcome/<token>")
"""Forms that nobody needs to be signed in for carry no mark; the Origin alone decides."""
BY_PASSWORD = "/api/v1/tokens"  # noqa: S105
"""Signs in by the body alone, and sets no session's cookie."""
HEADERS = (
    "Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Permissions-Policy",
    "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Cache-Control", "Vary",
)  # fmt: skip
TIMES = {"throttles", "outbox"}
"""Tables that the house's own clockwork writes, whoever asks for what."""
JSON = "application/json"


@dataclass
class Found:
    tried: int = 0
    taken: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def look(self, answer: Answer, what: str) -> Answer:
        """Whatever came back has its headers and is no 5xx."""
        self.statuses[answer.status] += 1
        self.bare += [f"{what}: {answer.status} without {name}" for name in HEADERS if name not in answer.headers]
        if answer.status >= 500:
            self.broken.append(f"{what}: {answer.status}")
        return answer


def run(stage: Stage) -> None:
    found = Found()
    with House(stage.new_folder("house"), stage.new_database()) as house:
        traffic = Traffic(house, seed=stage.seed, threads=2).start()
        house.wait_for(lambda: traffic.acknowledged > 30, "reports made")
        traffic.stop()
        traffic.callers["rider1"].upload("/uploads", picture(1))
        house.wait_for(lambda: _quiet(house), "quiet")
        app = create_app(Settings.load(house.environment))
        things = _things(house)
        people = {name: _signed_in(house, name) for name in PEOPLE}
        before = tables(house)
        safe = forged = 0
        for browser in people.values():
            for path in _paths(app, "GET", things):
                found.look(browser.get(path), f"GET {path}")
                found.look(browser.ask("HEAD", path), f"HEAD {path}")
                safe += 2
        read = changes(before, tables(house), but={"notifications"})
        for name, browser in people.items():
            for method, path in _unsafe(app, things):
                for how, headers, marked in _forgeries(house.address):
                    forged += 1
                    _try(found, browser, method, path, f"{name}: {how}", headers, marked)
        sent = changes(before, tables(house), but={"notifications"})
        errors = list(_errors(house, people["rider1"]))
        for what, answer in errors:
            found.look(answer, what)
        live = [name for name, browser in people.items() if browser.get("/account").status != 200]
    stage.figure("safe requests", safe, least=300)
    stage.figure("tables changed by them", len(read), exactly=0)
    stage.figure("forged requests", forged, least=1000)
    stage.figure("that were taken", len(found.taken), exactly=0)
    stage.figure("tables changed by them", len(sent), exactly=0)
    stage.figure("people whom they signed out", len(live), exactly=0)
    stage.figure("requests that are errors in themselves", len(errors), least=10)
    stage.figure("answers without a header of security", len(found.bare), exactly=0)
    stage.figure("answers of 5xx", len(found.broken), exactly=0)
    stage.say(f"statuses: {dict(sorted(found.statuses.items()))}")
    for line in (*read, *sent, *found.taken[:8], *found.bare[:8], *found.broken[:8]):
        stage.say(line)


def tables(house: House) -> dict[str, str]:
    """A hash of all rows of each table."""
    hashes = {}
    with house.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            if table.name not in TIMES:
                rows = sorted(repr(tuple(row)) for row in session.execute(select(table)))
                hashes[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return hashes


def changes(before: dict[str, str], after: dict[str, str], *, but: set[str]) -> list[str]:
    return [f"{name} changed" for name in before if before[name] != after[name] and name not in but]


def _quiet(house: House) -> bool:
    return waiting(house.database) == 0


def _signed_in(house: House, name: str) -> Browser:
    browser = Browser(house.address)
    if browser.sign_in(name).status != 303:
        raise RuntimeError(f"{name} cannot sign in")
    return browser


def _things(house: House) -> dict[str, str]:
    """What there is, by what a path calls it."""
    with house.database.reading() as session:
        ticket = session.scalars(select(Ticket).order_by(Ticket.id)).first()
        photo = session.scalars(select(Photo.public_id).where(Photo.ticket_id.is_not(None))).first()
        line = session.scalars(select(Notification.id)).first()
        person = session.scalars(select(User.id).where(User.username == "officer.market")).first()
        assert ticket is not None
        return {
            "number": ticket.number, "public_id": ticket.public_id, "photo": photo or "none", "name": "comment",
            "notification": str(line or 1), "mark": "000000000000", "filename": "docs.css", "code": "06010",
            "year": "2026", "row": "1", "what": "disable", "token": "x" * 43, "person": str(person or 1),
        }  # fmt: skip


def _paths(app: Any, method: str, things: dict[str, str]) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()):
            yield filled(rule.rule, things)


def filled(rule: str, things: dict[str, str]) -> str:
    if "/units/" in rule:
        things = things | {"code": "loufeng"}
    if "/caps/" in rule:
        things = things | {"code": "day"}
    if "/people/<int:number>" in rule:
        things = things | {"number": things["person"]}
    return re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda each: things[each[1]], rule)


def _unsafe(app: Any, things: dict[str, str]) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"GET", "HEAD"}):
            if rule.rule not in (BY_PASSWORD, *PUBLIC):
                yield method, filled(rule.rule, things)


def _forgeries(ours: str) -> Iterator[tuple[str, dict[str, str], bool]]:
    """How another site may send it: what it is, its headers, and whether it has the person's own mark."""
    yield "foreign origin, with the mark and the header", {"Origin": EVIL, "X-Whistle": "1"}, True
    yield "no origin", {}, True
    yield "null origin", {"Origin": "null", "X-Whistle": "1"}, True
    yield "our address as a part", {"Origin": f"{ours}.evil.example", "X-Whistle": "1"}, True
    yield "our address behind another", {"Origin": f"{EVIL}/{ours}", "X-Whistle": "1"}, True
    yield "two origins", {"Origin": f"{EVIL} {ours}", "X-Whistle": "1"}, True
    yield "another scheme", {"Origin": ours.replace("http:", "https:"), "X-Whistle": "1"}, True
    yield "another port", {"Origin": f"{ours}1", "X-Whistle": "1"}, True
    yield "referer alone", {"Referer": f"{ours}/", "X-Whistle": "1"}, True
    yield "neither mark nor header", {"Origin": ours}, False
    yield "another header", {"Origin": ours, "X-Whistle": "0", "X-Requested-With": "XMLHttpRequest"}, False
    yield "overridden method", {"Origin": EVIL, "X-HTTP-Method-Override": "GET", "X-Whistle": "1"}, True


def _try(
    found: Found, browser: Browser, method: str, path: str, what: str, headers: dict[str, str], marked: bool
) -> None:
    """As a form and as JSON; both must be refused as another site's, before anything else is looked at."""
    mark = {"csrf": browser.mark} if marked else {"csrf": "0" * 40}
    for kind, body in (
        (KIND, urlencode({**mark, "note": "forged", "new": "x", "username": "x"})),
        (JSON, json.dumps({"note": "forged", "all": True})),
        ("text/plain", json.dumps({"note": "forged"})),
    ):
        answer = browser.ask(method, path, body.encode(), {**headers, "Content-Type": kind})
        found.look(answer, f"{method} {path}")
        unread = answer.status == 415 and kind != KIND and not marked  # no form, so that no mark can be in it
        if answer.status != 403 and not unread:
            found.taken.append(f"{what}: {method} {path} as {kind}: {answer.status}")
        found.tried += 1


def _errors(house: House, browser: Browser) -> Iterator[tuple[str, Answer]]:
    """What is wrong in itself."""
    nobody = Browser(house.address)
    asked: tuple[tuple[str, str, bytes | None, dict[str, str]], ...] = (
        ("GET", "/nowhere", None, {}),
        ("GET", "/api/v1/nowhere", None, {}),
        ("GET", "/static/nowhere.css", None, {}),
        ("GET", "/static/../config/settings.py", None, {}),
        ("PUT", "/sign-in", b"", {}),
        ("DELETE", "/api/v1/tickets", None, {}),
        ("TRACE", "/", None, {}),
        ("OPTIONS", "/api/v1/tickets", None, {"Origin": EVIL, "Access-Control-Request-Method": "POST"}),
        ("POST", "/api/v1/tokens", b"{", {"Content-Type": JSON}),
        ("POST", "/api/v1/tokens", b"<a/>", {"Content-Type": "text/xml"}),
        ("POST", "/api/v1/tokens", b" " * 3_000_000, {"Content-Type": JSON}),
        ("POST", "/sign-in", b"username=" + b"x" * 3_000_000, {"Content-Type": KIND, "Origin": house.address}),
        ("POST", "/api/v1/tokens", b"--x", {"Content-Type": "multipart/form-data; boundary=x"}),
        ("GET", "/api/v1/tickets?cursor=%00", None, {}),
        ("GET", "/api/v1/me", None, {"Authorization": "Bearer x"}),
        ("GET", "/tickets/SIP-26-999999", None, {}),
        ("GET", "/%ff%fe", None, {}),
        ("GET", "/readyz?all=1", None, {}),
        ("GET", "/" + "x" * 5000, None, {}),
        ("GET", "/", None, {"X-Long": "x" * 20_000}),
        ("GET", "/", None, {"X_Odd@": "x"}),
        ("BAD[]", "/", None, {}),
        ("GET", "/metrics", None, {}),
    )
    for method, path, body, headers in asked:
        yield f"{method} {path}", nobody.ask(method, path, body, headers)
        yield f"{method} {path} with a cookie", browser.ask(method, path, body, headers)
