"""Addresses that lead elsewhere and hosts that are not ours, as a browser would follow them: none passes."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode, urljoin, urlsplit

from stage.callers import PASSWORD, Answer, Line
from stage.house import House
from stage.stage import Stage

DATABASES = ("sqlite",)
EVIL = "evil.example"
SCHEMES = ("http", "https", "javascript", "data", "ftp", "HTTP", "hTTps", "vbscript", "file", "blob")
BEGINNINGS = (
    "//", "///", "////", "/\\", "\\\\", "\\/", "/\\/", "/\t/", "/\n/", "/\r\n/", "\t//", " //", "%2f%2f", "/%2f",
    "/%5c", "//\u2215", "/\u2044", "/\u00a0/", "/\u200b/", "/\u3002/", "\uff0f\uff0f", "/;@", "/.//", "/..//", "//@",
    "/@", ".", "", "?//", "#//", "/./\\", "/x/..//", "/\x00/", "/\x0b/", "/\x0c/", "/\x7f/", "/\u2028/", "/\ufeff/",
    "//[", "//[::1]@",
)  # fmt: skip
PAYLOADS = (
    *(f"{scheme}:{slashes}{EVIL}/" for scheme in SCHEMES for slashes in ("//", "", "/", "\\\\")),
    *(f"{beginning}{EVIL}/" for beginning in BEGINNINGS),
    f"//127.0.0.1@{EVIL}/", f"//127.0.0.1.{EVIL}/", f"//{EVIL}:80/", f"/\r\nLocation: https://{EVIL}/",
    f"/\r\nSet-Cookie: whistle_session={EVIL}", f"https:{EVIL}", f"/redirect?next=//{EVIL}/",
)  # fmt: skip
HOSTS = (
    EVIL, f"{EVIL}:80", f"127.0.0.1.{EVIL}", f"127.0.0.1@{EVIL}", f"127.0.0.1:80@{EVIL}", f"{EVIL}#127.0.0.1",
    f"{EVIL}?127.0.0.1", f"{EVIL}/127.0.0.1", f"127.0.0.1, {EVIL}", f"127.0.0.1 {EVIL}", f"[{EVIL}]", f".{EVIL}",
    "", f"127.0.0.1\\{EVIL}", f"127.0.0.1%00{EVIL}", f"{EVIL}.", f"xn--{EVIL}", f"localhost.{EVIL}", "0", "::1", "[::]",
)  # fmt: skip
FORWARDED = {
    "X-Forwarded-Host": EVIL, "X-Host": EVIL, "X-Forwarded-Server": EVIL, "Forwarded": f"host={EVIL}",
    "X-Original-URL": f"//{EVIL}/", "X-Rewrite-URL": f"//{EVIL}/", "X-HTTP-Host-Override": EVIL,
    "X-Original-Host": EVIL, "X-Forwarded-Prefix": f"//{EVIL}", "X-Forwarded-Proto": EVIL,
}  # fmt: skip
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def run(stage: Stage) -> None:
    with House(stage.new_folder("house"), stage.new_database(), TRUSTED_HOSTS="127.0.0.1,localhost") as house:
        attack = _Attack(house)
        for payload in PAYLOADS:
            attack.follow(payload)
        for host in HOSTS:
            attack.call_it(host)
        for name, value in FORWARDED.items():
            attack.forward(name, value)
    stage.figure("payloads", len({*PAYLOADS, *HOSTS, *FORWARDED}), least=80)
    stage.figure("requests", attack.requests)
    stage.figure("ways back that were followed", attack.redirected, least=2 * len(PAYLOADS) - 4)
    stage.figure("that led elsewhere or were repeated as a link", len(attack.passed), exactly=0)
    stage.figure("foreign hosts that were served", len(attack.served), exactly=0)
    stage.figure("answers of 500 and the like", len(attack.broken), exactly=0)
    for line in [*attack.passed, *attack.served, *attack.broken][:10]:
        stage.say(line)


class _Attack:
    def __init__(self, house: House) -> None:
        self.address, self.own = house.address, {"Origin": house.address}
        self.requests = self.redirected = 0
        self.passed: list[str] = []
        self.served: list[str] = []
        self.broken: list[str] = []
        self._session = self._sign_in("/")

    def follow(self, payload: str) -> None:
        """As `next` of somebody who signs in, who is signed in already, and as the way back from a choice."""
        self._sign_in(payload)
        words = quote(payload, safe="")
        self._hold(payload, self._ask("GET", f"/sign-in?next={words}", None, {"Cookie": self._session}))
        self._hold(payload, self._ask("GET", f"/sign-in?next={words}", None, {}))
        self._hold(payload, self._ask("GET", f"/{payload.lstrip()}" if payload.isascii() else "/", None, {}))
        for path, chosen in (("/language", {"language": "en"}), ("/theme", {"theme": "dark"})):
            body = urlencode({**chosen, "back": payload}).encode()
            answer = self._ask("POST", path, body, {**FORM, **self.own})
            self.redirected += 300 <= answer.status < 400
            self._hold(payload, answer)

    def call_it(self, host: str) -> None:
        """Ask for pages under another name."""
        for path in ("/", "/sign-in", "/api/v1/categories", "/nowhere"):
            answer = self._ask("GET", path, None, {"Host": host})
            self._hold(host, answer)
            if answer.ok or 300 <= answer.status < 400:
                self.served.append(f"Host {host!r} for {path}: {answer.status}")

    def forward(self, name: str, value: str) -> None:
        """Say in a header that no proxy of ours has set where the request came from."""
        for path in ("/", "/sign-in", "/nowhere", "/api/v1/me"):
            self._hold(f"{name}: {value}", self._ask("GET", path, None, {name: value}))

    def _sign_in(self, wanted: str) -> str:
        body = urlencode({"username": "rider1", "password": PASSWORD, "next": wanted}).encode()
        answer = self._ask("POST", "/sign-in", body, {**FORM, **self.own})
        self._hold(wanted, answer)
        cookies = [each.split(";")[0] for each in answer.headers.get_all("Set-Cookie") or []]
        return "; ".join(each for each in cookies if each.startswith("whistle_session="))

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        self.requests += 1
        line = Line(self.address)
        try:
            return line.ask(method, quote(path, safe="/?=&%:;@#[]\\"), body, headers)
        finally:
            line.close()

    def _hold(self, what: str, answer: Answer) -> None:
        if answer.status >= 500:
            self.broken.append(f"{what!r}: {answer.status}")
        where = answer.headers.get("Location")
        if where is not None and _host(self.address, where) != _host(self.address, "/"):
            self.passed.append(f"{what!r} leads to {where}")
        if any(EVIL in cookie for cookie in answer.headers.get_all("Set-Cookie") or []):
            self.passed.append(f"{what!r} set a cookie")
        for link in re.findall(rb"""(?:href|action|src|formaction)\s*=\s*["']([^"']*)""", answer.body):
            if _host(self.address, link.decode(errors="replace")) != _host(self.address, "/"):
                self.passed.append(f"{what!r} became a link: {link!r}")


def _host(base: str, where: str) -> str:
    """The host that a browser would go to: it takes a backslash for a slash and leaves out tabs and line breaks."""
    plain = re.sub(r"[\t\r\n]", "", where.strip("".join(map(chr, range(33))))).replace("\\", "/")
    parts = urlsplit(urljoin(base, plain))
    return parts.netloc if parts.scheme in ("http", "https") else f"{parts.scheme}:"
