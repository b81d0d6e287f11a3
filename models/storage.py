"""Where the bytes of pictures and exports lie: a folder, or a bucket that speaks S3.

    storage = open_storage("file:///var/lib/whistle/files")
    storage.put(key := new_key(), picture)

A key is one flat name of letters, digits, `-`, `_` and `.`; any other raises ValueError before anything is touched.
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CopySourceTypeDef

_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")
_INCOMING = ".incoming"
_ABANDONED_S = 3600
_TRIAL_BYTES = 64 * 1024
S3_AT_ONCE = 16


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


def new_key() -> str:
    """A random key of 160 bits that no one can guess: 40 hexadecimal digits, safe in URLs and in any file system."""
    return secrets.token_hex(20)


def open_storage(url: str) -> Storage:
    """The storage at `file:///folder` or `s3://bucket/prefix?endpoint_url=…&region=…`.

    Touches neither disk nor network. Raises ValueError for any other URL. The credentials of S3 are boto3's business:
    AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or the machine's role.
    """
    scheme = urlsplit(url).scheme
    if scheme == "file":
        return FileStorage(_folder(url))
    if scheme == "s3":
        return S3Storage(url)
    raise ValueError(f"a storage is file:///folder or s3://bucket/prefix, not {scheme or url!r}")


class FileStorage:
    """Files in a folder, spread over subfolders by the first two letters of their keys, open to their owner only."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    def put(self, key: str, data: bytes) -> None:
        target = self._path(key)
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
                self._sweep(incoming, Path(name))
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

    def _files(self) -> Iterator[Path]:
        with _disk():
            for shard in self.folder.iterdir() if self.folder.exists() else ():
                if shard.name != _INCOMING and shard.is_dir():
                    yield from (path for path in shard.iterdir() if _KEY.fullmatch(path.name))

    def __repr__(self) -> str:
        return f"FileStorage({str(self.folder)!r})"

    def _path(self, key: str) -> Path:
        return self.folder / _checked(key)[:2] / key

    def _make(self, folder: Path) -> None:
        if not folder.is_dir():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.mkdir(exist_ok=True, mode=0o700)
            _sync_folder(self.folder)

    def _sweep(self, incoming: Path, fresh: Path) -> None:
        """Removes what a killed process left behind: an hour older than `fresh`, by the file system's own clock."""
        for path in incoming.iterdir():
            try:
                if fresh.stat().st_mtime - path.stat().st_mtime > _ABANDONED_S:
                    path.unlink()
            except FileNotFoundError:
                continue


class S3Storage:
    """Objects in a bucket of any S3-compatible store, under a prefix."""

    page_size = 1000

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        options = {name: values[-1] for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()}
        self.endpoint_url, self.region = options.pop("endpoint_url", None), options.pop("region", None)
        endpoint = urlsplit(self.endpoint_url or "https://amazonaws.com")
        if parts.scheme != "s3" or not parts.netloc or "@" in parts.netloc or options:
            raise ValueError("an S3 storage is s3://bucket/prefix?endpoint_url=…&region=…")
        if endpoint.scheme not in ("http", "https") or not endpoint.netloc:
            raise ValueError("the endpoint_url of an S3 storage is an http or https address")
        self.bucket = parts.netloc
        prefix = unquote(parts.path).strip("/")
        self.prefix = f"{prefix}/" if prefix else ""

    @cached_property
    def client(self) -> S3Client:
        """Made at first use, so that no process inherits another's connections by fork."""
        import boto3
        from botocore.config import Config

        return boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            config=Config(
                connect_timeout=3,
                read_timeout=15,
                retries={"mode": "standard", "total_max_attempts": 3},
                max_pool_connections=32,
                s3={"addressing_style": "path" if self.endpoint_url else "auto"},
                # Stores other than Amazon's know fewer checksums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def put(self, key: str, data: bytes) -> None:
        with self._bucket(key):
            self.client.put_object(Bucket=self.bucket, Key=self._name(key), Body=data)

    def get(self, key: str) -> bytes:
        with self._bucket(key):
            return self.client.get_object(Bucket=self.bucket, Key=self._name(key))["Body"].read()

    def copy(self, pairs: Sequence[tuple[str, str]]) -> None:
        with ThreadPoolExecutor(S3_AT_ONCE) as pool:
            for _ in pool.map(self._copy, *zip(*pairs, strict=True)) if pairs else ():
                continue

    def _copy(self, source: str, target: str) -> None:
        where: CopySourceTypeDef = {"Bucket": self.bucket, "Key": self._name(source)}
        with self._bucket(source):
            self.client.copy_object(Bucket=self.bucket, Key=self._name(target), CopySource=where)

    def delete(self, key: str) -> None:
        with self._bucket(key):
            self.client.delete_object(Bucket=self.bucket, Key=self._name(key))

    def exists(self, key: str) -> bool:
        try:
            with self._bucket(key):
                self.client.head_object(Bucket=self.bucket, Key=self._name(key))
        except NotStored:
            return False
        return True

    def check(self) -> None:
        try:
            with self._bucket("check"):
                self.client.head_bucket(Bucket=self.bucket)
        except NotStored as error:
            raise StorageUnavailable(f"s3://{self.bucket}: no such bucket") from error

    def keys(self) -> Iterator[str]:
        return (key for key, _ in self.dated())

    def dated(self) -> Iterator[tuple[str, datetime]]:
        with self._bucket("keys"):
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(
                Bucket=self.bucket, Prefix=self.prefix, PaginationConfig={"PageSize": self.page_size}
            ):
                for found in page.get("Contents", []):
                    if _KEY.fullmatch(name := found["Key"].removeprefix(self.prefix)):
                        yield name, found["LastModified"].astimezone(UTC)

    def __repr__(self) -> str:
        return f"S3Storage('s3://{self.bucket}/{self.prefix}')"

    def _name(self, key: str) -> str:
        return self.prefix + _checked(key)

    @contextmanager
    def _bucket(self, key: str) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            # A missing bucket is a fault of the setting, not of the key.
            if code in ("NoSuchKey", "404"):
                raise NotStored(key) from error
            raise StorageUnavailable(f"s3://{self.bucket}: {code}") from error
        except (BotoCoreError, OSError) as error:
            raise StorageUnavailable(f"s3://{self.bucket}: {type(error).__name__}") from error


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a storage key: {key!r}")
    return key


def _folder(url: str) -> Path:
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost") or not parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("a storage of files is file:///folder, with % codes for odd letters")
    return Path(unquote(parts.path))


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
