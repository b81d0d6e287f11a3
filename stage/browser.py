"""Somebody at a browser without scripts: cookies, forms with their mark, an Origin; no redirect followed unasked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from stage.callers import PASSWORD, Answer, Line, form

MARK = re.compile(rb'name="csrf" value="([0-9a-f]+)"')
SESSION, DEVICE = "whistle_session", "whistle_device"
KIND = "application/x-www-form-urlencoded"


class Browser:
    """`cookies` may be read and set; `mark` is what the last page's forms carried."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.cookies: dict[str, str] = {}
        self.mark = ""

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        cookies: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request, with other cookies where some are given; what it sets is kept."""
        carried = self.cookies if cookies is None else cookies
        sent = {"Accept": "text/html", "Accept-Language": "en", **(headers or {})}
        if carried:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in carried.items())
        # A line of its own: a server that refuses a body unread hangs up, and so does one that was long not asked.
        line = Line(self.address)
        answer = line.ask(method, path, body, sent)
        line.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(cookie).items():
                if morsel.value and morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)
        if found := MARK.search(answer.body):
            self.mark = found[1].decode()
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        """A page; headers by name with `_` for `-`."""
        return self.ask("GET", path, headers={name.replace("_", "-"): text for name, text in headers.items()})

    def send(
        self,
        path: str,
        fields: Mapping[str, str] | None = None,
        files: tuple[bytes, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """A form as one of our own pages sends it."""
        named = {"csrf": self.mark, **(fields or {})}
        kind, body = form(named, files, "image/jpeg") if files else (KIND, urlencode(named).encode())
        return self.ask("POST", path, body, {"Origin": self.address, "Content-Type": kind, **(headers or {})})

    def sign_in(self, username: str, password: str = PASSWORD) -> Answer:
        """Over the page; afterwards the mark is this person's. 303 where it was right."""
        answer = self.send("/sign-in", {"username": username, "password": password})
        if answer.status == 303:
            self.get("/account")
        return answer
