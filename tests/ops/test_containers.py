"""Dockerfile, compose.yaml and .env.example agree with the code and with each other."""

import importlib.util
import re
from typing import Any

import compose_spec
import pytest
import yaml

from config import ROOT

ENVIRONMENT = re.compile(r'"([A-Z][A-Z_]+)"')
COMPOSE = (ROOT / "compose.yaml").read_text()
OURS = ("migrate", "web", "worker", "relay")
OURS_ONLY_IN_COMPOSE = {"POSTGRES_PASSWORD", "PUBLISH"}
READ_BY_BOTO3 = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return yaml.safe_load(COMPOSE)["services"]


def filled(text: str) -> str:
    """The file as compose reads it: with defaults where there are some, and a word where one must be given."""
    return re.sub(r"\$\{[A-Z_]+(?::-([^}]*)|:\?[^}]*)\}", lambda found: found.group(1) or "given", text)


def settings_in_code() -> set[str]:
    return {name for file in (ROOT / "config").glob("[a-z]*.py") for name in ENVIRONMENT.findall(file.read_text())}


def settings_in_example() -> set[str]:
    return set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def test_the_compose_file_is_what_the_specification_allows(services: dict[str, Any]):
    merged = compose_spec.PyOptions()
    merged.apply_merge = True
    project = merged.from_yaml(filled(COMPOSE))
    project.validate()
    assert set(project.service_names()) == set(services) == {*OURS, "postgres", "redis"}


def test_every_service_it_waits_for_exists_and_says_when_it_is_ready(services: dict[str, Any]):
    for service in services.values():
        for name, wait in service.get("depends_on", {}).items():
            assert name in services
            if wait["condition"] == "service_healthy":
                assert "test" in services[name]["healthcheck"]


def test_every_module_that_it_runs_exists(services: dict[str, Any]):
    for name in OURS:
        command = services[name].get("command", ["gunicorn"])
        if command[0] == "python":
            assert command[1] == "-m"
            assert importlib.util.find_spec(command[2]), command


def test_one_image_serves_all_parts_without_root_or_secrets(services: dict[str, Any]):
    for name in OURS:
        assert services[name]["image"] == "whistle:latest"
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["read_only"] is True
    text = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER (?!root|0)", text, re.MULTILINE)
    assert "--require-hashes" in text
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".env", "var/", ".git/", ".venv/"} <= set(ignored)


def test_no_secret_has_a_default():
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "BASE_URL", "TRUSTED_HOSTS"):
        uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", COMPOSE)
        assert uses
        assert all(use.startswith(":?") for use in uses)


def test_every_setting_is_documented_and_none_is_invented():
    assert settings_in_example() == settings_in_code() | OURS_ONLY_IN_COMPOSE | READ_BY_BOTO3


def test_compose_hands_over_only_settings_that_exist(services: dict[str, Any]):
    for name in OURS:
        assert set(services[name]["environment"]) <= settings_in_code() | READ_BY_BOTO3
    asked = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))
    assert asked <= settings_in_example()


def test_the_health_check_is_a_module_of_ours():
    found = re.search(r'HEALTHCHECK .*"-m", "([\w.]+)"', (ROOT / "Dockerfile").read_text())
    assert found
    assert importlib.util.find_spec(found.group(1))


def test_the_tests_run_on_the_products_own_pins():
    pinned = {
        name: set(re.findall(r"^([A-Za-z0-9_.-]+==\S+)", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements.txt", "requirements-dev.txt")
    }
    assert pinned["requirements.txt"]
    assert pinned["requirements.txt"] <= pinned["requirements-dev.txt"]
