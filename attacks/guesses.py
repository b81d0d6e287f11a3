"""Passwords guessed from ever new addresses: at most twenty are evaluated, and the owner's own device stays in."""

from __future__ import annotations

import re
import secrets
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPMessage

from sqlalchemy import delete, select

from models import Throttle, User
from stage.browser import DEVICE, MARK, Browser
from stage.callers import PASSWORD, Answer, Caller
from stage.evaluations import Evaluations
from stage.house import House
from stage.stage import Stage
from workflow.identity import accounts

VICTIM, OTHER = "officer.enforcement", "rider1"
SPELLINGS = (VICTIM, VICTIM.upper(), f" {VICTIM} ", VICTIM.title(), VICTIM.replace("o", "\uff4f"))
"""One account's name, as it may be written."""
MOST_LOOKED_AT = 20
AT_ONCE = 24
TIMED = ("clerk.loufeng", "head.enforcement", "supervisor", "admin", "rider2", "rider3")
DISABLED, PHONE_ONLY = ("head.enforcement", "rider3"), "rider2"
"""Of them, who may not sign in any more, and who has a telephone number and no password."""
ROUNDS = 9
"""Of guesses at each name, then counts are set back: fewer than are put off."""
APART = 0.10
VARYING = ("date", "x-request-id", "content-length", "retry-after", "set-cookie", "content-security-policy")
DEMO_BUTTON = re.compile(rb'<input type="hidden" name="username"[^>]*>')
"""Names that the page shows by itself, and not since they were asked for."""
Way = Callable[[House, str, str], Answer]


def run(stage: Stage) -> None:
    guesses = stage.size(1000, 10_000)
    # Behind a proxy that is believed, so that what it says of addresses could count if anything counted by them.
    evaluations = Evaluations(stage.new_folder("evaluations"))
    environment = evaluations.environment()
    with House(stage.new_folder("house"), stage.new_database(), PROXY_HOPS="1", **environment) as house:
        own, foreign = Browser(house.address), Browser(house.address)
        own.sign_in(VICTIM)
        foreign.sign_in(OTHER)
        _shut_out(house)
        timed = {name: _timed(house, way, stage.size(2, 10)) for name, way in WAYS.items()}
        began, before = time.monotonic(), evaluations.count()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            statuses = Counter(pool.map(lambda number: _guess(house, stage.seed, number, foreign), range(guesses)))
        lasted = time.monotonic() - began
        right = [_token(house, name, PASSWORD) for name in SPELLINGS]
        of_strangers = evaluations.count() - before
        inside = own.sign_in(VICTIM).status
        before = evaluations.count()
        wrong_here = Counter(own.sign_in(VICTIM, f"wrong {number}").status for number in range(30))
        of_device, before = evaluations.count() - before, evaluations.count()
        nobody = Counter(_token(house, "nobody.at.all", f"guess {number}").status for number in range(30))
        of_nobody = evaluations.count() - before
        others = _token(house, OTHER, PASSWORD).status
    stage.figure("guesses at one account", sum(statuses.values()), least=guesses)
    stage.figure("seconds that they took", lasted, "s", most=14 * 60)
    stage.figure("passwords of strangers that were evaluated", of_strangers, least=1, most=MOST_LOOKED_AT)
    stage.figure("guesses that were answered as wrong", statuses[401], most=of_strangers)
    stage.figure("guesses that were put off", statuses[429], least=guesses - MOST_LOOKED_AT)
    stage.figure("other answers", sum(statuses.values()) - statuses[401] - statuses[429], exactly=0)
    stage.figure("strangers let in by the right password meanwhile", sum(each.ok for each in right), exactly=0)
    stage.figure("the owner's own device is let in", int(inside == 303), exactly=1)
    stage.figure("guesses evaluated from the owner's device", of_device, least=wrong_here[401], most=MOST_LOOKED_AT)
    stage.figure("guesses evaluated for a name that nobody has", of_nobody, least=nobody[401], most=MOST_LOOKED_AT)
    stage.figure("somebody else is let in", int(others == 201), exactly=1)
    for way, found in timed.items():
        for kind, (known, unknown) in found.items():
            stage.figure(f"{way}: {kind}, median", known * 1000, "ms")
            stage.figure(f"{way}: names turned round that nobody has", unknown * 1000, "ms")
            stage.figure(f"{way}: {kind}, apart from them", abs(known - unknown) / max(known, unknown), most=APART)


