"""What each setting may be, and what it is where it is not given. Each raises ConfigError."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from config.reading import ConfigError, choice, path, url

STARTTLS = ("required", "offered", "never")


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if not writable:
        raise ConfigError(
            f"数据目录 {folder} 无法写入：请检查权限，或用 DATA_DIR 另设目录。",
            f"The data folder {folder} cannot be written: check its permissions, or set DATA_DIR to another folder.",
        )


def database_url(given: Mapping[str, str], data_dir: Path) -> str:
    schemes = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg", "postgresql", "postgres")
    value = url(given, "DATABASE_URL", schemes)
    if value is None:
        if "?" in str(data_dir):
            raise ConfigError("DATA_DIR 的路径不能含有问号。", "DATA_DIR must not have a question mark in its path.")
        return f"sqlite:///{data_dir / 'whistle.db'}"
    if ":memory:" in value:
        raise ConfigError(
            "DATABASE_URL 不能是内存数据库：网页与后台进程须共用同一个库。",
            "DATABASE_URL cannot be a database in memory: the web and the workers must share one.",
        )
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", value)


def storage_url(given: Mapping[str, str], data_dir: Path) -> str:
    return url(given, "STORAGE_URL", ("file", "s3")) or (data_dir / "files").as_uri()


def city(given: Mapping[str, str]) -> Path:
    pack = path(given.get("CITY", "cities/sip"))
    if "CITY" in given and not pack.is_dir():
        raise ConfigError(f"找不到城市数据包 {pack}（CITY）。", f"There is no city pack at {pack} (CITY).")
    return pack


def demo(given: Mapping[str, str], production: bool) -> bool | None:
    if "DEMO" not in given:
        return False if production else None
    wanted = choice(given, "DEMO", ("0", "1", "people"), "0") != "0"
    if wanted and production:
        raise ConfigError(
            f"生产环境不能载入演示人员（DEMO={given['DEMO']}）：他们的密码人人皆知。",
            f"Production cannot load the demo people (DEMO={given['DEMO']}): everybody knows their password.",
        )
    return wanted


def timezone(given: Mapping[str, str]) -> str:
    name = given.get("TIMEZONE", "Asia/Shanghai")
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(
            f"没有名为“{name}”的时区（TIMEZONE）。", f"There is no time zone '{name}' (TIMEZONE)."
        ) from error
    return name


def base_url(given: Mapping[str, str], host: str, port: int) -> str:
    value = url(given, "BASE_URL", ("http", "https"))
    if value is None:
        name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
        return f"http://{name}:{port}"
    parts = urlsplit(value)
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ConfigError(
            "BASE_URL 只含协议与域名，例如 https://whistle.example.org。",
            "BASE_URL holds a scheme and a host only, such as https://whistle.example.org.",
        )
    return value.rstrip("/")


def tile_url(given: Mapping[str, str]) -> str | None:
    value = url(given, "TILE_URL", ("http", "https"))
    if value is not None and not all(part in value for part in ("{z}", "{x}", "{y}")):
        raise ConfigError("TILE_URL 须含有 {z}、{x} 与 {y}。", "TILE_URL must contain {z}, {x} and {y}.")
    return value


def smtp_url(given: Mapping[str, str]) -> str | None:
    value = url(given, "SMTP_URL", ("smtp", "smtps"))
    if value is None:
        return None
    parts = urlsplit(value)
    queries = ("", *(f"starttls={each}" for each in STARTTLS))
    if not parts.hostname or parts.path.strip("/") or parts.query not in queries:
        raise ConfigError(
            "SMTP_URL 只含账号、主机与端口，另可加 ?starttls=required、offered 或 never。",
            "SMTP_URL holds an account, a host and a port, and at most ?starttls=required, offered or never.",
        )
    return value


def security_contact(given: Mapping[str, str]) -> str | None:
    value = given.get("SECURITY_CONTACT")
    if value is not None and not re.fullmatch(r"(mailto:[\w.+-]+@[\w.-]+|https://[\w.-]+(/[!-~]*)?)", value, re.ASCII):
        raise ConfigError(
            f"SECURITY_CONTACT 应为 mailto: 或 https:// 开头的地址，而不是“{value}”。",
            f"SECURITY_CONTACT must be an address that starts with mailto: or https://, not '{value}'.",
        )
    return value


def mail_from(given: Mapping[str, str], base_url: str) -> str:
    host = urlsplit(base_url).hostname or ""
    value = given.get("MAIL_FROM", f"whistle@{host if re.search('[a-z]', host) and ':' not in host else 'localhost'}")
    if not re.fullmatch(r"[\w.+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", value, re.ASCII):
        raise ConfigError(
            f"MAIL_FROM 应为单个邮箱地址，而不是“{value}”。", f"MAIL_FROM must be one mail address, not '{value}'."
        )
    return value


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
