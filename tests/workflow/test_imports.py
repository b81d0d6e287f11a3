"""Who may import whom: read from the code itself, and never grown by accident."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = {"config", "models", "workflow", "queues", "web", "commands", "migrations", "bin", "wsgi", "bench", "tests"} | {
    "stage", "drills", "attacks",
}  # fmt: skip
MAY = {
    "config": set(),
    "models": {"config"},
    "workflow": {"config", "models"},
    "queues": {"config", "models", "workflow"},
    "web": {"config", "models", "workflow", "queues"},
    "commands": {"config", "models", "workflow", "queues"},
    "migrations": {"models"},
    "wsgi": {"config", "models", "workflow", "queues", "web"},
    "gunicorn": {"config", "models", "queues"},
    "stage": {"config", "models", "workflow", "queues"},
    "bench": {"config", "models", "workflow", "queues", "web", "stage"},
    "drills": {"config", "models", "workflow", "queues", "stage"},
    "attacks": {"config", "models", "workflow", "queues", "web", "stage"},
}
OPERATIONS = ("web/health.py", "web/metrics.py", "web/pages/admin/operations.py")
"""Where the web looks at the queues: what operators see of them."""


def parts() -> dict[str, list[Path]]:
    """Our files by the part that they belong to."""
    found = {name: sorted((ROOT / name).rglob("*.py")) for name in MAY if (ROOT / name).is_dir()}
    files = {"wsgi": "wsgi.py", "gunicorn": "gunicorn.conf.py"}
    return found | {name: [ROOT / file] for name, file in files.items()}


def imports(file: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it, but for those that only a type checker looks at."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    typing = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
    unseen = {id(inner) for node in typing for each in node.body for inner in ast.walk(each)}
    for node in ast.walk(tree):
        if id(node) in unseen:
            continue
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are written out"
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names)


def named(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


FILES = [(part, file) for part, files in parts().items() for file in files]


def test_every_part_is_there() -> None:
    assert all(parts().values())
    packages = {each.parent.name for each in ROOT.glob("*/__init__.py")}
    assert packages - {"tests"} <= set(MAY), "a new part needs its line in MAY"


@pytest.mark.parametrize("part", MAY)
def test_it_imports_only_what_it_may(part: str) -> None:
    wrong = [
        f"{named(file)} imports {module}"
        for file in parts()[part]
        for module in imports(file)
        if module.split(".")[0] in OURS - MAY[part] - {part}
    ]
    assert not wrong, "\n".join(wrong)


def test_only_the_operators_view_looks_at_the_queues() -> None:
    web = [file for part, file in FILES if part == "web"]
    lookers = {named(file) for file in web for each in imports(file) if each.startswith("queues")}
    assert all(each.startswith(OPERATIONS) for each in lookers), lookers


def test_flask_lives_in_the_web_alone() -> None:
    for part, file in FILES:
        for module in imports(file):
            of_flask = module.split(".")[0].startswith(("flask", "werkzeug", "jinja2"))
            # A floor is Flask without the product.
            assert part == "web" or named(file).startswith("bench/floors/") or not of_flask, named(file)


def test_the_engine_and_reports_look_one_way() -> None:
    """The engine knows no lifecycle; the rest of the workflow may know both."""
    for file in (ROOT / "workflow" / "engine").glob("*.py"):
        for module in imports(file):
            assert not module.startswith(("workflow.report", "models.tickets", "models.ledger")), named(file)


def pins(lock: str) -> set[str]:
    """The packages that a lock pins, spelled as modules are."""
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    named = (line.split("==")[0] for line in lines if "==" in line and not line.startswith((" ", "#")))
    return {each.strip().lower().replace("-", "_") for each in named}


def test_nothing_reaches_outside_the_project() -> None:
    """The project stands alone: every import is the standard library's, ours or a pinned package's."""
    product, measured = pins("requirements.txt"), pins("requirements-dev.txt")
    spelled = {
        "yaml": "pyyaml", "PIL": "pillow", "argon2": "argon2_cffi", "redis": "redis", "dateutil": "python_dateutil",
        "pi_heif": "pi_heif", "prometheus_client": "prometheus_client", "xlsxwriter": "xlsxwriter",
    }  # fmt: skip
    for part, file in FILES:
        pinned = measured if part in {"bench", "stage", "drills", "attacks"} else product
        # Run with the interpreter of .venv.attack.
        pinned |= pins("requirements-attack.txt") if named(file) == "stage/mutation/make.py" else set()
        for module in imports(file):
            top = module.split(".")[0]
            if top in OURS or top in sys.stdlib_module_names:
                continue
            assert spelled.get(top, top.lower()) in pinned, f"{named(file)} imports {module}, which nothing pins"
