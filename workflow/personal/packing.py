"""The ZIP that a person takes with them, made part by part: no file of it is ever kept."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from models.storage import NotStored, Storage
from workflow.personal.collecting import Collected
from workflow.pictures import full_key
from workflow.say import LOCALES, say


class _Sent(io.RawIOBase):
    """What was written and not taken away yet. It never goes back, so that the archive is made in one pass."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        return len(part)

    def take(self) -> bytes:
        """All that is there, once."""
        part, self._parts = b"".join(self._parts), []
        return part


def packed(collected: Collected, storage: Storage) -> Iterator[bytes]:
    """The archive in parts: what it is, in both languages, a file of JSON a table, and the pictures.

    A picture that is in the storage no more is left out. Raises StorageUnavailable.
    """
    sent = _Sent()
    with ZipFile(sent, "w") as archive:
        _add(archive, collected, "README.txt", _readme(collected).encode())
        for table, rows in collected.tables.items():
            text = json.dumps(rows, ensure_ascii=False, indent=1)
            _add(archive, collected, f"{table}.json", text.encode())
            yield sent.take()
        for name, key in collected.pictures.items():
            try:
                picture = storage.get(full_key(key))
            except NotStored:
                continue
            _add(archive, collected, f"photos/{name}.jpg", picture, ZIP_STORED)
            yield sent.take()
    yield sent.take()


def _add(archive: ZipFile, collected: Collected, name: str, data: bytes, how: int = ZIP_DEFLATED) -> None:
    info = ZipInfo(name, collected.at.timetuple()[:6])
    info.compress_type, info.external_attr = how, 0o600 << 16
    archive.writestr(info, data)


def _readme(collected: Collected) -> str:
    parts = []
    for locale in LOCALES:
        lines = [say("export.about", locale, at=f"{collected.at:%Y-%m-%d %H:%M} UTC"), ""]
        for table, rows in collected.tables.items():
            lines.append(f"{table}.json ({len(rows)}): {say(f'export.table.{table}', locale)}")
        lines.append(f"photos/ ({len(collected.pictures)}): {say('export.photos', locale)}")
        parts.append("\n".join(lines))
    return "\n\n\n".join(parts) + "\n"
