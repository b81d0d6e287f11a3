"""What the processes of a house take: memory, open files, connections to the database."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text

from stage.house import House

CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@dataclass
class Usage:
    """By process: the name of its part and its number. Memory is what it would free by ending (PSS), in MB."""

    memory: dict[tuple[str, int], float] = field(default_factory=dict)
    files: dict[tuple[str, int], int] = field(default_factory=dict)
    connections: int = 0


def usage(house: House) -> Usage:
    """As it is now."""
    found = Usage()
    for name in sorted(house.parts()):
        for pid in house.family(name):
            with contextlib.suppress(OSError):
                found.memory[name, pid] = pss(pid)
                found.files[name, pid] = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    if house.database.engine.dialect.name == "postgresql":
        with house.database.engine.connect() as connection:
            found.connections = connection.scalar(text(CONNECTIONS)) or 0
    return found


def pss(pid: int) -> float:
    """What a process would free by ending, in MB: each shared page counted once among those that share it. Raises
    OSError for one that is gone."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
