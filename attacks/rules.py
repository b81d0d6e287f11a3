"""The product's code read by bandit and by rules of our own: nothing medium or above that is not explained here."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from config import ROOT
from stage.stage import Stage
from stage.tools import read_report, tool

DATABASES = ("sqlite",)
PRODUCT = (
    "models", "workflow", "queues", "web", "commands", "config", "migrations", "wsgi.py", "gunicorn.conf.py",
    "bin/make_venv.py",
)  # fmt: skip
EXPLAINED = {
    ("wsgi.py", "B108"): "a folder of our own is made in the shared memory, which nobody else may open",
    ("config/values.py", "B104"): "0.0.0.0 is compared with, to say where a server that listens everywhere is reached",
    ("queues/probe.py", "B104"): "the same: it is asked at 127.0.0.1",
    ("queues/demo/studio.py", "B301"): "the demo's own drawing, written a moment before into a folder of its own",
    ("web/pages/filters.py", "B704"): "every part of the element is escaped in the line itself or above it",
    ("web/pages/supervisor/numbers.py", "B704"): "the address is escaped, the rest is a number",
    ("migrations/versions/0002_the_pages.py", "B608"): "the names of columns and states that stand two lines above",
    ("workflow/alone.py", "B608"): "the names of our own tables, of which none comes from outside",
    ("workflow/figures/waiting.py", "B113"): "`requests` is a dictionary of our own there, and no HTTP is asked",
}
"""What bandit reports, by file and test, and why it is right all the same. One that is gone must go from here too."""
GRAVE = ("MEDIUM", "HIGH")
OURS = ("tests/workflow/test_imports.py", *sorted(map(str, ROOT.glob("tests/*/*_rules.py"))))


def run(stage: Stage) -> None:
    found = _bandit(stage)
    grave = {(each["filename"].removeprefix("./"), each["test_id"]): each for each in found if _is_grave(each)}
    stage.figure("findings of bandit", len(found))
    stage.figure("of them medium or above, explained", len(grave.keys() & EXPLAINED.keys()))
    new, gone = grave.keys() - EXPLAINED.keys(), EXPLAINED.keys() - grave.keys()
    stage.figure("medium or above, and not explained", len(new), exactly=0)
    stage.figure("explained, and no longer found", len(gone), exactly=0)
    for file, test in sorted(new):
        stage.say(f"{file}:{grave[file, test]['line_number']} {test} {grave[file, test]['issue_text']}")
    for file, test in sorted(gone):
        stage.say(f"{file} has no {test} any more")
    held = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *OURS], cwd=ROOT, capture_output=True, text=True, check=False
    )
    stage.figure("files of rules of our own", len(OURS), least=1)
    stage.figure("of them broken", int(held.returncode != 0), exactly=0)
    if held.returncode:
        stage.say(held.stdout[-2000:])


def _bandit(stage: Stage) -> list[dict[str, Any]]:
    report = stage.folder / "bandit.json"
    done = subprocess.run(
        [tool("bandit"), "-r", *PRODUCT, "-f", "json", "-o", report],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = read_report(report, done.stdout + done.stderr)
    stage.figure("lines read", said["metrics"]["_totals"]["loc"], least=10_000)
    stage.figure("files that could not be read", len(said["errors"]), exactly=0)
    results: list[dict[str, Any]] = said["results"]
    return results


def _is_grave(finding: dict[str, Any]) -> bool:
    return finding["issue_severity"] in GRAVE
