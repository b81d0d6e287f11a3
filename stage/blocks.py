"""The shell blocks of a document that are marked as ones that run: ```sh run WORDS."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^```sh run *(.*)\n((?:.*\n)*?)```$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """`marks`: where and on what it runs; `line` of the document, counted from one."""

    marks: frozenset[str]
    script: str
    line: int


def blocks(document: Path) -> list[Block]:
    """In the order of the document."""
    text = document.read_text(encoding="utf-8")
    return [
        Block(frozenset(found[1].split()), found[2], text.count("\n", 0, found.start()) + 1)
        for found in BLOCK.finditer(text)
    ]
