"""docs/alerts.yaml: every metric in it is told, every alert is explained, and promtool, where it is, agrees."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from config import ROOT, Settings
from models import migrations
from models.database import database
from web.app import create_app

RULES = ROOT / "docs" / "alerts.yaml"
CASES = Path(__file__).with_name("alerts.yaml")
ALERTS: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]
]
PROMTOOL = shutil.which("promtool")
SPOKEN = re.compile(r"^\| `(Whistle\w+)`", re.MULTILINE)
SUFFIXES = ("_bucket", "_sum", "_count", "_total")


@pytest.fixture(scope="module")
def scrape(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a prepared house says that has answered somebody."""
    folder = tmp_path_factory.mktemp("metrics")
    url = f"sqlite:///{folder}/whistle.db"
    database.connect(url)
    migrations.migrate(database)
    client = create_app(Settings.load({"DATA_DIR": str(folder), "DATABASE_URL": url})).test_client()
    client.get("/healthz")
    return client.get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}).text


def test_every_metric_of_an_alert_is_told(scrape: str) -> None:
    told = {sample.name for family in text_string_to_metric_families(scrape) for sample in family.samples}
    told |= {family.name for family in text_string_to_metric_families(scrape)}
    asked = {name for alert in ALERTS for name in re.findall(r"whistle_\w+", alert["expr"])}
    assert asked
    assert asked <= told


def test_names_keep_to_the_conventions(scrape: str) -> None:
    """https://prometheus.io/docs/practices/naming/: help and type for each, base units, `_total` for counters alone."""
    for family in text_string_to_metric_families(scrape):
        assert family.name.startswith("whistle_"), family.name
        assert family.documentation, family.name
        assert family.type in ("counter", "gauge", "histogram"), family.name
        assert not re.search(r"(milliseconds|_ms|_minutes|_hours|_kb|_mb|_total)$", family.name), family.name
        for sample in family.samples:
            assert sample.name.endswith("_total") == (family.type == "counter") or sample.name.endswith("_created")


def test_every_alert_is_explained_and_none_is_invented() -> None:
    names = [alert["alert"] for alert in ALERTS]
    assert len(set(names)) == len(names)
    assert set(SPOKEN.findall((ROOT / "docs" / "operations.md").read_text())) == set(names)


def test_every_alert_says_how_bad_it_is_and_what() -> None:
    for alert in ALERTS:
        assert alert["labels"]["severity"] in ("page", "ticket"), alert
        assert alert["annotations"]["summary"], alert


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not here: apt install prometheus")
@pytest.mark.parametrize("words", [("check", "rules", RULES), ("test", "rules", CASES)])
def test_promtool_agrees(words: tuple[str | Path, ...]) -> None:
    assert PROMTOOL
    done = subprocess.run([PROMTOOL, *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not here: apt install prometheus")
def test_promtool_finds_no_fault_with_the_names(scrape: str) -> None:
    assert PROMTOOL
    done = subprocess.run([PROMTOOL, "check", "metrics"], input=scrape, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_a_case_in_which_it_comes_and_a_house_that_is_well_has_none() -> None:
    cases = [case for test in yaml.safe_load(CASES.read_text())["tests"] for case in test["alert_rule_test"]]
    fired = {case["alertname"] for case in cases if case.get("exp_alerts")}
    quiet = {case["alertname"] for case in cases if not case.get("exp_alerts")}
    assert fired == quiet == {alert["alert"] for alert in ALERTS}
