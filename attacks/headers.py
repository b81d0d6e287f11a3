"""The headers of security on every answer, whatever went wrong: on what the application answers, and on what it never
sees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from attacks.routes import Routes
from stage.browser import KIND, Browser
from stage.callers import Answer
from stage.house import House
from stage.stage import Stage
from stage.traffic import live_in

HEADERS = {
    "Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin", "Permissions-Policy": "geolocation=(self)", "Cache-Control": "",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Vary": "Cookie",
}  # fmt: skip
"""What each says, at least."""
WANTED = {200, 303, 400, 401, 403, 404, 405, 409, 413, 414, 415, 422, 429, 431, 500, 501, 503}
"""Statuses that must be among the answers, or a way to one of them is gone."""
NAMES = ("Traceback", "Werkzeug", "gunicorn/", "site-packages", "sqlite3.", "psycopg")
JSON = "application/json"
GUESS = b'{"username": "nobody", "password": "x"}'
FOREIGN = {"Origin": "https://evil.example"}
Asked = tuple[str, str, bytes | None, dict[str, str]]


def run(stage: Stage) -> None:
    found: dict[str, Answer] = {}
    with House(stage.new_folder("house"), stage.new_database()) as house:
        live_in(house, seed=stage.seed, acts=13, threads=1)
        routes = Routes(house)
        people = [Browser(house.address)]
        for name in ("rider1", "clerk.loufeng", "admin"):
            people.append(Browser(house.address))
            people[-1].sign_in(name)
        asked: list[Asked] = [("GET", path, None, {}) for path in routes.safe()]
        asked += [(method, path, b"", {"Origin": house.address}) for method, path, _ in routes.unsafe()]
        asked += wrong(house.address, routes.things["number"])
        for number, browser in enumerate(people):
            for method, path, body, headers in asked:
                if path not in ("/sign-out", "/account/sign-out-everywhere"):
                    found[f"{number} {method} {path[:60]} {headers}"] = browser.ask(method, path, body, headers)
        with house.asleep():
            found["workers asleep"] = people[0].get("/readyz?all=1")
        with locked(house):
            for path in ("/api/v1/notifications/read", "/inbox/read"):
                headers = {"Origin": house.address, "X-Whistle": "1", "Content-Type": JSON if "api" in path else KIND}
                body = b'{"all": true}' if "api" in path else b"newest=1"
                found[f"locked {path}"] = people[1].ask("POST", path, body, headers)
        with broken(house):
            for path in ("/api/v1/notifications", "/inbox"):
                found[f"broken {path}"] = people[1].get(path)
    bare = [f"{what}: {answer.status} {name}" for what, answer in found.items() for name in lacking(answer)]
    statuses = {answer.status for answer in found.values()}
    stage.figure("answers", len(found), least=300)
    stage.figure("statuses among them", len(statuses))
    stage.figure("statuses that no answer had", len(WANTED - statuses), exactly=0)
    stage.figure("headers missing or saying something else", len(bare), exactly=0)
    stage.figure("answers that name the server", sum(names_itself(answer) for answer in found.values()), exactly=0)
    stage.say(f"statuses: {sorted(statuses)}")
    for line in (*map(str, WANTED - statuses), *bare[:12]):
        stage.say(line)


def lacking(answer: Answer) -> Iterator[str]:
    """The headers that are not there, come twice, or do not say what they must."""
    for name, words in HEADERS.items():
        told = answer.headers.get_all(name) or []
        if len(told) != 1 or words not in told[0]:
            yield f"{name}: {told}"
    csp = answer.headers.get("Content-Security-Policy", "")
    if "unsafe-" in csp or "frame-ancestors 'none'" not in csp:
        yield f"Content-Security-Policy: {csp}"


def names_itself(answer: Answer) -> bool:
    """Whether a version, a path of the machine or a trace is told."""
    told = f"{answer.headers}{answer.body.decode(errors='replace')}" if answer.status >= 400 else str(answer.headers)
    return any(words in told for words in NAMES)


def wrong(ours: str, number: str) -> list[Asked]:
    """Requests that are wrong in themselves."""
    ticket = f"/api/v1/tickets/{number}"
    own = {"Origin": ours, "X-Whistle": "1", "Content-Type": JSON}
    return [
        ("GET", "/nowhere", None, {}), ("GET", "/api/v1/nowhere", None, {}), ("GET", "/static/nowhere.css", None, {}),
        ("GET", "/static/../config/settings.py", None, {}), ("PUT", "/sign-in", b"", {}),
        ("DELETE", "/api/v1/tickets", None, {}), ("TRACE", "/", None, {}),
        ("OPTIONS", "/api/v1/tickets", None, {**FOREIGN, "Access-Control-Request-Method": "POST"}),
        ("POST", "/api/v1/tokens", b"{", {"Content-Type": JSON}),
        ("POST", "/api/v1/tokens", b"<a/>", {"Content-Type": "text/xml"}),
        ("POST", "/api/v1/tokens", b" " * 3_000_000, {"Content-Type": JSON}),
        ("POST", "/api/v1/tokens", b"{}", {"Content-Type": JSON, **FOREIGN}),
        ("POST", "/sign-in", b"username=" + b"x" * 3_000_000, {"Content-Type": KIND, "Origin": ours}),
        ("POST", "/api/v1/tokens", b"--x", {"Content-Type": "multipart/form-data; boundary=x"}),
        *(("POST", "/api/v1/tokens", GUESS, {"Content-Type": JSON, "X-Number": str(each)}) for each in range(11)),
        ("GET", "/api/v1/tickets?cursor=%00", None, {}), ("GET", "/inbox?cursor=x", None, {}),
        ("GET", "/api/v1/me", None, {"Authorization": "Bearer x"}), ("GET", "/tickets/SIP-26-999999", None, {}),
        ("GET", f"{ticket}/photos/nosuch", None, {}), ("GET", "/%ff%fe", None, {}), ("GET", "/readyz", None, {}),
        ("POST", f"{ticket}/transitions/nonsense", b"{}", own),
        ("POST", f"{ticket}/transitions/triage", b'{"category": "06010"}', own),
        ("GET", "/" + "x" * 5000, None, {}), ("GET", "/", None, {"X-Long": "x" * 20_000}),
        ("GET", "/", None, {"X_Odd@": "x"}), ("BAD[]", "/", None, {}), ("GET", "/metrics", None, {}),
        ("POST", "/api/v1/tokens", b"", {"Transfer-Encoding": "x, chunked"}),
        ("POST", "/api/v1/tokens", b"zz", {"Transfer-Encoding": "chunked", "Content-Type": JSON}),
    ]  # fmt: skip


@contextmanager
def locked(house: House) -> Iterator[None]:
    """Somebody holds what a writer needs."""
    with house.database.writing() as session:
        on_postgres = session.get_bind().dialect.name == "postgresql"
        session.execute(text("LOCK TABLE notifications IN EXCLUSIVE MODE" if on_postgres else "SELECT 1"))
        yield


@contextmanager
def broken(house: House) -> Iterator[None]:
    """A table is not where it was."""
    _execute(house, "ALTER TABLE notifications RENAME TO elsewhere")
    try:
        yield
    finally:
        _execute(house, "ALTER TABLE elsewhere RENAME TO notifications")


def _execute(house: House, statement: str) -> None:
    with house.database.writing() as session:
        session.execute(text(statement))
