"""The environment, as typed values: the only module that reads environment variables.

Start-up errors come before any catalogue is loaded, so each sentence says itself in both languages.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent
LOCALES = ("zh", "en")
SECRET_BYTES = 32
STARTTLS = ("required", "offered", "never")
SOCKET_PATH_BYTES = 107
"""The longest path that a unix socket may have on Linux: sun_path holds 108 bytes, one of them the final zero."""


class CannotStart(Exception):
    """Why Whistle does not start, for the person who started it: a sentence in Chinese and in English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")


class ConfigError(CannotStart):
    """A setting that cannot be worked with."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the environment asks for. Paths are absolute; relative ones count from the project's folder, whatever
    the current folder is, so that the web, the workers and the commands always mean the same files."""

    port: int
    host: str
    data_dir: Path
    database_url: str = field(repr=False)
    redis_url: str | None = field(repr=False)
    """None: the embedded server; `redis_address` is what to connect to in either case."""
    storage_url: str = field(repr=False)
    """`file:///…` (percent-encoded) or `s3://bucket/prefix`."""
    secret_key: str = field(repr=False)
    city: Path
    demo: bool | None
    """None: not said, so that an empty database gets the demo people. Always True or False in production."""
    demo_history: bool
    """Whether the demo people come with 90 days of work behind them."""
    locale: str
    timezone: str
    smtp_url: str | None = field(repr=False)
    mail_from: str
    """The address that mails come from; whoever answers writes to it."""
    tile_url: str | None
    base_url: str
    trusted_hosts: tuple[str, ...]
    """Empty: any host name, outside production only."""
    production: bool
    proxy_hops: int
    workers: int
    web_processes: int
    web_threads: int
    metrics_token: str | None = field(default=None, repr=False)
    """Lets a Prometheus elsewhere read /metrics; without it only this machine may."""

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings; a blank value counts as a missing one.

        Makes DATA_DIR and the secret key in it where they are needed and missing. Raises ConfigError.
        """
        given = {name: value.strip() for name, value in environ.items() if value.strip()}
        production = _choice(given, "WHISTLE_ENV", ("development", "production"), "development") == "production"
        host, port = given.get("HOST", "127.0.0.1"), _whole(given, "PORT", 8000, 1, 65535)
        data_dir = _path(given.get("DATA_DIR", "var"))
        base_url = _base_url(given, host, port)
        if not {"DATABASE_URL", "REDIS_URL", "STORAGE_URL", "SECRET_KEY"} <= given.keys():
            _make_folder(data_dir)
        settings = cls(
            port=port,
            host=host,
            data_dir=data_dir,
            database_url=_database_url(given, data_dir),
            redis_url=_url(given, "REDIS_URL", ("redis", "rediss", "unix")),
            storage_url=_storage_url(given, data_dir),
            secret_key=_secret_key(given, data_dir, production),
            city=_city(given),
            demo=_demo(given, production),
            demo_history=not production and given.get("DEMO", "1") == "1",
            locale=_choice(given, "LOCALE", LOCALES, "zh"),
            timezone=_timezone(given),
            smtp_url=_smtp_url(given),
            mail_from=_mail_from(given, base_url),
            tile_url=_tile_url(given),
            base_url=base_url,
            trusted_hosts=tuple(name.strip() for name in given.get("TRUSTED_HOSTS", "").split(",") if name.strip()),
            production=production,
            proxy_hops=_whole(given, "PROXY_HOPS", 0, 0, 10),
            workers=_whole(given, "WORKERS", 2, 1, 64),
            web_processes=_whole(given, "WEB_CONCURRENCY", min(2, _cores()), 1, 64),
            web_threads=_whole(given, "WEB_THREADS", 16, 1, 256),
            metrics_token=given.get("METRICS_TOKEN"),
        )
        if production:
            _hold_production(settings, given)
        return settings

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def redis_socket(self) -> Path:
        """Where the embedded server listens: in DATA_DIR/run, or, where that path is too long for a socket,
        in a folder of the temporary directory that belongs to this person and this DATA_DIR."""
        socket = self.data_dir / "run" / "redis.sock"
        if len(os.fsencode(socket)) <= SOCKET_PATH_BYTES:
            return socket
        mark = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"whistle-{os.getuid()}-{mark}" / "redis.sock"

    @property
    def redis_address(self) -> str:
        """The URL to connect to, embedded or not."""
        return self.redis_url or f"unix://{quote(str(self.redis_socket))}"


def spoken_locale(environ: Mapping[str, str] = os.environ) -> str:
    """The language of whoever runs a command, known before any other setting is: LOCALE where we speak it, else zh."""
    locale = environ.get("LOCALE", "").strip()
    return locale if locale in LOCALES else LOCALES[0]


def _path(value: str) -> Path:
    return Path(os.path.normpath(ROOT / Path(value).expanduser()))


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _whole(given: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    value = given.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
        raise ConfigError(
            f"{name} 应为 {low} 到 {high} 的整数，而不是“{value}”。",
            f"{name} must be a whole number from {low} to {high}, not '{value}'.",
        )
    return int(value)


def _choice(given: Mapping[str, str], name: str, choices: tuple[str, ...], default: str) -> str:
    value = given.get(name, default)
    if value not in choices:
        raise ConfigError(
            f"{name} 只能是 {'、'.join(choices)}，而不是“{value}”。",
            f"{name} must be one of {', '.join(choices)}, not '{value}'.",
        )
    return value


def _url(given: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    """The URL as given; its text is never repeated in an error, for it may hold a password."""
    value = given.get(name)
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        whole = parts.scheme in schemes and bool(parts.netloc or parts.path.strip("/")) and (parts.port or 1) > 0
    except ValueError:
        whole = False
    if not whole:
        starts = "、".join(f"{scheme}://" for scheme in schemes)
        raise ConfigError(
            f"{name} 应为以 {starts} 开头的完整地址。",
            f"{name} must be a whole URL that starts with {starts.replace('、', ' or ')}.",
        )
    return value


def _make_folder(folder: Path) -> None:
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


def _database_url(given: Mapping[str, str], data_dir: Path) -> str:
    schemes = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg", "postgresql", "postgres")
    value = _url(given, "DATABASE_URL", schemes)
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


def _storage_url(given: Mapping[str, str], data_dir: Path) -> str:
    return _url(given, "STORAGE_URL", ("file", "s3")) or (data_dir / "files").as_uri()


def _city(given: Mapping[str, str]) -> Path:
    city = _path(given.get("CITY", "cities/sip"))
    if "CITY" in given and not city.is_dir():
        raise ConfigError(f"找不到城市数据包 {city}（CITY）。", f"There is no city pack at {city} (CITY).")
    return city


def _demo(given: Mapping[str, str], production: bool) -> bool | None:
    if "DEMO" not in given:
        return False if production else None
    demo = _choice(given, "DEMO", ("0", "1", "people"), "0") != "0"
    if demo and production:
        raise ConfigError(
            f"生产环境不能载入演示人员（DEMO={given['DEMO']}）：他们的密码人人皆知。",
            f"Production cannot load the demo people (DEMO={given['DEMO']}): everybody knows their password.",
        )
    return demo


def _timezone(given: Mapping[str, str]) -> str:
    name = given.get("TIMEZONE", "Asia/Shanghai")
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(
            f"没有名为“{name}”的时区（TIMEZONE）。", f"There is no time zone '{name}' (TIMEZONE)."
        ) from error
    return name


def _tile_url(given: Mapping[str, str]) -> str | None:
    value = _url(given, "TILE_URL", ("http", "https"))
    if value is not None and not all(part in value for part in ("{z}", "{x}", "{y}")):
        raise ConfigError("TILE_URL 须含有 {z}、{x} 与 {y}。", "TILE_URL must contain {z}, {x} and {y}.")
    return value


def _smtp_url(given: Mapping[str, str]) -> str | None:
    value = _url(given, "SMTP_URL", ("smtp", "smtps"))
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


def _mail_from(given: Mapping[str, str], base_url: str) -> str:
    host = urlsplit(base_url).hostname or ""
    value = given.get("MAIL_FROM", f"whistle@{host if re.search('[a-z]', host) and ':' not in host else 'localhost'}")
    if not re.fullmatch(r"[\w.+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", value, re.ASCII):
        raise ConfigError(
            f"MAIL_FROM 应为单个邮箱地址，而不是“{value}”。", f"MAIL_FROM must be one mail address, not '{value}'."
        )
    return value


def _base_url(given: Mapping[str, str], host: str, port: int) -> str:
    value = _url(given, "BASE_URL", ("http", "https"))
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


def _secret_key(given: Mapping[str, str], data_dir: Path, production: bool) -> str:
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


def _hold_production(settings: Settings, given: Mapping[str, str]) -> None:
    for name in ("BASE_URL", "TRUSTED_HOSTS"):
        if name not in given:
            raise ConfigError(f"生产环境必须设置 {name}。", f"Production needs {name}.")
    host = urlsplit(settings.base_url).hostname or ""
    if not any(host == name or (name.startswith(".") and f".{host}".endswith(name)) for name in settings.trusted_hosts):
        raise ConfigError(
            f"BASE_URL 的域名 {host} 不在 TRUSTED_HOSTS 之中。",
            f"The host of BASE_URL, {host}, is not in TRUSTED_HOSTS.",
        )
