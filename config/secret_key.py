"""The key that signs: as it is given, or one of our own in the data folder."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from config.reading import ConfigError

SECRET_BYTES = 32


def secret_key(given: Mapping[str, str], data_dir: Path, production: bool) -> str:
    """SECRET_KEY, or outside production the one in DATA_DIR. Raises ConfigError."""
    if "SECRET_KEY" in given:
        if production and len(given["SECRET_KEY"].encode()) < SECRET_BYTES:
            raise ConfigError(
                f"SECRET_KEY 太短：生产环境至少需要 {SECRET_BYTES} 字节。",
                f"SECRET_KEY is too short: production needs at least {SECRET_BYTES} bytes.",
            )
        return given["SECRET_KEY"]
    if production:
        raise ConfigError(
            f"生产环境必须设置 SECRET_KEY（至少 {SECRET_BYTES} 字节）。",
            f"Production needs SECRET_KEY (at least {SECRET_BYTES} bytes).",
        )
    return _kept_key(data_dir / "secret_key")


def _kept_key(file: Path) -> str:
    """The key in the file, made once: the file's lock lets processes that start together agree on one."""
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+", encoding="utf-8") as kept:
            fcntl.flock(kept, fcntl.LOCK_EX)
            key = kept.read().strip()
            if not key:
                key = secrets.token_hex(SECRET_BYTES)
                kept.seek(0)
                kept.write(key + "\n")
                kept.flush()
                os.fsync(kept.fileno())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"密钥文件 {file} 无法读写：请检查权限。",
            f"The key file {file} cannot be read or written: check its permissions.",
        ) from error
    if len(key.encode()) < SECRET_BYTES:
        raise ConfigError(
            f"密钥文件 {file} 里的密钥不足 {SECRET_BYTES} 字节：删除该文件即会重新生成。",
            f"The key in {file} has fewer than {SECRET_BYTES} bytes: delete the file to have a new one made.",
        )
    return key
