"""The web of a running house made slow, failing or dead in the middle of storing a picture.

    torn = TornWrites(folder)
    House(…, **torn.environment())
    with torn.slow(): ...       # each fsync of the storage takes SLOW_SECONDS longer
    with torn.cut(): ...        # each file gets half of its bytes, and then EIO
    torn.kill("half")           # the next process that comes to this point is killed there
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from stage.kill_points import ORDERS, Orders, die_at

IN_FOLDERS = ("half", "whole", "named", "stored")
"""Where a writer is killed, in their order: half of a file's bytes are on the disk; all, and the file has no name yet;
the picture has its name, and its thumbnail is not there; both are there, and no row is."""
IN_BUCKETS = ("named", "stored")
SLOW_SECONDS = 0.5
TOPIC = "picture"
WEB = "gunicorn"


class TornWrites:
    """What is switched on now is a file, and so is whom to kill."""

    def __init__(self, folder: Path) -> None:
        self._orders = Orders(folder, __name__, WEB)

    def environment(self) -> dict[str, str]:
        """What arms the web's processes of a house."""
        return self._orders.environment()

    def slow(self) -> contextlib.AbstractContextManager[None]:
        return self._on("slow")

    def cut(self) -> contextlib.AbstractContextManager[None]:
        return self._on("cut")

    def kill(self, point: str) -> None:
        """Kill whoever comes to this point next."""
        self._orders.give(TOPIC, point)

    def open(self) -> set[str]:
        """The kills that nobody has come to."""
        return self._orders.open()

    @contextlib.contextmanager
    def _on(self, name: str) -> Iterator[None]:
        switch = self._orders.folder / name
        switch.touch()
        yield
        switch.unlink()


class _Torn(io.FileIO):
    """A file of which half comes to the disk where it is cut or its writer dies."""

    def write(self, data: Any, /) -> int:
        half = len(data) // 2
        super().write(data[:half])
        die_at("half", TOPIC)
        if _is_on("cut"):
            raise OSError(errno.EIO, os.strerror(errno.EIO), "the storage")
        return half + super().write(data[half:])


def arm() -> None:
    """Put the faults around what stores pictures."""
    from models.storage import FileStorage, S3Storage, folder

    def synced(handle: int) -> None:
        if _is_on("slow"):
            time.sleep(SLOW_SECONDS)
        os.fsync(handle)
        if stat.S_ISREG(os.fstat(handle).st_mode):
            die_at("whole", TOPIC)

    faulty = vars(os) | {"fdopen": _Torn, "fsync": synced}
    vars(folder)["os"] = SimpleNamespace(**faulty)
    for kind in (FileStorage, S3Storage):
        _watch(kind)
    sys.stderr.write("torn writes armed\n")


def _watch(kind: Any) -> None:
    put = kind.put

    def putting(storage: Any, key: str, data: bytes) -> None:
        put(storage, key, data)
        die_at("stored" if "thumb" in key else "named", TOPIC)

    kind.put = putting


def _is_on(name: str) -> bool:
    return (Path(os.environ[ORDERS]) / name).exists()
