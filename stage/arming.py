"""Changes what a house's processes do without a switch in the product: Python's own `sitecustomize` calls a module's
`arm` in each of them before its program begins."""

from __future__ import annotations

import os
from pathlib import Path

from config import ROOT

PROGRAMS = ("queues.worker", "queues.relay")
SITE = """
import sys
if {programs!r} & set(sys.orig_argv):
    import {module}
    {module}.arm()
"""


def arming(folder: Path, module: str, *programs: str) -> dict[str, str]:
    """The environment in which each of these programs (workers and relays unless said) calls `module.arm()` first."""
    site = folder / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(SITE.format(programs=set(programs or PROGRAMS), module=module))
    return {"PYTHONPATH": f"{site}{os.pathsep}{ROOT}"}
