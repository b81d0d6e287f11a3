"""The people of the access matrix before a running server: signed in for real, with a token and with a cookie."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import delete, update

from models import Session as SignIn
from models import Throttle, User
from models.storage import open_storage
from stage import cast
from stage.access_matrix import Things, hire_disabled, report
from stage.browser import DEVICE, KIND, SESSION, Browser
from stage.callers import Answer, Caller, form
from stage.house import House
from workflow.passwords import hash_password

ABOUT = {"here": "zqhere", "there": "zqthere"}
"""A word that stands in each report's description and address."""


@dataclass
class Told:
    """An answer, in the shape of the test client's."""

    answer: Answer
    status_code: int = field(init=False)
    text: str = field(init=False)
    mimetype: str = field(init=False)
    headers: list[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.status_code = self.answer.status
        self.text = self.answer.body.decode(errors="replace")
        self.mimetype = self.answer.headers.get_content_type()
        # The server's clock ticks between two answers.
        self.headers = [(name, value) for name, value in self.answer.headers.items() if name != "Date"]


class Client:
    """Opens paths as a test client would, over a line of its own each."""

    def __init__(self, address: str, cookies: dict[str, str], mark: str) -> None:
        self._browser, self._address, self._mark = Browser(address), address, mark
        self._cookies = cookies

    def open(self, path: str, *, method: str, headers: dict[str, str], **how: Any) -> Told:
        asks_from = how.pop("environ_base", {}).get("REMOTE_ADDR")
        data = dict(how.get("data", {}))
        if self._mark and method != "GET" and not path.startswith("/api/"):
            data["csrf"] = self._mark
        query = f"?{urlencode(how['query_string'])}" if "query_string" in how else ""
        kind, body = _body(data, how.get("json"))
        sent = headers | {"Origin": self._address} | ({"Content-Type": kind} if body else {})
        # Whoever comes through a proxy is not on the server's machine.
        sent |= {"X-Forwarded-For": asks_from} if asks_from else {}
        return Told(self._browser.ask(method, path + query, body or None, sent, cookies=self._cookies))


def _body(data: dict[str, Any], fields: object) -> tuple[str, bytes]:
    """The Content-Type and the body of what a test client takes; pictures are `photos` of `data`."""
    if fields is not None:
        return "application/json", json.dumps(fields).encode()
    files = tuple(file.getvalue() for file, _ in data.pop("photos", ()))
    return form(data, files, "image/jpeg") if files else (KIND, urlencode(data).encode())


@dataclass
class Somebody:
    """A person with one of the two ways to be signed in."""

    username: str | None
    headers: dict[str, str]
    client: Client

    def get(self, path: str, **query: str) -> Told:
        return self.client.open(
            f"{path}?{urlencode(query)}" if query else path, method="GET", headers=self.headers
        )

    def post(self, path: str, **how: Any) -> Told:
        return self.client.open(path, method="POST", headers=self.headers, **how)


class Cast:
    """Everybody of the matrix in a house, and the two reports that lie apart."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.hashed = hash_password(cast.PASSWORD)
        storage = open_storage(house.settings.storage_url)
        with house.database.writing() as session:
            cast.hire(session, self.hashed)
            hire_disabled(session, self.hashed)
            session.execute(update(User).where(User.username == "disabled").values(disabled_at=None))
            cast.a_report(session, "bob")  # the first number stands in the samples of /ui
            here = {"description": f"{ABOUT['here']} 垃圾", "address": f"{ABOUT['here']} 路 1 号"}
            there = {"description": f"{ABOUT['there']} 垃圾", "address": f"{ABOUT['there']} 路 2 号"}
            self.things: dict[str, Things] = {
                "here": report(session, storage, "alice", "loufeng", "enforcement", "market", **here),
                "there": report(session, storage, "bob", "weiting", "municipal", "", **there),
            }
        self._known = {name: self._sign_in(name) for name in (*cast.PEOPLE, "disabled")}
        house.command("user", "disable", "disabled")

    def bearer(self, name: str) -> Somebody:
        """With a token; `nobody` without."""
        token = self._known[name][0] if name != "nobody" else None
        headers = {"Accept-Language": "en"} | ({"Authorization": f"Bearer {token}"} if token else {})
        return Somebody(self._named(name), headers, Client(self.house.address, {}, ""))

    def cookie(self, name: str) -> Somebody:
        """With the cookies of a browser, and the mark of the pages' forms."""
        cookies, mark = self._known[name][1:] if name != "nobody" else ({}, "")
        headers = {"Accept-Language": "en", "X-Whistle": "1"}
        return Somebody(self._named(name), headers, Client(self.house.address, cookies, mark))

    def as_before(self) -> None:
        """What a call may have ended stands again: sign-ins, passwords, who is counted."""
        with self.house.database.writing() as session:
            session.execute(delete(Throttle))
            session.execute(update(SignIn).where(SignIn.ended_at.is_not(None)).values(ended_at=None))
            session.execute(update(User).where(User.password_hash != self.hashed).values(password_hash=self.hashed))

    def _named(self, name: str) -> str | None:
        return name if name != "nobody" else None

    def _sign_in(self, name: str) -> tuple[str, dict[str, str], str]:
        nobody = Caller(self.house.address, None)
        token = nobody.post("/tokens", {"username": name, "password": cast.PASSWORD}).json["token"]
        browser = Browser(self.house.address)
        if browser.sign_in(name, cast.PASSWORD).status != 303:
            raise RuntimeError(f"{name} cannot sign in")
        return token, {each: browser.cookies[each] for each in (SESSION, DEVICE)}, browser.mark

