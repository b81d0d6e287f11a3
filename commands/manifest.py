"""What a backup consists of: a list of its files with their sizes and hashes, written when all of them are there."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from models.clock import now
from workflow.errors import Refused

FORMAT = 1
NAME = "manifest.json"
FILE = re.compile(r"(database\.(sqlite3|dump)|secret_key|digests/[\w.-]+|photos/[\w-]{2}/[\w-][\w.-]*)")


@dataclass(kw_only=True)
class Manifest:
    """`database` is its kind, `schema` its revision. `key` tells the secret key that it needs from others and does not
    give it away."""

    database: str
    schema: str
    key: str
    at: str = field(default_factory=lambda: f"{now():%Y-%m-%d %H:%M:%S} UTC")
    missing: list[str] = field(default_factory=list)
    """Files of photos that a row named and that were gone from the storage."""
    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    format: int = FORMAT

    def named(self, start: str) -> list[str]:
        """The files whose names begin so."""
        return [name for name in self.files if name.startswith(start)]

    def write(self, folder: Path) -> None:
        with (folder / NAME).open("x", encoding="utf-8") as file:
            json.dump(asdict(self), file, indent=1, sort_keys=True)

    def verify(self, folder: Path) -> None:
        """Raise Refused unless each file is there as it was written."""
        for name, (size, digest) in self.files.items():
            if not FILE.fullmatch(name):
                raise broken(folder, name)
            path = folder / name
            if not path.is_file() or path.stat().st_size != size or digest_of(path) != digest:
                raise broken(folder, name)


def read(folder: Path) -> Manifest:
    """The manifest of a backup. Raises Refused where there is none that can be read."""
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
        files = {str(name): (int(size), str(digest)) for name, (size, digest) in found.pop("files").items()}
        manifest = Manifest(**found, files=files)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise broken(folder, NAME) from error
    if manifest.format != FORMAT:
        raise broken(folder, NAME)
    return manifest


def broken(folder: Path, what: str) -> Refused:
    return Refused("cli.backup.broken", folder=folder, what=what)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def mark_of(key: str) -> str:
    """What is the same for the same secret key."""
    return hmac.new(key.encode(), b"whistle backup", "sha256").hexdigest()


def sync(paths: Iterable[Path]) -> None:
    """Have files and folders safely on disk."""
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
