"""Sign-ins planted, replayed after every way in which they end, run out and tampered with: none is taken."""

from __future__ import annotations

import secrets
import string
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from config import ROOT
from models import Device, User
from models import Session as SignIn
from models.clock import now
from stage.browser import DEVICE, SESSION, Browser
from stage.callers import PASSWORD, Caller
from stage.house import House
from stage.stage import Stage
from workflow.identity.sign_ins import term_of, token_hash

PEOPLE = ("rider1", "clerk.loufeng", "rider2", "officer.enforcement", "head.enforcement", "supervisor", "admin")
NEW = "an entirely new 1"
LETTERS = string.ascii_letters + string.digits + "-_"


@dataclass
class Found:
    """`tried` tokens that must not be taken, those that `taken` all the same, and live ones that were not."""

    house: House
    tried: int = 0
    taken: list[str] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)

    def hold_dead(self, token: str, what: str) -> None:
        for how in ways(self.house.address, token):
            self.taken.append(f"{what}: {how}")
        self.tried += 3

    def hold_alive(self, token: str, what: str) -> None:
        """Lest everything be refused because nothing is asked rightly."""
        if len(list(ways(self.house.address, token))) != 3:
            self.dead.append(what)


def ways(address: str, token: str) -> Iterator[str]:
    """The ways in which a token is taken: as the pages' cookie, as the API's, and as a bearer token."""
    cookie = Browser(address)
    if cookie.ask("GET", "/account", cookies={SESSION: token}).status == 200:
        yield "cookie of a page"
    if cookie.ask("GET", "/api/v1/me", cookies={SESSION: token}).status == 200:
        yield "cookie of the API"
    if Caller(address, None, token).get("/me").status == 200:
        yield "bearer"


def run(stage: Stage) -> None:
    with House(stage.new_folder("house"), stage.new_database()) as house:
        found = Found(house)
        people = stage.size(PEOPLE[:2], PEOPLE)
        for name in people:
            fixation(found, name)
            leaving(found, name)
            running_out(found, name)
            tampering(stage, found, name)
            passwords(found, name)
            disabling(found, name)
        log = house.log.read_text(errors="replace")
    stage.figure("tokens tried that must not be taken", found.tried, least=stage.size(500, 3000))
    stage.figure("tokens that were taken", len(found.taken), exactly=0)
    stage.figure("live sign-ins that were refused", len(found.dead), exactly=0)
    stage.figure("tracebacks in the log", log.count("Traceback"), exactly=0)
    for line in (*found.taken[:8], *found.dead[:8]):
        stage.say(line)


def signed_in(house: House, name: str, password: str = PASSWORD) -> Browser:
    browser = Browser(house.address)
    answer = browser.sign_in(name, password)
    if answer.status != 303:
        raise RuntimeError(f"{name} cannot sign in: {answer.status}")
    return browser


def bearer(house: House, name: str) -> str:
    answer = Caller(house.address, None).post("/tokens", {"username": name, "password": PASSWORD})
    return str(answer.json["token"])


def fixation(found: Found, name: str) -> None:
    """A token that somebody else knows is in the browser before the sign-in."""
    house = found.house
    mine = signed_in(house, "rider3").cookies
    for planted in (secrets.token_urlsafe(32), mine[SESSION], token_hash(mine[SESSION])):
        victim = Browser(house.address)
        victim.cookies = {SESSION: planted, DEVICE: mine[DEVICE]}
        victim.sign_in(name)
        found.hold_dead(planted, f"{name}: planted")
        found.hold_alive(victim.cookies[SESSION], f"{name}: beside a planted one")
        if victim.cookies[SESSION] == planted or victim.cookies[DEVICE] == mine[DEVICE]:
            found.taken.append(f"{name}: keeps what was planted")
    fresh = Browser(house.address)
    planted = secrets.token_urlsafe(32)
    fresh.get(f"/sign-in?{SESSION}={planted}&token={planted}")
    fresh.sign_in(name)
    found.hold_dead(planted, f"{name}: planted by an address")


def leaving(found: Found, name: str) -> None:
    """After each way to sign out, the others' sign-ins stay."""
    house = found.house
    page, other, program = signed_in(house, name), signed_in(house, name), bearer(house, name)
    token = page.cookies[SESSION]
    found.hold_alive(token, f"{name}: before leaving")
    page.send("/sign-out")
    found.hold_dead(token, f"{name}: signed out on a page")
    Caller(house.address, name, program).call("DELETE", "/tokens/current")
    found.hold_dead(program, f"{name}: signed out of the API")
    kept = other.cookies[SESSION]
    found.hold_alive(kept, f"{name}: signed in elsewhere")
    program = bearer(house, name)
    other.send("/account/sign-out-everywhere")
    for each in (kept, program):
        found.hold_dead(each, f"{name}: signed out everywhere")


