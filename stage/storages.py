"""The two kinds of storage that a house may have, each with its ways to be away, slow and cut in the middle."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from models.storage import Storage, open_storage
from stage.proxy import Proxy
from stage.s3_server import CREDENTIALS, S3Server
from stage.torn_writes import IN_BUCKETS, IN_FOLDERS, SLOW_SECONDS, TornWrites

CUT_BYTES = 2500


@dataclass
class Tried:
    """A storage as it is, what a house must know to have it, its faults by name, and where its writers are killed."""

    storage: Storage
    environment: dict[str, str]
    faults: Mapping[str, Callable[[], contextlib.AbstractContextManager[None]]]
    torn: TornWrites
    points: tuple[str, ...]


@contextlib.contextmanager
def a_folder(place: Path) -> Iterator[Tried]:
    """Slow and cut where the web's own processes write it."""
    files, torn = place / "files", TornWrites(place)
    faults = {"away": lambda: _folder_away(files), "slow": torn.slow, "cut": torn.cut}
    yield Tried(
        open_storage(files.as_uri()), {"STORAGE_URL": files.as_uri(), **torn.environment()}, faults, torn, IN_FOLDERS
    )


@contextlib.contextmanager
def a_bucket(place: Path) -> Iterator[Tried]:
    """S3 behind a proxy."""
    with contextlib.ExitStack() as held:
        server = S3Server()
        held.callback(server.stop)
        proxy, torn = Proxy(server.port), TornWrites(place)
        held.callback(proxy.refuse)
        faults = {"away": proxy.away, "slow": lambda: _slowed(proxy), "cut": lambda: _severed(proxy)}
        environment = {"STORAGE_URL": server.url(proxy.port), **CREDENTIALS, **torn.environment()}
        yield Tried(open_storage(server.url(server.port)), environment, faults, torn, IN_BUCKETS)


STORAGES = {"folder": a_folder, "bucket": a_bucket}


@contextlib.contextmanager
def _folder_away(folder: Path) -> Iterator[None]:
    """As where another disk's mount has gone: what stands at its place takes no files."""
    aside = folder.with_name("aside")
    folder.rename(aside)
    folder.touch()
    yield
    folder.unlink()
    aside.rename(folder)


@contextlib.contextmanager
def _slowed(proxy: Proxy) -> Iterator[None]:
    proxy.delay = SLOW_SECONDS
    yield
    proxy.delay = 0.0


@contextlib.contextmanager
def _severed(proxy: Proxy) -> Iterator[None]:
    proxy.cut = CUT_BYTES
    yield
    proxy.cut = None
