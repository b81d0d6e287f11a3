"""How each part is: in words for /readyz, in figures for /metrics (`queues.gauges`).

Whoever asks has an answer in seconds, whatever hangs: a probe that times out says nothing of which part it was.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from redis.exceptions import RedisError
from sqlalchemy.orm import Session

from config import Settings
from models import migrations
from models.clock import now
from models.storage import FileStorage, StorageUnavailable, open_storage
from queues.connection import RELAY_BEAT, WORKER_BEAT, connect, redis_url
from queues.look import Look
from workflow.say import say

PATIENCE_SECONDS = 0.5
LOW_BYTES = 1_000_000_000


@dataclass(frozen=True)
class Beats:
    """For worker and relay how many seconds the clock of the last one is ahead of ours; None where none came by."""

    worker: float | None
    relay: float | None


def beats(settings: Settings) -> Beats:
    """Who has come by lately, in half a second. Raises RedisError."""
    with connect(redis_url(settings), PATIENCE_SECONDS) as connection, connection.pipeline(transaction=False) as asking:
        for key in (WORKER_BEAT, RELAY_BEAT):
            asking.get(key).pttl(key)
        worker, worker_ms, relay, relay_ms = asking.execute()
    return Beats(_ahead(worker, worker_ms), _ahead(relay, relay_ms))


def _ahead(ends: bytes | None, left_ms: int) -> float | None:
    return None if ends is None else float(ends) - left_ms / 1000 - now().timestamp()


def redis_state(settings: Settings, locale: str = "en") -> dict[str, str]:
    """`{"redis", "worker", "relay"}`, each "ok" or a sentence about what ails it, in a second at most.

    While Redis is away nothing can be said of the other two.
    """
    try:
        found = beats(settings)
    except RedisError:
        unknown = say("queue.unknown", locale)
        return {"redis": say("queue.redis_away", locale), "worker": unknown, "relay": unknown}
    return {
        "redis": "ok",
        "worker": say("queue.no_worker", locale) if found.worker is None else "ok",
        "relay": say("queue.no_relay", locale) if found.relay is None else "ok",
    }


def schema_ailment(session: Session) -> str | None:
    """The key of a sentence where this code cannot work with the database as it is: nobody prepared it, or it is older.

    One of a newer version is none: machines are upgraded one after the other.
    """
    revision = MigrationContext.configure(session.connection()).get_current_revision()
    if revision is None:
        return "health.unprepared"
    return "health.outdated" if revision in migrations.earlier() else None


_opened = cache(open_storage)
"""Kept: to make a client of a bucket takes longer than to ask it."""


def _check_storage(url: str) -> None:
    _opened(url).check()


_storage = Look(_check_storage)


def storage_is_well(settings: Settings, patience_seconds: float = 2.0) -> bool:
    """Whether a photo could be stored now."""
    try:
        _storage.within(patience_seconds, settings.storage_url)
    except (StorageUnavailable, TimeoutError):
        return False
    return True


def free_bytes(settings: Settings) -> dict[str, int | None]:
    """What is free where DATA_DIR (`data`) and the photos (`files`, unless in a bucket) lie; None where the disk does
    not say so in time."""
    folders = {"data": settings.data_dir}
    storage = _opened(settings.storage_url)
    if isinstance(storage, FileStorage):
        folders["files"] = storage.folder
    return {name: _free(name, folder) for name, folder in folders.items()}


def _room(folder: Path) -> int:
    return shutil.disk_usage(_nearest(folder)).free


_rooms = {name: Look(_room, PATIENCE_SECONDS) for name in ("data", "files")}
"""Each of its own: one disk that hangs hides no other."""


def _free(name: str, folder: Path) -> int | None:
    try:
        return _rooms[name](folder)
    except (OSError, TimeoutError):
        return None


def _nearest(folder: Path) -> Path:
    """The folder, or what it will be made in."""
    return next(each for each in (folder, *folder.parents) if each.is_dir())


def warnings(settings: Settings, locale: str) -> Iterator[str]:
    """Sentences about what is ill and keeps no report from being taken, or will soon."""
    if not storage_is_well(settings, PATIENCE_SECONDS):
        yield say("health.storage_away", locale)
    for name, free in free_bytes(settings).items():
        if free is None:
            yield say("health.disk_away", locale, folder=name)
        elif free < LOW_BYTES:
            yield say("health.disk_low", locale, folder=name, mb=free // 1_000_000)
