"""schemathesis asks the running server all that the document allows and forbids, as everybody: no 5xx, no breach."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stage.callers import Callers
from stage.house import INHERITED, House
from stage.stage import Stage
from stage.traffic import live_in

PEOPLE = ("rider1", "officer.enforcement", None, "clerk.loufeng", "head.enforcement", "supervisor", "gate1", "admin")
PHASES = ("examples", "coverage", "fuzzing", "stateful")
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "missing_required_header", "unsupported_method",
    "allow_header_conformance", "ignored_auth",
)  # fmt: skip
CONFIGURATION = """
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 413, 414, 415, 422, 429, 431]

[[operations]]
include-path = "/readyz"

[operations.checks.not_a_server_error]
expected-statuses = ["2xx", "4xx", 503]
"""
"""What is too long to be read is refused as well; an error of the server is no refusal, and "not ready" an answer."""
LEAVING = "/api/v1/tokens/current"
"""Would sign the asking person out of all that follows: asked in a run of its own."""
LEAVER = "rider2"
REPORT = "schemathesis.json"
CLEAN = (0, 1)
"""How the tool ends where it came to its end, with or without findings."""
ROUNDS = 5
"""At most, until there were enough cases; each has all phases as everybody, with a chance of its own."""
PATIENCE_SECONDS = 1000


@dataclass
class Found:
    """By person: cases whose answer was checked, and of how many operations none was ever asked. What broke the
    document, and what kept the tool from looking: an answer that never came, or an end before its end."""

    cases: Counter[str] = field(default_factory=Counter)
    unasked: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


def run(stage: Stage) -> None:
    found, least = Found(), stage.size(1000, 20_000)
    people = stage.size(PEOPLE[:3], PEOPLE)
    (stage.folder / "schemathesis.toml").write_text(CONFIGURATION)
    with House(stage.new_folder("house"), stage.new_database()) as house:
        live_in(house, seed=stage.seed, acts=11, threads=1)
        callers = Callers(house)
        tokens = {name: callers[name].token for name in (*people, LEAVER)}
        for number in range(ROUNDS):
            for name in people:
                _round(found, house, stage, name, tokens[name], number, ("--exclude-path", LEAVING))
            if found.cases.total() >= least:
                break
        _round(found, house, stage, LEAVER, tokens[LEAVER], 0, ("--include-path", LEAVING))
        broken = house.log.read_text(errors="replace").count('"event": "broken"')
    stage.figure("cases whose answer was checked", found.cases.total(), least=least)
    stage.figure("people who asked", len(found.cases), exactly=len(people) + 1)
    stage.figure("operations that somebody never asked", sum(found.unasked.values()), exactly=0)
    stage.figure("cases without an answer, and runs that broke off", len(found.errors), exactly=0)
    stage.figure("breaches of the document", len(found.failures), exactly=0)
    stage.figure("requests that the house calls broken", broken, exactly=0)
    stage.say(f"by person: {dict(found.cases)}")
    for line in (*found.errors[:12], *found.failures[:12], *found.said[:3]):
        stage.say(line)


def _round(
    found: Found, house: House, stage: Stage, name: str | None, token: str | None, number: int, words: tuple[str, ...]
) -> None:
    """All phases as one person, anew with each number."""
    signed_in = ("--header", f"Authorization: Bearer {token}") if token else ()
    seconds = 5 if name == LEAVER else stage.size(30, 100)
    report, said = ask(house, stage, stage.seed + number, stage.size(2, 60), seconds, (*words, *signed_in))
    who = name or "nobody"
    if report is None or not report["complete"] or report["exit_code"] not in CLEAN:
        found.errors.append(f"{who}: the tool broke off: {said[-600:]}")
    if report is None or report["operations"] is None:
        return
    cases, operations = report["test_cases"], report["operations"]
    found.cases[who] += cases["generated"] - cases["errored"] - cases["without_checks"]
    unasked = operations["selected"] - operations["tested"]
    found.unasked[who] = min(unasked, found.unasked.get(who, unasked))
    found.errors += [f"{who}: {each['count']} x {each['title']}" for each in report["errors"]]
    found.errors += [f"{who}: {cases['errored']} cases without an answer"] if cases["errored"] else []
    found.failures += [f"{who}: {each['count']} x {each['title']}: {each['operations']}" for each in report["failures"]]
    found.said += [said[-1500:]] if report["errors"] or report["failures"] else []


def ask(
    house: House, stage: Stage, seed: int, examples: int, seconds: int, words: tuple[str, ...]
) -> tuple[dict[str, Any] | None, str]:
    """The tool's report, None where it wrote none, and what it says at its end."""
    written = stage.folder / REPORT
    written.unlink(missing_ok=True)
    program = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run(
        [
            str(program), "--config-file", "schemathesis.toml", "run", f"{house.address}/api/v1/openapi.json",
            "--phases", ",".join(PHASES), "--mode", "all", "--checks", ",".join(CHECKS),
            "--max-examples", str(examples), "--seed", str(seed), "--max-time", str(seconds),
            "--continue-on-failure", "--suppress-health-check", "all", "--warnings", "off",
            "--generation-database", "none", "--no-color", "--workers", "2",
            "--report", "json", "--report-json-path", REPORT, *words,
        ],
        cwd=stage.folder, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False,
        env={name: text for name, text in house.environment.items() if name in INHERITED} | {"COLUMNS": "200"},
    )  # fmt: skip
    return (json.loads(written.read_text()) if written.exists() else None), done.stdout + done.stderr
