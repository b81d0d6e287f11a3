"""Riders with a mark in every field of theirs, and all that a department can fetch or is sent: no mark anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from attacks.forgery import filled
from config import Settings
from models import Photo, Ticket, User
from stage import books
from stage.browser import Browser
from stage.callers import Answer, Caller, Callers
from stage.house import House
from stage.mail_server import MailServer
from stage.stage import Stage
from stage.traffic import CLERK, MATTER, PLACE, picture
from web.app import create_app
from workflow import notices

DEPARTMENT = ("officer.enforcement", "head.enforcement", "officer.market")
RIDERS = {"rider1": "zqmarkeralpha", "rider2": "zqmarkerbravo", "rider3": "zqmarkerdelta"}
PHONE, PHONE_NAME = "13987650497", "zqmarkerphone"
SIGNS = re.compile(r"zqmarker|1398765|398 ?7650|(?<![\da-f])0497(?![\da-f])", re.IGNORECASE)
"""Names, usernames, addresses, the number in any of its spellings, and its last four digits by themselves."""


def run(stage: Stage) -> None:
    mail = MailServer()
    mail.start()
    stage.held.callback(mail.stop)
    mails = {"SMTP_URL": mail.url, "MAIL_FROM": "whistle@example.org"}
    seen: list[tuple[str, str]] = []
    with House(stage.new_folder("house"), stage.new_database(), **mails) as house:
        callers = Callers(house)
        for name in (*RIDERS, CLERK, *DEPARTMENT):
            callers.sign_in(name)
        browsers = [(name, Browser(house.address)) for name in DEPARTMENT]
        for name, browser in browsers:
            browser.sign_in(name)
        _mark(house)
        numbers = [number for _ in range(stage.size(2, 12)) for number in _reports(callers)]
        for number in numbers:
            seen += list(_way(house, callers, number))
        books.drain(house, 60)
        for name, browser in browsers:
            seen += [(f"{name}: {what}", _text(answer)) for what, answer in _all(house, browser, numbers)]
        seen += [
            (f"mail to {letter['To']}", letter.as_string())
            for letter in mail.letters
            if "rider" not in str(letter["To"])
        ]
        clerk = _rested(callers, CLERK)
        control = sum(bool(SIGNS.search(_text(clerk.get(f"/tickets/{number}")))) for number in numbers)
        log = house.log.read_text(errors="replace")
        found = [part for answer in _searches(callers) for part in answer]
    marked = [f"{what}: {match[0]}" for what, text in seen if (match := SIGNS.search(text))]
    stage.figure("reports of marked riders", len(numbers), least=6)
    stage.figure("of which their street may read the mark", control, least=1)
    stage.figure("answers and mails that a department read", len(seen), least=stage.size(400, 2000))
    stage.figure("mails among them", len(mail.letters), least=1)
    stage.figure("with a mark", len(marked), exactly=0)
    stage.figure("tickets that a department finds by a mark", len(found), exactly=0)
    stage.figure("marks in the log", len(re.findall(r"zqmarker|1398765", log)), exactly=0)
    for line in marked[:12]:
        stage.say(line)


def _mark(house: House) -> None:
    """Put the marks into the riders' rows, and let the departments have mails of everything."""
    with house.database.writing() as session:
        for user in session.scalars(select(User)):
            if user.username in RIDERS:
                mark = RIDERS[user.username]
                user.username, user.name, user.email = mark, f"{mark} 王", f"{mark}@rider.example"
            elif user.username in DEPARTMENT:
                user.email = f"{user.username}@office.example"
                kinds = {(each.kind, "mail"): True for each in notices.preferences(session, user)
                         if each.channel == "mail" and not each.fixed}  # fmt: skip
                notices.switch(session, user, kinds)


def _reports(callers: Callers) -> list[str]:
    """One by name, one without, and one that a clerk enters for somebody on the telephone."""
    place: dict[str, Any] = {"category": MATTER, "latitude": PLACE[0], "longitude": PLACE[1], "description": "垃圾"}
    named = _rested(callers, "rider1").post("/reports", place)
    secret = _rested(callers, "rider2").post("/reports", place | {"anonymous": True})
    spoken = _rested(callers, CLERK).post("/reports", place | {"on_behalf_of": {"phone": PHONE, "name": PHONE_NAME}})
    return [str(answer.json["number"]) for answer in (named, secret, spoken)]


