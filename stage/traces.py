"""Everywhere that something of a person could still lie in a house: rows, files, Redis, and the raw bytes of each."""

from __future__ import annotations

import contextlib
import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from redis import Redis
from sqlalchemy import MetaData, select

from models.database import Database
from stage.house import House

PART = 1 << 20
WIDE = ("utf-16le", "utf-16be")


class Marks:
    """The words to look for, as they may be written: as they are, as Unicode escapes, in UTF-16, in hexadecimal."""

    def __init__(self, words: Iterable[str]) -> None:
        self._ways: dict[bytes, str] = {}
        for word in words:
            escaped = word.encode("unicode_escape")
            ways = (word.encode(), escaped, escaped.replace(b"\\", b"\\\\"), *map(word.encode, WIDE))
            self._ways |= dict.fromkeys(ways, word)
            self._ways[word.encode().hex().encode()] = word
        self._longest = max(map(len, self._ways))

    def within(self, data: bytes) -> set[str]:
        """The words that lie in some bytes."""
        return {word for way, word in self._ways.items() if way in data}

    def within_file(self, path: Path) -> set[str]:
        """The words that lie in a file, read in parts that overlap, and unpacked where it is packed."""
        found: set[str] = set()
        opened: Any = gzip.open if path.suffix == ".gz" else open
        with contextlib.suppress(FileNotFoundError, OSError), opened(path, "rb") as file:
            held = b""
            while part := file.read(PART):
                held = held[-self._longest :] + part
                found |= self.within(held)
        return found


def in_rows(database: Database, marks: Marks) -> Iterator[str]:
    """`table.column: word` for every value of every column of every table that the database itself knows of."""
    known = MetaData()
    known.reflect(database.engine)
    with database.engine.connect() as connection:
        for table in known.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                for column, value in row.items():
                    data = value if isinstance(value, bytes) else str(value).encode(errors="replace")
                    for word in marks.within(bytes(data)):
                        yield f"{table.name}.{column}: {word}"


def in_files(folder: Path, marks: Marks) -> Iterator[str]:
    """`path: word` for every file below a folder, its name too."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            words = marks.within_file(path) | marks.within(path.name.encode())
            yield from (f"{path.relative_to(folder)}: {word}" for word in words)


def in_redis(client: Redis, marks: Marks) -> Iterator[str]:
    """`key: word` for the name and the raw value of every key, unpacked where a queue has packed it."""
    for key in client.scan_iter(count=1000):
        for data in (bytes(key), client.dump(key) or b"", *_values(client, key)):
            yield from (f"{key!r}: {word}" for word in marks.within(data))


def keys(house: House) -> int:
    """How many keys its Redis has."""
    return int(house.redis().dbsize())


def _values(client: Redis, key: bytes) -> Iterator[bytes]:
    kind = client.type(key)
    ways: dict[bytes, Any] = {
        b"string": lambda: [client.get(key)],
        b"list": lambda: client.lrange(key, 0, -1),
        b"set": lambda: client.smembers(key),
        b"zset": lambda: client.zrange(key, 0, -1),
        b"hash": lambda: [part for pair in client.hgetall(key).items() for part in pair],
        b"stream": lambda: [repr(each).encode() for each in client.xrange(key) or ()],
    }
    for value in ways[kind]() if kind in ways else ():
        yield bytes(value or b"")
        with contextlib.suppress(zlib.error):
            yield zlib.decompress(value)
