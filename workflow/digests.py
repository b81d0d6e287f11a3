"""The daily digest: where every history and every account stood, kept outside the database.

Who can write to the database can recompute every hash in it, or cut a history's end off; what was exported before
still says what stood there. One gzipped text a day in DATA_DIR/digests, sorted so that two days compare line by line
(`zdiff`), and best copied to another machine:

    whistle digest 1
    day 2026-11-27
    report 1 8 6f1c…          lifecycle, id, version, hash of its last event
    account 3 17 120 90be…    id, postings, balance, chain over the hashes of their journals
    end 4 c0ff…               lines above, SHA-256 of them
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, and_, select

from models import Journal, Posting
from models.lifecycle import Lifecycle
from workflow.audit.reading import label_of, name_of, stream
from workflow.engine.machines import vocabularies
from workflow.errors import Refused

HEADER = "whistle digest 1"
ACCOUNT = "account"
NOTHING = "-"
SUFFIX = ".txt.gz"


class Head(NamedTuple):
    """Where a history or an account stood: how many events or postings it had, and the hash that pins them all."""

    kind: str
    id: int
    seq: int
    hash: str
    balance: int | None = None

    def line(self) -> str:
        """The head as the digest writes it."""
        numbers = (self.id, self.seq) if self.balance is None else (self.id, self.seq, self.balance)
        return " ".join([self.kind, *map(str, numbers), self.hash])


class BrokenDigest(Exception):
    """A file that is no digest, or that was altered or cut off since it was written."""


@dataclass(frozen=True)
class Digest:
    """A digest on disk, whole as it was written."""

    path: Path
    day: date
    lines: int

    @classmethod
    def open(cls, path: Path) -> Digest:
        """Check that the file is a whole digest. Raises BrokenDigest and OSError."""
        total, held, day, count = hashlib.sha256(), "", "", 0
        for line in _lines(path):
            if count == 0 and line != HEADER:
                break
            if count:
                total.update(f"{held}\n".encode())
            if count == 1:
                day = line.removeprefix("day ")
            held, count = line, count + 1
        if held != f"end {count - 1} {total.hexdigest()}":
            raise BrokenDigest(str(path))
        try:
            return cls(path, date.fromisoformat(day), count - 3)
        except ValueError as error:
            raise BrokenDigest(str(path)) from error

    def heads(self, kind: str) -> Iterator[Head]:
        """The heads of a lifecycle, or of the accounts, by ascending id. Raises BrokenDigest."""
        last = 0
        for line in _lines(self.path):
            name, *words = line.split(" ")
            if name == kind:
                head = Head(kind, int(words[0]), int(words[1]), words[-1], int(words[2]) if len(words) > 3 else None)
                if head.id <= last:
                    raise BrokenDigest(str(self.path))
                last = head.id
                yield head


def _lines(path: Path) -> Iterator[str]:
    try:
        with gzip.open(path, "rt", encoding="ascii", newline="\n") as file:
            for line in file:
                yield line.rstrip("\n")
    except (EOFError, zlib.error, gzip.BadGzipFile, UnicodeDecodeError) as error:
        raise BrokenDigest(str(path)) from error


def latest(folder: Path) -> Path | None:
    """The newest day's digest in the folder, or None."""
    return next(newest_first(folder), None)


def newest_first(folder: Path) -> Iterator[Path]:
    """The digests in the folder that count, by their days."""
    yield from sorted(folder.glob(f"[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]{SUFFIX}"), reverse=True)


def day_of(path: Path) -> str:
    """The day in a digest's name."""
    return path.name.removesuffix(SUFFIX)


def set_aside(path: Path, moment: datetime) -> Path:
    """Take a digest out of those that count: it stays beside them, under a name that says when that was."""
    return path.rename(path.with_name(f"{day_of(path)}.aside-{moment:%Y%m%dT%H%M%SZ}{SUFFIX}"))


def heads(connection: Connection, model: type[Lifecycle]) -> Iterator[tuple[str, Head]]:
    """Where each subject of a lifecycle stands now, with its name."""
    event = model.history
    last = and_(event.subject_id == model.id, event.seq == model.version)
    query = select(model.id, label_of(model), model.version, event.hash).select_from(model)
    for subject_id, label, version, seal in stream(connection, query.outerjoin(event, last).order_by(model.id)):
        yield name_of(label, subject_id), Head(model.kind, subject_id, version, seal or NOTHING)


def account_heads(connection: Connection) -> Iterator[Head]:
    """Where each account stood after each of its postings, by account and posting."""
    query = (
        select(Posting.account_id, Posting.seq, Posting.balance_after, Journal.hash)
        .outerjoin(Journal, Journal.id == Posting.journal_id)
        .order_by(Posting.account_id, Posting.seq)
    )
    account, link = None, ""
    for account_id, seq, balance, seal in stream(connection, query):
        link = hashlib.sha256(f"{link if account_id == account else ''}{seal}".encode()).hexdigest()
        account = account_id
        yield Head(ACCOUNT, account_id, seq, link, balance)


def export(connection: Connection, folder: Path, day: date) -> Digest:
    """Write the digest of `day`, whole or not at all; one of the same day is replaced. Raises Refused where a newer
    day is there, and OSError.

    The caller has held the last digest against the database before: a new one would hide what the last one shows.
    """
    newest = latest(folder)
    if newest is not None and newest.name > f"{day}{SUFFIX}":
        raise Refused("digest.older", day=str(day), newest=newest.name.removesuffix(SUFFIX))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"{day}{SUFFIX}"
    handle, name = tempfile.mkstemp(dir=folder, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed:
                count = _write(packed, [HEADER, f"day {day}"], _now(connection))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Digest(target, day, count)


def _now(connection: Connection) -> Iterator[Head]:
    for vocabulary in vocabularies():
        for _, head in heads(connection, vocabulary.model):
            yield head
    last: Head | None = None
    for head in account_heads(connection):
        if last is not None and last.id != head.id:
            yield last
        last = head
    if last is not None:
        yield last


def _write(packed: gzip.GzipFile, start: list[str], found: Iterator[Head]) -> int:
    """Write the lines and what proves them whole; returns how many heads there are."""
    total, count = hashlib.sha256(), 0
    for line in chain(start, (head.line() for head in found)):
        data = f"{line}\n".encode("ascii")
        total.update(data)
        packed.write(data)
        count += 1
    packed.write(f"end {count} {total.hexdigest()}\n".encode("ascii"))
    return count - len(start)