def _guess(house: House, seed: int, number: int, foreign: Browser) -> int:
    """The status of one wrong guess, from an address of its own, on the page or the API, with every kind of device."""
    address = f"{number % 223 + 1}.{number // 223 % 250}.{seed % 250}.{number % 250}"
    headers = {
        "X-Forwarded-For": address, "X-Real-IP": address, "Forwarded": f"for={address}", "User-Agent": f"agent {number}"
    }  # fmt: skip
    cookies = ({}, {DEVICE: secrets.token_urlsafe(32)}, {DEVICE: foreign.cookies[DEVICE]})[number % 3]
    name = SPELLINGS[number % len(SPELLINGS)]
    if number % 2:
        return _token(house, name, f"guess {number}", {**headers, **_carried(cookies)}).status
    body = f"username={name.replace(' ', '+')}&password=guess+{number}".encode()
    sent = {**headers, "Origin": house.address, "Content-Type": "application/x-www-form-urlencoded"}
    return Browser(house.address).ask("POST", "/sign-in", body, sent, cookies=cookies).status


def _carried(cookies: dict[str, str]) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}


def _token(house: House, name: str, password: str, headers: dict[str, str] | None = None) -> Answer:
    body = {"username": name, "password": password}
    return Caller(house.address, None).call("POST", "/tokens", body, headers=headers)


def _over_api(house: House, name: str, password: str) -> Answer:
    return _token(house, name, password)


def _on_page(house: House, name: str, password: str) -> Answer:
    return Browser(house.address).send("/sign-in", {"username": name, "password": password})


WAYS = {"API": _over_api, "page": _on_page}


def _shut_out(house: House) -> None:
    """Some are disabled, and one has no password."""
    with house.database.writing() as session:
        for user in session.scalars(select(User).where(User.username.in_((*DISABLED, PHONE_ONLY)))):
            if user.username == PHONE_ONLY:
                user.password_hash = None
            else:
                accounts.disable(session, user)


def _kind(name: str) -> str:
    return "disabled" if name in DISABLED else "without a password" if name == PHONE_ONLY else "known names"


def _timed(house: House, way: Way, times: int) -> dict[str, tuple[float, float]]:
    """For each kind of person the median seconds that a wrong guess takes, and those for as many names that nobody has,
    asked in turns. Raises AssertionError where the answers differ in anything."""
    seconds: dict[tuple[str, bool], list[float]] = defaultdict(list)
    answers: set[tuple[int, bytes, str]] = set()
    for number in range(ROUNDS * times):
        if number % ROUNDS == 0:
            with house.database.writing() as session:
                session.execute(delete(Throttle))
        for name in TIMED:
            for known in (True, False) if number % 2 else (False, True):
                asked = name if known else name[::-1]
                began = time.perf_counter()
                answer = way(house, asked, f"wrong {number}")
                seconds[_kind(name), known].append(time.perf_counter() - began)
                body = MARK.sub(b"", DEMO_BUTTON.sub(b"", answer.body)).replace(f'value="{asked}"'.encode(), b"")
                answers.add((answer.status, body, _plain(answer.headers)))
    assert len(answers) == 1, answers
    kinds = {kind for kind, _ in seconds}
    return {kind: (statistics.median(seconds[kind, True]), statistics.median(seconds[kind, False])) for kind in kinds}


def _plain(headers: HTTPMessage) -> str:
    return str(sorted((name, value) for name, value in headers.items() if name.lower() not in VARYING))