def _way(house: House, callers: Callers, number: str) -> Iterator[tuple[str, str]]:
    """Through all that a rider, a clerk and two departments do to it; what the departments were answered."""
    with house.database.reading() as session:
        row = session.scalars(select(Ticket).where(Ticket.id == int(number.rpartition("-")[2]))).one()
        rider = {mark: name for name, mark in RIDERS.items()}.get(row.reporter.username or "", CLERK)
        public = row.public_id
    lead, head, market = DEPARTMENT
    house.wait_for(lambda: _rested(callers, CLERK).get(f"/tickets/{number}").status == 200, "routed")
    house.wait_for(lambda: _rested(callers, CLERK).fire(number, "triage", category=MATTER).ok, "triaged", 20)
    _rested(callers, "rider3").post(f"/nearby/{public}/join")
    _rested(callers, CLERK).fire(number, "assign", department="enforcement", assisting=["market"])
    shots = [_rested(callers, who).upload("/uploads", picture(3)) for who in (rider, lead)]
    mine, theirs = ([each.json["items"][0]["id"]] for each in shots)
    steps: tuple[tuple[str, str, dict[str, Any]], ...] = (
        (rider, "comment", {"note": "还在", "photos": mine}),
        (lead, "accept", {}),
        (market, "comment", {"note": "收到", "internal": True}),
        (CLERK, "urge", {}),
        (head, "comment", {"note": "看过"}),
        (lead, "nonsense", {}),
        (lead, "confirm", {"rating": 5}),
        (lead, "accept", {}),
        (lead, "resolve", {"note": "已清运", "photos": theirs}),
        (rider, "rework", {"reason": "没有"}),
        (lead, "accept", {}),
        (lead, "send_back", {"reason": "不是我们的"}),
    )
    for who, name, fields in steps:
        answer = _rested(callers, who).fire(number, name, **fields)
        if who in DEPARTMENT:
            yield f"{who} {name} {number}: {answer.status}", _text(answer)
    _rested(callers, CLERK).fire(number, "assign", department="enforcement", assisting=["market"])


def _all(house: House, browser: Browser, numbers: list[str]) -> Iterator[tuple[str, Answer]]:
    """Every route that can be read, about each of the reports."""
    app = create_app(Settings.load(house.environment))
    with house.database.reading() as session:
        tickets = [
            {
                "number": row.number, "public_id": row.public_id, "photo": photo, "name": "comment", "mark": "0" * 12,
                "filename": "docs.css", "code": MATTER, "year": "2026", "row": "1", "what": "name", "token": "x" * 43,
                "person": str(row.reporter_id), "notification": "1",
            }
            for row in session.scalars(select(Ticket)) if row.number in numbers
            for photo in session.scalars(select(Photo.public_id).where(Photo.ticket_id == row.id))
        ]  # fmt: skip
    rules = [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    paths = {
        filled(rule, things) for things in tickets for rule in rules if "<mark>" not in rule and rule != "/metrics"
    }
    for path in sorted(paths):
        yield path, browser.get(path)
    for query in ("q=垃圾", "mine=true", "overdue=true", f"category={MATTER}"):
        yield query, browser.get(f"/api/v1/tickets?{_quoted(query)}")
        yield query, browser.get(f"/desk/tickets?{_quoted(query)}")
    for locale in ("zh", "en"):
        yield locale, browser.get("/inbox", Accept_Language=locale)
        yield locale, browser.get("/api/v1/notifications?limit=100", Accept_Language=locale)


def _searches(callers: Callers) -> Iterator[list[Any]]:
    """What a department finds when it searches for what it may not know."""
    for caller in (_rested(callers, name) for name in DEPARTMENT):
        for words in (*RIDERS.values(), PHONE_NAME, PHONE, f"%2B86{PHONE}", PHONE[-4:]):
            yield caller.get(f"/tickets?q={words}").json["items"]


def _rested(callers: Callers, name: str) -> Caller:
    """The person on a new line: the server hangs up one on which nothing was asked for a while."""
    return Caller(callers.address, name, callers[name].token)


def _quoted(query: str) -> str:
    name, _, text = query.partition("=")
    return f"{name}={''.join(f'%{byte:02x}' for byte in text.encode())}"


def _text(answer: Answer) -> str:
    """Headers and body, without what is a picture, a file of ours or chance."""
    kind = answer.headers.get("Content-Type", "")
    if kind.startswith(("image/", "text/css", "text/javascript", "font/")):
        return ""
    return re.sub(r'name="csrf" value="[^"]+"', "", answer.body.decode(errors="replace"))
