"""Programmes that attack from outside, in a venv of their own: neither the product nor its tests carry them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from config import ROOT

VENV, LOCK = ROOT / ".venv.attack", ROOT / "requirements-attack.txt"


class NoReport(RuntimeError):
    """A tool ended without saying what it found."""


def tool(name: str) -> Path:
    """The programme `name` of requirements-attack.txt, installed with its hashes checked where it is not yet: about a
    minute, once."""
    subprocess.run([sys.executable, ROOT / "bin" / "make_venv.py", VENV, LOCK], check=True)
    return VENV / "bin" / name


def read_report(file: Path, said: str) -> Any:
    """What a tool wrote as JSON. Raises NoReport with the end of what it `said` otherwise."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NoReport(said[-2000:]) from error
