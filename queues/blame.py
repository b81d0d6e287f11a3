"""What went wrong with a run: whose fault it was, and how it may be told without anybody's data."""

from __future__ import annotations

import traceback
from pathlib import Path

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from config import ROOT
from workflow.errors import Busy, Problem

SQLITE_TROUBLE = {5: "BUSY", 6: "LOCKED", 10: "IOERR", 13: "FULL", 14: "CANTOPEN"}
"""Primary result codes, https://www.sqlite.org/rescode.html."""
POSTGRES_TROUBLE = {"08": "connection", "40": "rolled back", "53": "resources", "57": "operator", "58": "system"}
"""Classes of SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html."""
LOCK_NOT_AVAILABLE = "55P03"
QUERY_CANCELED = "57014"
MOST_CAUSES = 3
MOST_FRAMES = 6


def is_busy(error: BaseException) -> bool:
    """Whether the database or the storage was away or in others' hands: not the job's fault."""
    if isinstance(error, Busy | PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in SQLITE_TROUBLE
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return isinstance(error, OperationalError | InterfaceError)
    return state == LOCK_NOT_AVAILABLE or (state[:2] in POSTGRES_TROUBLE and state != QUERY_CANCELED)


def told(error: BaseException) -> str:
    """The error in a few lines: types, keys, codes, places in the code; never its message, which may quote people."""
    lines: list[str] = []
    cause: BaseException | None = error
    for _ in range(MOST_CAUSES):
        if cause is None:
            break
        lines.append(("caused by " if lines else "") + _named(cause))
        lines += [f"  {_place(frame)}" for frame in traceback.extract_tb(cause.__traceback__)[-MOST_FRAMES:]]
        cause = cause.__cause__
    return "\n".join(lines)


def _named(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    if isinstance(error, Problem):
        return f"{name}: {error.key}"
    code = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    return f"{name}: {code}" if code else name


def _place(frame: traceback.FrameSummary) -> str:
    path = Path(frame.filename)
    if "site-packages" in path.parts:
        path = Path(*path.parts[path.parts.index("site-packages") + 1 :])
    elif path.is_relative_to(ROOT):
        path = path.relative_to(ROOT)
    return f"{path}:{frame.lineno} {frame.name}"
