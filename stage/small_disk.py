"""A small disk of one's own, which may be filled to the last byte and emptied again. It is made of memory, and mounting
it is root's to do."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import TracebackType

CHUNK_BYTES = 64 * 1024
LEAST_BYTES = 512


class SmallDisk:
    """`with SmallDisk(folder, megabytes) as disk:` mounts it on a new folder until the end of the block."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder = folder
        self._megabytes = megabytes
        self._ballast = folder / "ballast"

    def __enter__(self) -> SmallDisk:
        self.folder.mkdir()
        self._run("mount", "-t", "tmpfs", "-o", f"size={self._megabytes}m,mode=0755", "tmpfs", str(self.folder))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Lazily: a process that is being ended may still hold something open.
        self._run("umount", "-l", str(self.folder))

    def fill(self) -> None:
        """Take all the room that is left."""
        with self._ballast.open("ab", buffering=0) as ballast:
            size = CHUNK_BYTES
            while size >= LEAST_BYTES:
                try:
                    ballast.write(b"\0" * size)
                except OSError:
                    size //= 2

    def clear(self) -> None:
        """Give it back."""
        self._ballast.unlink(missing_ok=True)

    @staticmethod
    def _run(*words: str) -> None:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{words[0]} failed: {done.stderr.strip()}")
