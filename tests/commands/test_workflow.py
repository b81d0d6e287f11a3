"""`whistle workflow`: a definition is checked by line, and drawn as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import workflow as command
from tests.commands.conftest import Run
from tests.conftest import ROOT
from workflow.bootstrap import DEFINITIONS
from workflow.drawing import diagram, document
from workflow.engine import Lifecycle, parse

REPORT = DEFINITIONS / "report.yaml"


@pytest.fixture
def lifecycle() -> Lifecycle:
    return parse(REPORT.read_text(encoding="utf-8"), "report.yaml")[0]


def test_a_right_definition_is_ok(bare: Run) -> None:
    assert bare("workflow", "check", str(REPORT)).stdout.startswith("ok: report has 12 states")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title: {zh: 待受理, en: Submitted}", "title: {zh: 待受理}", "title.en: is missing"),
        ("effects: [ask_for_routing]", "effects: [ask_for_rain]", "unknown effect ask_for_rain"),
        ("kind: report", "kind: weather", "there is no lifecycle weather"),
        ("    who: [reporter]", "    who: []", "who"),
        ("states:", "states: [", "expected"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_line(bare: Run, tmp_path: Path, old: str, new: str, said: str) -> None:
    text = REPORT.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "mine.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    problem = bare("workflow", "check", str(file), status=1).stderr
    assert f"{file}:" in problem
    assert said in problem
    assert abs(int(problem.split(f"{file}:")[1].split(":")[0]) - line) <= 6


def test_a_file_that_cannot_be_read_is_a_sentence(bare: Run, tmp_path: Path) -> None:
    assert "There is no file" in bare("workflow", "check", str(tmp_path / "none.yaml"), status=2).stderr
    file = tmp_path / "gbk.yaml"
    file.write_bytes("kind: 报告".encode("gb18030"))
    assert "gbk.yaml:1: is not UTF-8" in bare("workflow", "check", str(file), status=1).stderr
    file.write_bytes(b"")
    assert ":1:" in bare("workflow", "check", str(file), status=1).stderr


def test_every_state_and_every_way_is_drawn(lifecycle: Lifecycle) -> None:
    for locale in ("zh", "en"):
        drawn = diagram(lifecycle, locale).splitlines()
        for name, state in lifecycle.states.items():
            assert f'    state "{getattr(state.title, locale)}" as {name}' in drawn
        for transition in lifecycle.transitions.values():
            for start, end in transition.targets.items():
                arrow = f"    {'[*]' if start == 'new' else start} --> {end}: "
                titles = next((line.removeprefix(arrow) for line in drawn if line.startswith(arrow)), "")
                assert (getattr(transition.title, locale) in titles) == (start != end)


def test_the_page_in_the_documents_is_the_definition_as_it_is(lifecycle: Lifecycle) -> None:
    """Else run `bin/whistle workflow draw report --write`."""
    assert (ROOT / "docs" / "workflow-report.md").read_text(encoding="utf-8") == document(lifecycle)


def test_the_table_says_who_may_do_what(lifecycle: Lifecycle) -> None:
    page = document(lifecycle)
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| ")]
    english = {row[0].split("`")[1]: row for row in rows if "`" in row[0] and row[0].isascii()}
    assert set(english) == set(lifecycle.transitions)
    assert english["suspend"][2] == "supervisor above it"
    assert "What was done `note`*" in english["resolve"][3]
    assert "After photos `photos`(*)" in english["resolve"][3]
    assert english["comment"][1] == "any state → (stays)"


def test_it_draws_in_the_language_asked_for(bare: Run, lifecycle: Lifecycle) -> None:
    assert bare("workflow", "draw", "report").stdout == diagram(lifecycle, "en")
    assert bare("workflow", "draw", "report", "--lang", "zh").stdout == diagram(lifecycle, "zh")
    assert "There is no lifecycle rain" in bare("workflow", "draw", "rain", status=1).stderr


def test_it_writes_the_page(bare: Run, lifecycle: Lifecycle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "DOCUMENTS", tmp_path / "docs")
    bare("workflow", "draw", "report", "--write")
    assert (tmp_path / "docs" / "workflow-report.md").read_text(encoding="utf-8") == document(lifecycle)
