"""A rider whose every field is a word that lies nowhere else, through a whole life, and what others say of them."""

from __future__ import annotations

import hashlib
import io
import random
import re
import subprocess
import sys
from typing import Any

import piexif
from PIL import Image
from sqlalchemy import select

from config import ROOT
from models import Device, Photo, Ticket, User
from models import Session as SignIn
from stage import books
from stage.browser import DEVICE, SESSION, Browser
from stage.callers import Answer, Caller, Callers
from stage.house import House
from stage.photos import patchwork
from stage.traffic import CLERK, MATTER, OFFICER, PLACE
from workflow.phones import PhoneBook

OTHER = "other"
"""The name of somebody who has no account, known by a telephone number alone."""
SAID = (
    "login", "name", "email", "description", "address", "comment", "withdrawn", "appeal", "confirmed", "undone",
    "waiting", "hidden", "key", "of_others", "on_behalf", OTHER,
)  # fmt: skip
"""What is written into the tables: the rider's fields and words, and what a clerk and administrators write of them."""
NEVER = ("password", "older_password", "exif", "file", "agent", "query", "request")
"""What is sent along and kept nowhere."""
LINK = re.compile(rb"/welcome/([A-Za-z0-9_-]+)")
WAIT_SECONDS = 120.0


CLOSE = {"Connection": "close"}
"""Between two steps of a life the server may have closed what rested."""


class Program(Caller):
    """A program that opens a connection a call."""

    def call(self, method: str, path: str, body: Any = None, **how: Any) -> Answer:
        return super().call(method, path, body, **how | {"headers": {**(how.get("headers") or {}), **CLOSE}})


class Visitor(Browser):
    """A browser that opens a connection a page."""

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Any = None, **how: Any) -> Answer:
        return super().ask(method, path, body, {**(headers or {}), **CLOSE}, **how)


