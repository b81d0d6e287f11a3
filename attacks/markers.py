"""Riders with a mark in every field of theirs; all that a department can fetch or is sent, and the logs: no mark."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from sqlalchemy import select

from attacks.pictures import MARKER, marked
from attacks.routes import Routes
from models import Photo, Ticket, User
from stage import books
from stage.browser import Browser
from stage.callers import Caller, Callers, form
from stage.house import House
from stage.mail_server import MailServer
from stage.photos import patchwork
from stage.stage import Stage
from stage.traffic import CLERK, MATTER, PLACE
from workflow import notices
from workflow.phones import PhoneBook, normalise

LEAD, HEAD, ASSISTING, STRANGER = "officer.enforcement", "head.enforcement", "officer.market", "officer.municipal"
DEPARTMENT = (LEAD, HEAD, ASSISTING, STRANGER)
RIDERS = {"rider1": "zqmarkeralpha", "rider2": "zqmarkerbravo", "rider3": "zqmarkerdelta"}
PHONES = {"rider1": "13987650497", "rider2": "13987650498", "rider3": "13987650499", "spoken": "13987650496"}
SPOKEN = "zqmarkerphone"
WORDS = "zqwords"
"""In what a rider writes for the offices to read: for those of the ticket, and for no log and no other department."""
AGENT = {
    "User-Agent": "zqmarkeragent/1", "X-Forwarded-For": "203.0.113.77", "Referer": "https://zqmarkerreferer.example/",
    "X-Device": "zqmarkerdevice", "From": "zqmarker@rider.example", "Cookie": "whistle_device=zqmarkerdevicezqmarker",
}  # fmt: skip
SIGNS = re.compile(
    rb"zqmarker|1398765|398[ -]?7650|203\.0\.113\.77|"
    + b"|".join(re.escape(MARKER.decode().encode(each)) for each in ("ascii", "utf-16le", "utf-16be")),
    re.IGNORECASE,
)
"""Names, logins, addresses, numbers, what their devices say of themselves, and what their pictures say."""
TAIL = re.compile(rb"(?<![\da-f])049[6-9](?![\da-f])", re.IGNORECASE)
"""The last digits of their numbers by themselves: in texts, for a picture has them by chance."""
LINK = re.compile(r"""(?:href|src|action|data-[a-z-]+)="(/[^"#]*)""")
LINKS = (60, 1500)
"""How many of the addresses that pages lead on to one reader follows, beyond those that are read anyway: every filter
and order of a list is an address. Short and long."""
TONGUES = ("zh", "en")


@dataclass
class Seen:
    """What a department read, and the marks that were in it."""

    answers: int = 0
    pictures: int = 0
    marked: list[str] = field(default_factory=list)
    words: int = 0
    pages: Counter[str] = field(default_factory=Counter)
    """Pages that were opened, by the folder of their address."""
    unread: int = 0
    """Paths of routes that nobody came to read."""
    followed: int = 0
    left: int = 0
    """Links that were read, and that were not."""

    def look(self, what: str, told: bytes, *, picture: bool = False, stranger: bool = False) -> None:
        self.answers += 1
        self.pictures += picture
        self.words += WORDS.encode() in told
        for signs in (SIGNS,) if picture else (SIGNS, TAIL):
            if found := signs.search(told):
                self.marked.append(f"{what}: {found[0]!r}")
        if stranger and WORDS.encode() in told:
            self.marked.append(f"{what}: words of a report that is none of theirs")


def run(stage: Stage) -> None:
    mail = MailServer()
    mail.start()
    stage.held.callback(mail.stop)
    mails = {"SMTP_URL": mail.url, "MAIL_FROM": "whistle@example.org"}
    seen = Seen()
    with House(stage.new_folder("house"), stage.new_database(), **mails) as house:
        callers = Callers(house)
        for name in (*RIDERS, CLERK, *DEPARTMENT):
            callers.sign_in(name)
        browsers = {name: Browser(house.address) for name in DEPARTMENT}
        for name, browser in browsers.items():
            browser.sign_in(name)
        _mark(house)
        rounds = stage.size(2, 7)
        numbers = [number for each in range(rounds) for number in _reports(callers, each)]
        for number in numbers:
            _way(house, callers, number, seen)
        books.drain(house, 60)
        for name, browser in browsers.items():
            _read_all(house, browser, name, numbers, seen, stage.size(*LINKS))
        letters = [letter for letter in mail.letters if "zqmarker" not in str(letter["To"])]
        for letter in letters:
            seen.look(f"mail to {letter['To']}", _said(letter))
        clerk = _rested(callers, CLERK)
        control = sum(bool(SIGNS.search(clerk.get(f"/tickets/{number}").body)) for number in numbers)
        hits = [item for items in _searches(callers) for item in items]
        log = house.log.read_bytes()
    stage.figure("reports of marked riders", len(numbers), least=6)
    stage.figure("of which their street may read the mark", control, least=1)
    stage.figure("answers and mails that a department read", seen.answers, least=stage.size(800, 2500))
    stage.figure("paths of routes that were not read in both languages", seen.unread, exactly=0)
    stage.figure("pages of tickets opened", seen.pages["/tickets"], least=6 * len(numbers))
    stage.figure("pages of lists opened", seen.pages["/desk"], least=6 * len(DEPARTMENT))
    stage.figure("links beyond them, followed", seen.followed, least=stage.size(100, 1000))
    stage.figure("links left", seen.left)
    stage.figure("in which riders' words were", seen.words, least=10)
    stage.figure("pictures among them, byte by byte", seen.pictures, least=40)
    stage.figure("mails among them", len(letters), least=1)
    stage.figure("with a mark", len(seen.marked), exactly=0)
    stage.figure("tickets that a department finds by a mark", len(hits), exactly=0)
    logged = [*SIGNS.findall(log), *re.findall(WORDS.encode(), log)]
    stage.figure("marks in the log", len(logged), exactly=0)
    for line in (*seen.marked[:12], *map(repr, logged[:5])):
        stage.say(line)


