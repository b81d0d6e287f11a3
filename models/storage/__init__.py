"""Where the bytes of pictures and exports lie: a folder, or a bucket that speaks S3.

    storage = open_storage("file:///var/lib/whistle/files")
    storage.put(key := new_key(), picture)

A key is one flat name of letters, digits, `-`, `_` and `.`; any other raises ValueError before anything is touched.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from models.storage.bucket import S3_AT_ONCE, S3Storage
from models.storage.contract import NotStored, Storage, StorageUnavailable, new_key
from models.storage.folder import FileStorage

__all__ = [
    "S3_AT_ONCE", "FileStorage", "NotStored", "S3Storage", "Storage", "StorageUnavailable", "new_key", "open_storage",
]  # fmt: skip


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


def _folder(url: str) -> Path:
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost") or not parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("a storage of files is file:///folder, with % codes for odd letters")
    return Path(unquote(parts.path))