class MarkedRider:
    """`words` are the marks by field; `hashes` what is stored in place of a secret; `number` is the person's id."""

    def __init__(self, house: House, chance: random.Random) -> None:
        self.house, self.chance = house, chance
        self.words = {field: f"zq{chance.getrandbits(48):012x}" for field in (*SAID, *NEVER)}
        self.words["name"], self.words["email"] = f"骑{self.words['name']}", f"{self.words['email']}@example.org"
        self.phone, self.other_phone = (f"13{digit}{chance.randrange(10**8):08d}" for digit in (8, 9))
        callers = Callers(house)
        self.callers = {name: Program(house.address, name, callers[name].token) for name in (CLERK, OFFICER, "rider2")}
        self.browser = Visitor(house.address)
        self.tickets: list[str] = []
        self.hashes: list[str] = []
        self.number = 0
        self.caller = Program(house.address, None)

    @property
    def marks(self) -> list[str]:
        """Everything that must lie nowhere afterwards."""
        return [*self.words.values(), self.phone, self.other_phone, *self.hashes]

    def live(self) -> None:
        """From the account to the last report, each step as people do it."""
        self._come()
        sent = self._report_all()
        books.drain(self.house, WAIT_SECONDS)
        self._be_paid(sent["paid"], sent["taken_back"])
        self._be_contradicted(sent["refused"], sent["undone"], sent["given_up"])
        self._leave_open(sent["under_way"])
        books.drain(self.house, WAIT_SECONDS)
        self._meet_others()
        self._be_spoken_of(sent["taken_back"], sent["hidden"])
        books.drain(self.house, WAIT_SECONDS)
        self._note_hashes()

    def _come(self) -> None:
        """Made at the command line, reset by an administrator, who hands over a link."""
        words = self.words
        create = ["user", "create", words["login"], "--role", "rider", "--name", words["name"], "--password-stdin"]
        subprocess.run(
            [sys.executable, "-P", "-m", "commands", *create],
            cwd=ROOT, env={**self.house.environment, "PYTHONPATH": str(ROOT)}, input=words["older_password"], text=True,
            check=True, capture_output=True,
        )  # fmt: skip
        with self.house.database.writing() as session:
            user = session.scalars(select(User).where(User.username == words["login"])).one()
            kept = PhoneBook(self.house.settings.secret_key).keep(f"+86{self.phone}")
            user.phone_encrypted, user.phone_hash, user.phone_tail = kept.encrypted, kept.hash, kept.tail
            self.number = user.id
        admin = Visitor(self.house.address)
        admin.sign_in("admin")
        admin.get(f"/admin/people/{self.number}")
        link = LINK.search(held(admin.send(f"/admin/people/{self.number}/reset", {"seen": "999999"}), 200).body)
        assert link is not None
        secret = words["password"]
        held(self.browser.send(f"/welcome/{link[1].decode()}", {"new": secret, "again": secret}), 303)
        for wrong in ("older_password", "query"):
            self.browser.sign_in(words["login"], words[wrong])
        held(self.browser.sign_in(words["login"], secret), 303)
        wanted = {"email": words["email"], "progress.mail": "1", "progress.inbox": "1"}
        held(self.browser.send("/account/notices", wanted), 303)
        token = self.caller.post("/tokens", {"username": words["login"], "password": secret})
        self.caller = Program(self.house.address, words["login"], held(token, 201).json["token"])
        self.tokens = [self.caller.token or "", self.browser.cookies[SESSION], self.browser.cookies[DEVICE]]

    def _report_all(self) -> dict[str, str]:
        """The numbers of a report for each way that one can go; another's, which they meet, among them."""
        words, key = self.words, {"Idempotency_Key": self.words["key"]}
        said = {"description": words["description"], "address": words["address"]}
        sent = {"paid": self._report(said, pictures=1, **key), "undone": self._report({}, pictures=2)}
        sent["hidden"] = self._report({"description": words["hidden"], "anonymous": True})
        sent["waiting"] = self._report({"description": words["waiting"]})
        for way in ("taken_back", "refused", "given_up", "under_way"):
            sent[way] = self._report({})
        held(self.caller.upload("/uploads", self._photo()), 201)
        self.theirs = held(self.callers["rider2"].post("/reports", place()), 201).json["number"]
        return sent

    def _be_paid(self, paid: str, taken_back: str) -> None:
        self._worked_on(paid)
        held(self.caller.fire(paid, "confirm", rating=5, note=self.words["confirmed"]), 200)
        self._worked_on(taken_back)
        held(self.caller.fire(taken_back, "confirm"), 200)

    def _be_contradicted(self, refused: str, undone: str, given_up: str) -> None:
        words, clerk = self.words, self.callers[CLERK]
        held(clerk.fire(refused, "reject", reason="重复上报"), 200)
        held(self.caller.fire(refused, "reopen", reason=words["appeal"]), 200)
        self._worked_on(undone)
        held(self.caller.fire(undone, "rework", reason=words["undone"]), 200)
        held(self.caller.fire(given_up, "withdraw", note=words["withdrawn"]), 200)

    def _leave_open(self, under_way: str) -> None:
        words, clerk = self.words, self.callers[CLERK]
        held(clerk.fire(under_way, "triage", category=MATTER), 200)
        held(self.caller.fire(under_way, "comment", note=words["comment"]), 200)
        note = f"已致电{words['name']}（{self.phone[:3]} {self.phone[3:7]} {self.phone[7:]}）{words['of_others']}"
        held(clerk.fire(under_way, "comment", note=note), 200)

    def _meet_others(self) -> None:
        with self.house.database.reading() as session:
            number = int(self.theirs.rpartition("-")[2])
            public_id = session.scalars(select(Ticket.public_id).where(Ticket.id == number)).one()
        photo = held(self.caller.upload("/uploads", self._photo()), 201).json["items"][0]["id"]
        held(self.caller.post(f"/nearby/{public_id}/join", {"photos": [photo]}), 200)
        held(self.callers[CLERK].fire(self.theirs, "triage", category=MATTER), 200)
        held(self.browser.get(f"/my?q={self.words['query']}", User_Agent=self.words["agent"]), 200)
        self.caller.call("GET", f"/tickets/{self.words['query']}", headers={"X-Request-ID": self.words["request"]})

    def _be_spoken_of(self, taken_back: str, hidden: str) -> None:
        """By a clerk at the telephone, and by administrators who looked behind a report and took points back."""
        words, reason = self.words, f"{self.words['name']} {self.words['of_others']}"
        self.house.command("points", "reverse", taken_back, words["login"], "--reason", reason, "--by", "admin")
        admin = Visitor(self.house.address)
        admin.sign_in("admin")
        admin.get("/admin/look")
        held(admin.send("/admin/look", {"number": hidden, "reason": f"核对身份 {reason}"}), 200)
        for phone, name in ((self.phone, words["name"]), (self.other_phone, words[OTHER])):
            entry = {"on_behalf_of": {"phone": phone, "name": name}, "description": words["on_behalf"]}
            answer = self.callers[CLERK].post("/reports", place() | entry, Idempotency_Key=f"{phone}-{words['key']}")
            self.tickets.append(held(answer, 201).json["number"])

    def _report(self, fields: dict[str, Any], pictures: int = 0, **headers: str) -> str:
        asked = place() | fields
        ids = [held(self.caller.upload("/uploads", self._photo()), 201).json["items"][0]["id"] for _ in range(pictures)]
        number = str(held(self.caller.post("/reports", asked | {"photos": ids}, **headers), 201).json["number"])
        self.tickets.append(number)
        return number

    def _worked_on(self, number: str) -> None:
        clerk, officer = self.callers[CLERK], self.callers[OFFICER]
        held(clerk.fire(number, "triage", category=MATTER), 200)
        held(clerk.fire(number, "assign", department="enforcement"), 200)
        held(officer.fire(number, "accept"), 200)
        proof = held(officer.upload("/uploads", patchwork(self.chance.randrange(10**6))), 201).json["items"][0]["id"]
        held(officer.fire(number, "resolve", note="已清运", photos=[proof]), 200)

    def _photo(self) -> bytes:
        """Another picture each time, whose EXIF says a mark."""
        drawn, out = Image.open(io.BytesIO(patchwork(self.chance.randrange(10**6)))), io.BytesIO()
        exif = piexif.dump({"0th": {piexif.ImageIFD.Artist: self.words["exif"].encode()}})
        drawn.save(out, "JPEG", exif=exif, comment=self.words["file"].encode())
        return out.getvalue()

    def _note_hashes(self) -> None:
        """What is stored of a phone number, of tokens and of pictures says something too, to who has them."""
        with self.house.database.reading() as session:
            user = session.get_one(User, self.number)
            self.hashes = [str(user.phone_hash), str(user.password_hash)]
            for column, owner in (
                (SignIn.token_hash, SignIn.user_id), (Device.token_hash, Device.user_id),
                (Photo.sha256, Photo.uploader_id),
            ):  # fmt: skip
                self.hashes += session.scalars(select(column).where(owner == self.number))
            self.pictures = list(session.scalars(select(Photo.storage_key).where(Photo.uploader_id == self.number)))
        known = {hashlib.sha256(token.encode()).hexdigest() for token in self.tokens}
        assert known <= set(self.hashes), "a token that is not stored as its hash"


def place() -> dict[str, Any]:
    """A report of rubbish in Loufeng, without a word."""
    return {"category": MATTER, "latitude": PLACE[0], "longitude": PLACE[1]}


def held(answer: Answer, status: int) -> Answer:
    """The answer, if it has the status that it must have. Raises RuntimeError."""
    if answer.status != status:
        raise RuntimeError(f"{answer.status} instead of {status}: {answer.body[:400]!r}")
    return answer
