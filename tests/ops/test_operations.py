"""docs/operations.md: the blocks that bin/drill operations runs, and the links."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from config import ROOT
from drills.operations import DOCUMENT, MARKS
from stage.blocks import blocks

TEXT = DOCUMENT.read_text()


def test_every_block_that_runs_is_marked_with_what_is_known_and_is_shell() -> None:
    found = blocks(DOCUMENT)
    assert len(found) == TEXT.count("```sh run")
    for block in found:
        assert block.marks <= MARKS, block
        assert TEXT.splitlines()[block.line - 1].startswith("```sh run")
        done = subprocess.run(["bash", "-n"], input=block.script, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_every_command_of_ours_is_one_that_runs_or_is_in_a_table() -> None:
    """What could be run and is not marked is what needs another machine, a human or a container."""
    unmarked = re.findall(r"^```sh\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    ours = r"docker compose|bin/serve|outbox (show|again)|erase|set-aside|storage"
    assert all(re.search(ours, block) for block in unmarked), unmarked


def test_every_link_leads_somewhere() -> None:
    titles = re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
    for name, anchor in re.findall(r"\]\(([^)#:]*)(?:#([\w-]+))?\)", TEXT):
        assert not name or (DOCUMENT.parent / name).exists(), name
        assert not anchor or name or anchor in anchors, anchor


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here: apt install systemd")
def test_the_unit_is_one(tmp_path: Path) -> None:
    (unit,) = re.findall(r"^```ini\n(\[Unit\].*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    file = tmp_path / "whistle.service"
    file.write_text(unit.replace("/opt/whistle", str(ROOT)))
    done = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