def _mark(house: House) -> None:
    """Put the marks into the riders' rows, and let the departments have mails of everything."""
    book = PhoneBook(house.settings.secret_key)
    with house.database.writing() as session:
        for user in session.scalars(select(User)):
            if user.username in RIDERS:
                mark, kept = RIDERS[user.username], book.keep(normalise(PHONES[user.username]))
                user.username, user.name, user.email = mark, f"{mark} 王", f"{mark}@rider.example"
                user.phone_encrypted, user.phone_hash, user.phone_tail = kept.encrypted, kept.hash, kept.tail
            elif user.username in DEPARTMENT:
                user.email = f"{user.username}@office.example"
                kinds = {(each.kind, "mail"): True for each in notices.preferences(session, user)
                         if each.channel == "mail" and not each.fixed}  # fmt: skip
                notices.switch(session, user, kinds)


def _reports(callers: Callers, turn: int) -> list[str]:
    """One by name, one without, and one that a clerk enters for somebody on the telephone, with pictures that talk."""
    place = {"category": MATTER, "latitude": str(PLACE[0]), "longitude": str(PLACE[1]), "description": f"{WORDS} 垃圾"}
    place["address"] = f"{WORDS} 东门"
    spoken = json.dumps({"phone": PHONES["spoken"], "name": SPOKEN})
    numbers = []
    for each, (who, more) in enumerate(
        (("rider1", {}), ("rider2", {"anonymous": "true"}), (CLERK, {"on_behalf_of": spoken}))
    ):
        pictures = marked()
        first = (turn * 3 + each) * 4 % len(pictures)
        kind, body = form(place | more, tuple(data for _, data in pictures[first : first + 4]), "image/jpeg")
        for number in range(4):
            name = f'filename="{"" if number % 2 else "C:/zqmarker/"}zqmarker {number}.jpg"'
            body = body.replace(f'filename="{number}.jpg"'.encode(), name.encode(), 1)
        headers = {"Content-Type": kind, "Idempotency-Key": f"zqmarker-{turn}-{each}"}
        answer = _rested(callers, who).call("POST", "/reports", body, headers=headers | (AGENT if who != CLERK else {}))
        numbers.append(str(answer.json["number"]))
    return numbers


def _way(house: House, callers: Callers, number: str, seen: Seen) -> None:
    """Through all that a rider, a clerk and two departments do to it."""
    with house.database.reading() as session:
        row = session.scalars(select(Ticket).where(Ticket.id == int(number.rpartition("-")[2]))).one()
        rider = {mark: name for name, mark in RIDERS.items()}.get(row.reporter.username or "", CLERK)
        public = row.public_id
    house.wait_for(lambda: _rested(callers, CLERK).get(f"/tickets/{number}").status == 200, "routed")
    house.wait_for(lambda: _rested(callers, CLERK).fire(number, "triage", category=MATTER).ok, "triaged", 20)
    joined = _rested(callers, "rider3").call("POST", f"/nearby/{public}/join", {}, headers=AGENT)
    assert joined.ok, joined.body
    _rested(callers, CLERK).fire(number, "assign", department="enforcement", assisting=["market"])
    shots = [_rested(callers, who).upload("/uploads", patchwork(3)) for who in (rider, LEAD)]
    mine, theirs = ([each.json["items"][0]["id"]] for each in shots)
    steps: tuple[tuple[str, str, dict[str, Any]], ...] = (
        (rider, "comment", {"note": f"{WORDS} 还在", "photos": mine}),
        (LEAD, "accept", {}),
        (ASSISTING, "comment", {"note": "收到", "internal": True}),
        (CLERK, "urge", {}),
        (HEAD, "comment", {"note": "看过"}),
        (STRANGER, "comment", {"note": "看过"}),
        (LEAD, "nonsense", {}),
        (LEAD, "confirm", {"rating": 5}),
        (LEAD, "accept", {}),
        (LEAD, "resolve", {"note": "已清运", "photos": theirs}),
        (rider, "rework", {"reason": f"{WORDS} 没有"}),
        (LEAD, "accept", {}),
        (LEAD, "send_back", {"reason": "不是我们的"}),
    )
    for who, name, fields in steps:
        answer = _rested(callers, who).fire(number, name, **fields)
        if who in DEPARTMENT:
            seen.look(f"{who} {name} {number}: {answer.status}", answer.body, stranger=who == STRANGER)
    _rested(callers, CLERK).fire(number, "assign", department="enforcement", assisting=["market"])


