"""docs/security.md names what holds each promise: all of it exists, and no requirement is left out."""

from __future__ import annotations

import re

import pytest

from config import ROOT

DOCUMENT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir()}
LEVEL_1 = """
    1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 3.4.1 3.4.2 3.5.1 3.5.2
    3.5.3 4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1
    6.4.2 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 8.1.1 8.2.1 8.2.2 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.1 10.4.2 10.4.3
    10.4.4 10.4.5 11.3.1 11.3.2 11.4.1 12.1.1 12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1
"""
LEVEL_2 = """
    6.1.2 6.1.3 6.2.9 6.2.10 6.2.11 6.2.12 6.3.3 6.3.4 6.4.3 6.4.4 6.5.1 6.5.2 6.5.3 6.5.4 6.5.5 6.6.1 6.6.2 6.6.3 6.8.1
    6.8.2 6.8.3 6.8.4 7.1.1 7.1.2 7.1.3 7.3.1 7.3.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2 8.1.2 8.2.3 8.4.1
"""
"""OWASP ASVS 5.0.0: level 1 of all, level 2 of V6, V7 and V8."""


def named() -> list[str]:
    """Everything in backticks that is a path of ours."""
    quoted = set(re.findall(r"`([^`\s/][^`\s]*)`", DOCUMENT))
    return sorted(each for each in quoted if each.partition("/")[0] in FOLDERS or each.endswith((".py", ".txt")))


def answered() -> dict[str, str]:
    """Each requirement's row: held, n/a or open."""
    found: dict[str, str] = {}
    for row in re.findall(r"^\| (\d[\d., –]*) \|(?: \d \|)? (\S+) \|", DOCUMENT, re.MULTILINE):
        for part in row[0].split(", "):
            first, _, last = part.partition(" – ")
            stem, _, number = first.rpartition(".")
            end = int((last or first).rpartition(".")[2])
            found |= {f"{stem}.{each}": row[1] for each in range(int(number), end + 1)}
    return found


@pytest.mark.parametrize("path", named())
def test_what_is_named_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_every_requirement_has_its_answer() -> None:
    assert len(LEVEL_1.split()) == 70
    assert answered().keys() == {*LEVEL_1.split(), *LEVEL_2.split()}
    assert set(answered().values()) == {"held", "n/a", "open"}


def test_what_is_held_says_by_what() -> None:
    rows = [line for line in DOCUMENT.splitlines() if re.match(r"\| \d+\.\d+\.\d+ ", line) and "| held |" in line]
    assert len(rows) > 60
    silent = [row for row in rows if "`" not in row and "above" not in row and "the same" not in row]
    assert silent == ["| 6.4.2 | 1 | held | there are none |"]
