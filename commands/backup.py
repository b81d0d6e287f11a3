"""`whistle backup` and `whistle restore`: all that must be kept, in a folder, and back."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import select

from commands import manifest as manifests
from commands.databases import Keeper, keeper
from commands.house import connected
from commands.kinds import Place
from commands.manifest import Manifest
from commands.spoken import SpokenCommand, argument, tell, told
from config import Settings, key_file
from models import Photo, migrations
from models.database import database
from models.storage import S3_AT_ONCE, NotStored, Storage, new_key, open_storage
from queues.preflight import check_database, hold_alone
from workflow import last_done
from workflow.errors import Refused
from workflow.pictures import full_key, thumb_key


@click.command("backup", cls=SpokenCommand, help=told("backup.help"))
@argument("folder", "backup.folder", metavar="FOLDER", type=click.Path(path_type=Path))
def backup(folder: Path) -> int:
    """Everything or nothing: it gets its name when it is whole. The status is 1 where a row's photo has no file."""
    with connected() as settings:
        if folder.exists() or folder.is_symlink():
            raise Refused("cli.backup.exists", folder=folder)
        target = folder.absolute()
        with _becoming(target) as unfinished:
            manifest = take(settings, keeper(settings.database_url), unfinished)
        last_done.note(settings.data_dir, "backup", len(manifest.missing))
    size = sum(size for size, _ in manifest.files.values()) / 1e6
    photos, digests = len(manifest.named("photos/")), len(manifest.named("digests/"))
    tell("backup.done", folder=folder, photos=photos, digests=digests, mb=f"{size:.1f}")
    tell("backup.key_inside" if manifest.named("secret_key") else "backup.key_elsewhere")
    if manifest.missing:
        tell("backup.missing", count=len(manifest.missing))
    return 1 if manifest.missing else 0


def take(settings: Settings, source: Keeper, folder: Path) -> Manifest:
    """Fill an empty folder. Each step may be later than the one before, never earlier: a digest that knew more than
    the database would accuse it, and a row's files are there before the row."""
    mark = manifests.mark_of(settings.secret_key)
    manifest = Manifest(database=source.kind, schema=migrations.head(), key=mark)
    (folder / "digests").mkdir()
    for digest in sorted((settings.data_dir / "digests").glob("[!.]*")):
        shutil.copyfile(digest, folder / "digests" / digest.name)
    own = key_file()
    if own is not None:
        (folder / "secret_key").touch(mode=0o600)
        (folder / "secret_key").write_text(f"{settings.secret_key}\n", encoding="utf-8")
    keys = source.copy(folder)
    manifest.missing = _still_named(_copy_photos(open_storage(settings.storage_url), keys, folder / "photos"))
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in paths:
        manifest.files[path.relative_to(folder).as_posix()] = (path.stat().st_size, manifests.digest_of(path))
    manifest.write(folder)
    manifests.sync([*paths, folder / manifests.NAME, *(path for path in folder.rglob("*") if path.is_dir()), folder])
    return manifest


@contextmanager
def _becoming(target: Path) -> Iterator[Path]:
    """A folder beside `target` that gets its name in the end, or goes again."""
    unfinished = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".unfinished", dir=target.parent))
    try:
        yield unfinished
        unfinished.rename(target)
        manifests.sync([target.parent])
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _copy_photos(storage: Storage, keys: Iterable[str], folder: Path) -> list[str]:
    """The files under the keys, as many at once as the storage likes; those that are not there."""
    names = [name for key in keys for name in (full_key(key), thumb_key(key))]
    for start in sorted({name[:2] for name in names}):
        (folder / start).mkdir(parents=True, exist_ok=True)

    def copy(name: str) -> str | None:
        try:
            (folder / name[:2] / name).write_bytes(storage.get(name))
        except NotStored:
            return name
        return None

    with ThreadPoolExecutor(S3_AT_ONCE) as pool:
        return [name for name in pool.map(copy, names) if name is not None]


def _still_named(missing: list[str]) -> list[str]:
    """Those that a row names now too: what was forgotten meanwhile went with its row."""
    with database.reading() as session:
        named = set(session.scalars(select(Photo.storage_key))) if missing else set()
    return [name for name in missing if name.removesuffix(".jpg").removesuffix("-thumb") in named]


@click.command("restore", cls=SpokenCommand, help=told("restore.help"))
@argument("folder", "restore.folder", metavar="FOLDER", type=Place(folder=True))
def restore(folder: Path) -> None:
    """Nothing is touched before all is known to fit; the database comes last, and at once."""
    manifest = manifests.read(folder)
    manifest.verify(folder)
    if not migrations.known(manifest.schema):
        raise Refused("cli.restore.newer", schema=manifest.schema)
    with _with_key(folder, manifest):
        settings = Settings.load()
        target = keeper(settings.database_url)
        if target.kind != manifest.database:
            raise Refused("cli.restore.other_kind", theirs=manifest.database, ours=target.kind)
        if manifests.mark_of(settings.secret_key) != manifest.key:
            raise Refused("cli.restore.other_key", file=settings.data_dir / "secret_key")
        check_database(settings)
        with hold_alone(settings.data_dir):
            database.connect(settings.database_url)
            try:
                marked = _fill(settings, target, folder, manifest)
            finally:
                database.engine.dispose()
    photos, digests = len(manifest.named("photos/")), len(manifest.named("digests/"))
    tell("restore.done", at=manifest.at, photos=photos, digests=digests)
    if marked:
        tell("restore.marked")


def _fill(settings: Settings, target: Keeper, folder: Path, manifest: Manifest) -> bool:
    """Whether the storage is marked as another house's."""
    if not target.is_empty():
        raise Refused("cli.restore.not_empty")
    storage = open_storage(settings.storage_url)
    marked = storage.owner() is not None
    if not marked and next(storage.keys(), None) is not None:
        # Somebody's who has not marked it yet; whose, an administrator knows.
        storage.claim(new_key())
        marked = True
    with ThreadPoolExecutor(S3_AT_ONCE) as pool:
        for _ in pool.map(
            lambda name: storage.put(Path(name).name, (folder / name).read_bytes()), manifest.named("photos/")
        ):
            continue
    digests = settings.data_dir / "digests"
    digests.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in manifest.named("digests/"):
        # One that is here knows what came after the backup, which nothing else does.
        if not (settings.data_dir / name).exists():
            shutil.copyfile(folder / name, settings.data_dir / name)
    target.fill(folder)
    return marked


@contextmanager
def _with_key(folder: Path, manifest: Manifest) -> Iterator[None]:
    """Put the backup's key where there is none; away with it again where nothing comes of it."""
    own = key_file()
    if own is None or own.exists() or not manifest.named("secret_key"):
        yield
        return
    own.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write((folder / "secret_key").read_bytes())
        os.fsync(file.fileno())
    try:
        yield
    except BaseException:
        own.unlink(missing_ok=True)
        raise
