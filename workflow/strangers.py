"""What strangers hand in, handled so that it does no harm: files that may be pipes, text that may steer a terminal."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any


class NotRegular(OSError):
    """A pipe, a device or a folder: reading it would wait, never end, or fail."""


def read_regular(path: Path, limit: int = -1) -> bytes:
    """The first `limit` bytes of a file, all of them without one. Raises NotRegular, or OSError as reading does."""
    # Held against the open file, since the path may lead elsewhere a moment later; opening must not wait for a writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotRegular(str(path))
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(limit)
    finally:
        os.close(descriptor)


def visible(value: Any) -> Any:
    """A text on one line, with all that is not seen in it (ESC, BEL, line ends, turned writing) spelled out; other
    values as they are."""
    if not isinstance(value, str):
        return value
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in value)
