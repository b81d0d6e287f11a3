"""When a backup and an audit last came to their end, for /metrics to tell: a small file each in DATA_DIR/done.

Not in the database: a backup only reads it, and is taken where it cannot be written to.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

FOLDER = "done"


@dataclass(frozen=True)
class Done:
    """`at`: seconds since 1970; `findings`: what it had to complain of."""

    at: float
    findings: int


def note(data_dir: Path, name: str, findings: int = 0) -> None:
    """`name` has just been done. A folder that cannot be written spoils nothing: it was done all the same."""
    with contextlib.suppress(OSError):
        folder = data_dir / FOLDER
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = folder / f".{name}"
        fresh.write_text(f"{findings}\n", encoding="ascii")
        fresh.replace(folder / name)


def last(data_dir: Path, name: str) -> Done | None:
    """The last time; None where there was none."""
    file = data_dir / FOLDER / name
    try:
        return Done(at=file.stat().st_mtime, findings=int(file.read_text(encoding="ascii")))
    except (OSError, ValueError):
        return None
