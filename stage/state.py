"""The state of a database as it can be compared with another's: its rows, without what chance or order put there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Column, DateTime, Table, select
from sqlalchemy.orm import Session

from models import Base
from models.base import UTCDateTime

GROWING = (
    "accounts", "acts", "assignments", "awards", "event_words", "events", "journal", "notifications", "outbox",
    "postings", "reviews", "tellings",
)  # fmt: skip
"""Tables whose rows are numbered in the order of their coming, which is another's when a transaction is repeated."""
BY_CHANCE = {"hash", "previous", "salt", "digest", "head"}

INSIDE = re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.+]+|(?<=event:)\d+|(?<=review:)\d+|(?<='event': )\d+")

State = Counter[tuple[str, ...]]


def state_of(session: Session, *, but: Iterable[str] = (), times: bool = True) -> State:
    """Every row of every table, as text. `times=False`: without its moments, where the clock ran on meanwhile."""
    left_out = {*but, "alembic_version"}
    state: State = Counter()
    for table in Base.metadata.sorted_tables:
        if table.name in left_out:
            continue
        columns = [column for column in table.columns if _compares(column, table, times)]
        for row in session.execute(select(*columns)):
            state[(table.name, *(f"{column.name}={value}" for column, value in zip(columns, row, strict=True)))] += 1
    return state


def files(folder: Path) -> State:
    """Every file below a folder, with the hash of what is in it."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return Counter(("file", path.name, sha256(path.read_bytes()).hexdigest()) for path in found)


def timeless(state: State) -> State:
    """Without the moments and the numbers of events inside of texts: for comparing what happened at two times."""
    plain: State = Counter()
    for row, count in state.items():
        plain[tuple(INSIDE.sub("…", text) for text in row)] += count
    return plain


def differences(one: State, other: State) -> list[str]:
    """What only one of the two has."""
    return [f"only once: {row}" for row in one - other] + [f"only again: {row}" for row in other - one]


def _compares(column: Column[object], table: Table, times: bool) -> bool:
    if any(word in column.name for word in BY_CHANCE):
        return False
    if not times and isinstance(column.type, DateTime | UTCDateTime):
        return False
    if column.primary_key and len(table.primary_key) == 1 and table.name in GROWING:
        return False
    return not any(key.column.table.name in GROWING for key in column.foreign_keys)
