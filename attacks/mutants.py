"""Small mistakes in the ledger, in access and in the outbox, one at a time as mutmut makes them: the tests notice.

What a mutant is comes from mutmut 3; how it is tried does not (`stage.mutation.trial`): mutmut knows only what the
process of a test calls, and half of the outbox runs in workers and relays that a test starts.

Each group is what a promise rests on, with the tests that are written for it. The ledger is what posts points, what
decides how many, and what keeps them from being changed; access is what says who somebody is, what grants a sight or a
move, and what that is made of; the outbox is a row's way from being asked for to being done, dead or sent again, how
it is written and held, and what it sends. The tests run on SQLite: those for PostgreSQL are left out, and what only
matters there survives.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from config import ROOT
from queues.parts import dies_with
from stage.stage import Stage
from stage.tools import tool

DATABASES = ("sqlite",)
KILLED_PERCENT = 85
KILLED = ("killed", "stuck")
SAMPLE = 30
PROCESSES = 2
NICE = 15
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.yaml")
UNNEEDED = (".git", ".venv*", "var", "docs", "__pycache__", ".hypothesis", ".*_cache")

Mutant = dict[str, Any]


def _files(name: str) -> list[str]:
    """Of a module, whether it is a file or a folder of files."""
    folder = ROOT / name
    return sorted(str(each.relative_to(ROOT)) for each in folder.glob("*.py")) if folder.is_dir() else [f"{name}.py"]


RUNS = tuple(f"queues/test_{each}.py" for each in ("counting", "busy", "errands"))
MAIL = tuple(f"queues/test_{each}.py" for each in ("mail", "mail_refused"))
SIGN_IN = ("workflow/test_identity.py", "web/test_sign_in.py", "web/test_signed_in.py", "web/test_tokens.py")
CITY = ("workflow/test_known.py", "workflow/test_routing.py")
POINTS = tuple(f"workflow/points/test_{each}.py" for each in ("awards", "caps", "statement", "whom"))
GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    "ledger": {
        "workflow/ledger.py": ("workflow/test_ledger.py",),
        "workflow/points/awards.py": POINTS,
        "workflow/points/caps.py": POINTS,
        "workflow/points/rules.py": POINTS,
        "workflow/points/statement.py": POINTS,
        "models/ledger.py": ("workflow/test_ledger.py",),
        "models/append_only.py": ("workflow/test_append_only.py",),
        "models/upsert.py": ("models/test_upsert.py",),
    },
    "access": {
        "workflow/access.py": ("workflow/test_access.py", "workflow/test_governance.py"),
        "workflow/engine/permission.py": ("workflow/test_engine.py", "workflow/test_governance.py"),
        "workflow/report/relations.py": ("workflow/test_relations.py", "workflow/test_merging.py"),
        "models/units.py": ("workflow/test_access.py",),
        "models/people.py": ("workflow/test_access.py",),
        "web/action.py": ("web/test_app.py",),
        **dict.fromkeys(_files("workflow/identity"), SIGN_IN),
        "workflow/directory.py": CITY,
    },
    "outbox": {
        "models/outbox.py": ("queues/test_relay.py",),
        "queues/relay.py": ("queues/test_relay.py",),
        "queues/run.py": (*RUNS, "queues/test_jobs.py"),
        "queues/periodic.py": ("queues/test_jobs.py",),
        "queues/dead_letters.py": ("queues/test_dead_letters.py",),
        "queues/blame.py": ("queues/test_blame.py",),
        "queues/limits.py": ("queues/test_limits.py", *RUNS),
        "queues/jobs/__init__.py": ("queues/test_jobs.py", *RUNS),
        "queues/holding.py": ("queues/test_errands.py",),
        "queues/jobs/channels.py": MAIL,
        "queues/smtp.py": MAIL,
        "workflow/alone.py": ("workflow/test_ledger.py", "queues/test_report_jobs.py", "demo/test_past.py"),
        "models/loaded.py": ("models/test_loaded.py", "queues/test_relay.py", "workflow/test_identity.py"),
    },
}


def run(stage: Stage) -> None:
    made = _make([file for group in GROUPS.values() for file in group])
    equivalent = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8"))
    tried: dict[str, list[Mutant]] = {}
    for group, files in GROUPS.items():
        own = [each for each in made if each["file"] in files]
        tried[group] = stage.size(stage.random.sample(own, min(SAMPLE, len(own))), own)
    # In memory where there is room: a copied database a test is what tests wait for.
    memory = Path("/dev/shm")  # noqa: S108
    there = memory if os.access(memory, os.W_OK) else stage.folder
    with tempfile.TemporaryDirectory(dir=there) as folder, ThreadPoolExecutor(PROCESSES) as processes:
        results = list(processes.map(lambda group: _try(Path(folder) / group, GROUPS[group], tried[group]), GROUPS))
    for group, found in zip(GROUPS, results, strict=True):
        _report(stage, group, sum(each["file"] in GROUPS[group] for each in made), found, equivalent)
    stale = [each for each in equivalent if not any(_is(each, mutant) for mutant in made)]
    stage.figure("listed as equivalent and made no more", len(stale), exactly=0)
    for each in stale:
        stage.say(f"{each['file']} {each['function']}: {each['now']}")


def _make(files: list[str]) -> list[Mutant]:
    """Every mutant of these files, numbered."""
    command = [str(tool("python")), "-m", "stage.mutation.make", *files]
    found: list[Mutant] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return [each | {"number": number} for number, each in enumerate(found)]


def _try(folder: Path, files: dict[str, tuple[str, ...]], mutants: list[Mutant]) -> list[Mutant]:
    """The mutants with `how` they ended, tried in a copy of the house."""
    tests = {file: [f"tests/{each}" for each in fit] for file, fit in files.items()}
    shutil.copytree(ROOT, folder / "house", ignore=shutil.ignore_patterns(*UNNEEDED))
    task = folder / "task.json"
    task.write_text(json.dumps({"mutants": mutants, "tests": tests, "folder": str(folder)}), encoding="utf-8")
    away = ("TEST_POSTGRES_URL", "CI")
    environment = {name: value for name, value in os.environ.items() if name not in away}
    environment |= {"MUTATION_TASK": str(task), "PYTHONUTF8": "1"}
    wanted = sorted({each for fit in tests.values() for each in fit})
    command = ["nice", f"-n{NICE}", sys.executable, "-m", "pytest", "-p", "stage.mutation.trial", *wanted]
    results, said = folder / "results.jsonl", folder / "said"
    with said.open("w") as out:
        subprocess.run(
            command, cwd=folder / "house", env=environment, preexec_fn=dies_with(os.getpid()), check=False,
            stdout=out, stderr=out,
        )  # fmt: skip
    ended = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    if len(ended) != len(mutants):
        raise RuntimeError(f"{len(ended)} of {len(mutants)} mutants were tried:\n{said.read_text()[-2000:]}")
    return [mutant | result for mutant, result in zip(mutants, ended, strict=True)]


def _report(stage: Stage, group: str, made: int, found: list[Mutant], equivalent: list[Any]) -> None:
    """Equivalent mutants are shown, and not taken for killed."""
    survived = [each for each in found if each["how"] not in KILLED]
    known = [each for each in survived if any(_is(entry, each) for entry in equivalent)]
    stage.figure(f"{group}: mutants, of {made} that mutmut makes", len(found))
    for file in GROUPS[group]:
        own = [each for each in found if each["file"] == file]
        if own:
            stage.figure(f"   {file}, of {len(own)}", _killed_percent(own), "%")
    stage.figure(f"{group}: killed", _killed_percent(found), "%", least=KILLED_PERCENT)
    stage.figure(f"{group}: of these because they never ended", sum(each["how"] == "stuck" for each in found))
    stage.figure(f"{group}: survived", len(survived))
    stage.figure(f"{group}: of these equivalent, for the reasons listed", len(known))
    for each in survived:
        if each not in known:
            stage.say(f"{each['file']} {each['function']}: {each['was']}")
            stage.say(f"{'':>{len(each['file']) + len(each['function']) - 2}} now: {each['now']}")


def _killed_percent(mutants: list[Mutant]) -> float:
    killed = [each for each in mutants if each["how"] in KILLED]
    return 100 * len(killed) / len(mutants)


def _is(entry: Any, mutant: Mutant) -> bool:
    """Whether an entry means this mutant: its `now` is what the mutant brought into the line."""
    here = (entry["file"], entry["function"]) == (mutant["file"], mutant["function"])
    return here and any(each in mutant["now"] and each not in mutant["was"] for each in entry["now"])
