"""wapiti let loose on the pages, signed in as each kind of person: nothing medium or above that is not explained."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from stage.browser import SESSION, Browser
from stage.house import House
from stage.stage import Stage
from stage.tools import read_report, tool
from stage.traffic import live_in

PEOPLE = {
    "rider1": "/report", "clerk.loufeng": "/desk/tickets", "officer.enforcement": "/desk/tickets", "admin": "/admin",
}  # fmt: skip
MODULES = (
    "cookieflags,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,shellshock,sql,upload,xss"
)
MORE = ",backup,crlf,timesql,xxe"
"""Left out are those that ask other machines (ssrf, log4shell, takeover, nikto, wapp) and TLS, which is the proxy's."""
LEAVES = ("/sign-out", "/account/sign-out-everywhere", "/account/password", "/sign-in")
"""What would end the sign-in, and is tried by other attacks."""
GRAVE = 2
AT_ONCE = 2
"""More, on two cores, are in the way of each other and of the house."""
EXPLAINED: Mapping[tuple[str, str], str] = {
    ("Cross Site Request Forgery", "/language"): "nobody need be signed in: where nobody is, its mark is blank and the "
    "Origin alone decides, which wapiti was given (tests/web/test_form_marks.py tries foreign ones)",
    ("Cross Site Request Forgery", "/theme"): "the same",
}
"""What is found, by kind and path, and is right all the same."""
MEMORY = Path("/dev/shm")  # noqa: S108  a folder of its own below it
"""Where its own notes lie: on a slow disk it locks itself out of them."""
OPENED = rb'"route": "%s", "status": 200'
TRACE = re.compile(rb"Traceback|\"event\": \"broken\"")


def run(stage: Stage) -> None:
    seconds = stage.size(20, 600)
    with House(stage.new_folder("house"), stage.new_database()) as house:
        live_in(house, seed=stage.seed, acts=21, threads=2)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found_as = pool.map(lambda name: _attack(stage, house, name, seconds), PEOPLE)
            reports = dict(zip(PEOPLE, found_as, strict=True))
        log = house.log.read_bytes()
    found = [(name, each) for name, report in reports.items() for each in _findings(report)]
    grave = [(name, each) for name, each in found if each.level >= GRAVE]
    new = [(name, each) for name, each in grave if (each.kind, each.path) not in EXPLAINED]
    for name, report in reports.items():
        stage.figure(f"pages and forms found as {name}", int(report["infos"]["crawled_pages_nbr"]), least=5)
    opened = {path for path in PEOPLE.values() if re.search(OPENED % path.encode(), log)}
    stage.figure("first pages opened, signed in", len(opened), exactly=len({*PEOPLE.values()}))
    stage.figure("requests", log.count(b'"event": "request"'), least=stage.size(500, 10_000))
    stage.figure("findings", len(found))
    stage.figure("medium or above, and explained", len(grave) - len(new))
    stage.figure("medium or above, and not explained", len(new), exactly=0)
    stage.figure("errors of ours in the log", len(TRACE.findall(log)), exactly=0)
    for name, each in new[:10]:
        stage.say(f"{name}: {each}")


def _attack(stage: Stage, house: House, name: str, seconds: int) -> dict[str, Any]:
    """The report of what was found with this person's sign-in."""
    browser = Browser(house.address)
    if browser.sign_in(name).status != 303:
        raise RuntimeError(f"{name} cannot sign in")
    folder = stage.folder / name
    folder.mkdir()
    memory = Path(stage.held.enter_context(TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else folder)))
    words: list[str | Path] = [
        tool("wapiti"), "-u", house.address + "/", "-s", house.address + PEOPLE[name], "--scope", "domain",
        "-C", f"{SESSION}={browser.cookies[SESSION]}", "-H", f"Origin: {house.address}",
        "-m", MODULES + (MORE if stage.long else ""), "--max-scan-time", str(seconds),
        "--max-attack-time", str(max(2, seconds // 10)), "--tasks", "4", "--max-parameters", "30",
        "--max-files-per-dir", "20", "-S", "normal", "--no-bugreport", "-v", "0", "-f", "json",
        "-o", folder / "report.json", "--store-session", memory / "session", "--store-config", memory / "config",
        "-t", "10",
    ]  # fmt: skip
    for path in LEAVES:
        words += ["-x", house.address + path]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300 + seconds * 20)
    report: dict[str, Any] = read_report(folder / "report.json", done.stdout + done.stderr)
    return report


class Finding(NamedTuple):
    """`level`: 1 low to 4 critical."""

    kind: str
    level: int
    method: str
    path: str
    info: str
    parameter: str


def _findings(report: dict[str, Any]) -> list[Finding]:
    """Its vulnerabilities, and what it found odd."""
    return [
        Finding(kind, int(each["level"]), each["method"], each["path"], each["info"], each["parameter"])
        for part in ("vulnerabilities", "anomalies")
        for kind, found in report[part].items()
        for each in found
    ]
