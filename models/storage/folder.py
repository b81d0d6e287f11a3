"""Files in a folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from models.storage.contract import KEY, MARK, NotStored, StorageUnavailable, checked

_INCOMING = ".incoming"
_ABANDONED_S = 3600
_TRIAL_BYTES = 64 * 1024


class FileStorage:
    """Files in a folder, spread over subfolders by the first two letters of their keys, open to their owner only."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    def put(self, key: str, data: bytes) -> None:
        self._write(self._path(key), data)

    def _write(self, target: Path, data: bytes) -> None:
        with _disk():
            incoming = self.folder / _INCOMING
            self._make(incoming)
            self._make(target.parent)
            handle, name = tempfile.mkstemp(dir=incoming)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(target)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            _sync_folder(target.parent)

    def get(self, key: str) -> bytes:
        path = self._path(key)
        with _disk():
            try:
                return path.read_bytes()
            except FileNotFoundError as error:
                raise NotStored(key) from error

    def copy(self, pairs: Sequence[tuple[str, str]]) -> None:
        # A file is never written to once it has its name, so that one may have several.
        folders = {self._path(target).parent for _, target in pairs}
        with _disk():
            for folder in folders:
                self._make(folder)
            for source, target in pairs:
                self._link(source, target)
            for folder in folders:
                _sync_folder(folder)

    def _link(self, source: str, target: str) -> None:
        try:
            self._path(target).unlink(missing_ok=True)
            os.link(self._path(source), self._path(target))
        except FileNotFoundError as error:
            raise NotStored(source) from error
        except OSError:
            # A file system without hard links, or with no more of them for this file.
            self.put(target, self.get(source))

    def delete(self, key: str) -> None:
        with _disk():
            self._path(key).unlink(missing_ok=True)

    def exists(self, key: str) -> bool:
        with _disk():
            return self._path(key).is_file()

    def check(self) -> None:
        with _disk():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=self.folder) as trial:
                trial.write(bytes(_TRIAL_BYTES))
                trial.flush()

    def keys(self) -> Iterator[str]:
        return (path.name for path in self._files())

    def dated(self) -> Iterator[tuple[str, datetime]]:
        for path in self._files():
            with _disk(), suppress(FileNotFoundError):
                # Not the time of the content: a copy shares that with what it is a copy of.
                yield path.name, datetime.fromtimestamp(path.stat().st_ctime, UTC)

    def sweep(self) -> None:
        incoming = self.folder / _INCOMING
        with _disk():
            if not incoming.is_dir():
                return
            # The file system's own clock says what is old.
            with tempfile.TemporaryFile(dir=incoming) as fresh:
                at = os.fstat(fresh.fileno()).st_mtime
            for path in incoming.iterdir():
                with suppress(FileNotFoundError):
                    if at - path.stat().st_mtime > _ABANDONED_S:
                        path.unlink()

    def owner(self) -> str | None:
        with _disk():
            try:
                return (self.folder / MARK).read_text(encoding="utf-8", errors="replace")
            except FileNotFoundError:
                return None

    def claim(self, owner: str) -> None:
        self._write(self.folder / MARK, owner.encode())

    def _files(self) -> Iterator[Path]:
        with _disk():
            for shard in self.folder.iterdir() if self.folder.exists() else ():
                if shard.name != _INCOMING and shard.is_dir():
                    yield from (path for path in shard.iterdir() if KEY.fullmatch(path.name))

    def __repr__(self) -> str:
        return f"FileStorage({str(self.folder)!r})"

    def _path(self, key: str) -> Path:
        return self.folder / checked(key)[:2] / key

    def _make(self, folder: Path) -> None:
        if not folder.is_dir():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.mkdir(exist_ok=True, mode=0o700)
            _sync_folder(self.folder)


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageUnavailable(f"{error.filename}: {error.strerror}") from error


def _sync_folder(folder: Path) -> None:
    # Without it a power cut may forget the new name of a file that is safely on disk.
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