def _read_all(house: House, browser: Browser, name: str, numbers: list[str], seen: Seen, links: int) -> None:
    """Every route that can be read, about each of the reports, in both languages; and of whatever the pages lead on to
    so many, in one."""
    paths = _paths(house, numbers)
    found: set[str] = set()
    before = seen.answers
    for path, tongue in product(sorted(paths), TONGUES):
        found |= _read(browser, name, path, tongue, seen)
    seen.unread += len(paths) * len(TONGUES) - (seen.answers - before)
    waiting, known = sorted(found - paths), found | paths
    for number in range(links):
        if not waiting:
            break
        fresh = _read(browser, name, waiting.pop(0), TONGUES[number % 2], seen) - known
        seen.followed += 1
        waiting += sorted(fresh)
        known |= fresh
    seen.left += len(waiting)


def _paths(house: House, numbers: list[str]) -> set[str]:
    """The path of every route, once for each thing that it may be about, and searches."""
    with house.database.reading() as session:
        tickets = [ticket for ticket in session.scalars(select(Ticket)) if ticket.number in numbers]
        photos = {
            ticket.id: session.scalars(select(Photo.public_id).where(Photo.ticket_id == ticket.id)).all()
            for ticket in tickets
        }
    paths = {path for ticket in tickets for photo in photos[ticket.id] or ["none"]
             for path in Routes(house, ticket, photo).safe()}  # fmt: skip
    paths |= {f"{path}?size=thumb" for path in paths if "/photos/" in path}
    for query in (f"q={WORDS[:5]}", "q=06010", "mine=true", "overdue=true", f"category={MATTER}", "limit=100"):
        paths |= {f"/api/v1/tickets?{query}", f"/desk/tickets?{query}", f"/desk/tickets/marks.json?{query}"}
    return paths


def _read(browser: Browser, name: str, path: str, tongue: str, seen: Seen) -> set[str]:
    """Look at one answer; the links in it."""
    answer = browser.ask("GET", path, headers={"Accept-Language": tongue})
    kind = answer.headers.get("Content-Type", "")
    body = answer.body.replace(browser.mark.encode(), b"") if browser.mark else answer.body
    told = _without_chance(body + f"{answer.headers}".encode())
    seen.look(f"{name}: {path}", told, picture=kind.startswith("image/"), stranger=name == STRANGER)
    if not kind.startswith("text/html"):
        return set()
    seen.pages[path.partition("?")[0].rpartition("/")[0] or path] += answer.status == 200
    found = {html.unescape(link) for link in LINK.findall(answer.body.decode())}
    return {link for link in found if not link.startswith("/static/")}


def _searches(callers: Callers) -> Iterator[list[Any]]:
    """What a department finds when it searches for what it may not know."""
    for caller in (_rested(callers, name) for name in DEPARTMENT):
        for words in (*RIDERS.values(), SPOKEN, *PHONES.values(), f"%2B86{PHONES['spoken']}", "0496", "0497"):
            yield caller.get(f"/tickets?q={words}").json["items"]


def _rested(callers: Callers, name: str) -> Caller:
    """The person on a new line: the server hangs up one on which nothing was asked for a while."""
    return Caller(callers.address, name, callers[name].token)


def _without_chance(told: bytes) -> bytes:
    """Without marks of forms, tags, ids and lengths, which are digits by chance."""
    told = re.sub(rb'name="csrf" value="[^"]+"', b"", told)
    return re.sub(rb"(?mi)^(?:ETag|Content-Length|X-Request-ID|Date):.*$", b"", told)


def _said(letter: Any) -> bytes:
    """A mail as it is read: headers, and every part of it decoded."""
    parts = [part.get_payload(decode=True) or b"" for part in letter.walk()]
    heads = "\n".join(f"{name}: {text}" for name, text in letter.items() if name not in ("Message-ID", "Date"))
    return heads.encode() + b"\n".join(parts)
