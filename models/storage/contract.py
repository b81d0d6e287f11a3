"""What every storage does, what may be a key, and the errors."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

MARK = ".house"
KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")


class StorageUnavailable(Exception):
    """The storage cannot be reached, read or written now. Its text is for operators and holds no secret."""


class NotStored(LookupError):
    """Nothing lies under this key."""


class Storage(Protocol):
    """What every storage does. All raise ValueError for a broken key and StorageUnavailable when they cannot."""

    def put(self, key: str, data: bytes) -> None:
        """Stores all of `data`, or nothing; what lay under the key before is replaced."""

    def get(self, key: str) -> bytes:
        """What lies under the key. Raises NotStored."""

    def copy(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Stores what lies under the first key of each pair under the second too. Raises NotStored."""

    def delete(self, key: str) -> None:
        """Removes it; nothing under the key is no error."""

    def exists(self, key: str) -> bool:
        """Whether something lies under the key."""

    def check(self) -> None:
        """Nothing, where pictures could be stored now; else raises StorageUnavailable."""

    def keys(self) -> Iterator[str]:
        """All keys, in no order."""

    def dated(self) -> Iterator[tuple[str, datetime]]:
        """All keys, in no order, each with when it was stored, in UTC, by the storage's own clock."""

    def sweep(self) -> None:
        """Removes what who was killed an hour ago or longer has left half written, under no key."""

    def owner(self) -> str | None:
        """Whose mark it carries (`workflow.whose_files`), None where it carries none."""

    def claim(self, owner: str) -> None:
        """Marks it as theirs, whosever it was. The mark lies under no key."""


def new_key() -> str:
    """A random key of 160 bits that no one can guess: 40 hexadecimal digits, safe in URLs and in any file system."""
    return secrets.token_hex(20)


def checked(key: str) -> str:
    """The key itself. Raises ValueError where it is none."""
    if not KEY.fullmatch(key):
        raise ValueError(f"not a storage key: {key!r}")
    return key