def running_out(found: Found, name: str) -> None:
    """Its whole time is over, or the time that it may lie unused, by a second. Using it moves the end of the second
    kind and never that of the first, and what is over is not brought back by asking."""
    house = found.house
    for kind in ("cookie", "bearer"):
        for end in ("expires_at", "idle_at"):
            token = signed_in(house, name).cookies[SESSION] if kind == "cookie" else bearer(house, name)
            term = term_of(house.settings.sign_ins, _row(house, token).user, kind)
            _turn_back(house, token, term.idle - timedelta(minutes=2))
            found.hold_alive(token, f"{name}: before its time is over")
            row = _row(house, token)
            if row.expires_at - row.created_at > term.whole or (row.idle_at or now()) > now() + term.idle:
                found.taken.append(f"{name}: lives longer than it may")
            if (row.idle_at or now()) < now() + term.idle / 2:
                found.dead.append(f"{name}: ends though it was used")
            with house.database.writing() as session:
                over = {end: now() - timedelta(seconds=1)}
                session.execute(update(SignIn).where(SignIn.id == row.id).values(**over))
            for _ in range(2):
                found.hold_dead(token, f"{name}: ran out by {end}")


def _turn_back(house: House, token: str, time: timedelta) -> None:
    """As if it had been signed in so long ago, as long as that is within its whole time, and not used since."""
    row = _row(house, token)
    earlier = min(time, (row.expires_at - row.created_at) / 2)
    with house.database.writing() as session:
        moved = {"created_at": row.created_at - earlier, "expires_at": row.expires_at - earlier}
        idle_at = (row.idle_at or row.expires_at) - time
        session.execute(update(SignIn).where(SignIn.id == row.id).values(**moved, idle_at=idle_at))


def _row(house: House, token: str) -> SignIn:
    """The stored sign-in, with its person."""
    query = select(SignIn).where(SignIn.token_hash == token_hash(token))
    with house.database.reading() as session:
        loaded = query.options(joinedload(SignIn.user).selectinload(User.memberships))
        return session.scalars(loaded).one()


def tampering(stage: Stage, found: Found, name: str) -> None:
    """Every letter changed once, and what is not the token though made of it."""
    for token in (signed_in(found.house, name).cookies[SESSION], bearer(found.house, name)):
        changed = [_with(token, at, stage.random.choice(LETTERS.replace(token[at], ""))) for at in range(len(token))]
        odd = [
            token[:-1], token[1:], token + "A", "A" + token, token * 2, token.swapcase(), token[::-1], "", "null",
            token_hash(token), f"{token}.{token_hash(token)}", f"{token}%00", f"{token}=", "' OR 1=1 --", "{}", "1",
            "A" * 43, "A" * 5000, f"{token},{token}", f"Bearer {token}",
        ]  # fmt: skip
        for wrong in stage.size([*changed[::4], *odd], [*changed, *odd]):
            found.hold_dead(wrong, f"{name}: tampered {wrong[:60]}")
        for scheme in ("Basic", "Token", "", "BearerX"):
            headers = {"Authorization": f"{scheme} {token}"}
            found.tried += 1
            if Caller(found.house.address, None).call("GET", "/me", headers=headers).status == 200:
                found.taken.append(f"{name}: as {scheme}")
        found.hold_alive(token, f"{name}: after tampering with copies")


def passwords(found: Found, name: str) -> None:
    """A new password, by the person and by an administrator's command, ends all other sign-ins and every device."""
    house = found.house
    here, there, program = signed_in(house, name), signed_in(house, name), bearer(house, name)
    here.send("/account/password", {"old": PASSWORD, "new": NEW, "again": NEW})
    found.hold_alive(here.cookies[SESSION], f"{name}: where the password was changed")
    for token in (there.cookies[SESSION], program):
        found.hold_dead(token, f"{name}: after a new password")
    _refuse_sign_in(found, name, PASSWORD)
    _command(house, name, PASSWORD)
    found.hold_dead(here.cookies[SESSION], f"{name}: after a password from the command")
    _refuse_sign_in(found, name, NEW)
    with house.database.reading() as session:
        mine = select(Device.id).join(User, User.id == Device.user_id).where(User.username == name)
        found.taken += [f"{name}: a device is still known" for _ in session.scalars(mine)]


def disabling(found: Found, name: str) -> None:
    """Disabled, and enabled again: what was signed in before stays out."""
    house = found.house
    page, program = signed_in(house, name).cookies[SESSION], bearer(house, name)
    house.command("user", "disable", name)
    for token in (page, program):
        found.hold_dead(token, f"{name}: disabled")
    _refuse_sign_in(found, name, PASSWORD)
    house.command("user", "enable", name)
    for token in (page, program):
        found.hold_dead(token, f"{name}: enabled again")
    found.hold_alive(signed_in(house, name).cookies[SESSION], f"{name}: signed in after all")


def _refuse_sign_in(found: Found, name: str, password: str) -> None:
    found.tried += 2
    if Browser(found.house.address).sign_in(name, password).status == 303:
        found.taken.append(f"{name}: signed in on a page with what is no password of theirs")
    answer = Caller(found.house.address, None).post("/tokens", {"username": name, "password": password})
    if answer.status != 401:
        found.taken.append(f"{name}: {answer.status} for a token with what is no password of theirs")


def _command(house: House, name: str, password: str) -> None:
    subprocess.run(
        [sys.executable, "-P", "-m", "commands", "user", "password", name, "--password-stdin"],
        cwd=ROOT, env={**house.environment, "PYTHONPATH": str(ROOT)}, input=password, text=True, check=True,
        capture_output=True,
    )  # fmt: skip


def _with(token: str, at: int, letter: str) -> str:
    return token[:at] + letter + token[at + 1 :]
