"""The environment, as typed values."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from config import values
from config.reading import ConfigError, choice, path, url, whole
from config.secret_key import secret_key
from config.sign_ins import SignIns

LOCALES = ("zh", "en")
SOCKET_PATH_BYTES = 107
"""The longest path that a unix socket may have on Linux: sun_path holds 108 bytes, one of them the final zero."""


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
    tile_attribution: str
    base_url: str
    trusted_hosts: tuple[str, ...]
    """Empty: any host name, outside production only."""
    production: bool
    proxy_hops: int
    workers: int
    worker_megabytes: int
    """What a worker's program may hold in memory."""
    web_processes: int
    web_threads: int
    security_contact: str | None = None
    """Where holes are told of, a `mailto:` or `https://` address for security.txt (RFC 9116)."""
    sign_ins: SignIns = field(default_factory=SignIns)
    metrics_token: str | None = field(default=None, repr=False)
    """Lets a Prometheus elsewhere read /metrics; without it only this machine may."""

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings; a blank value counts as a missing one.

        Makes DATA_DIR and the secret key in it where they are needed and missing. Raises ConfigError.
        """
        given = {name: value.strip() for name, value in environ.items() if value.strip()}
        production = choice(given, "WHISTLE_ENV", ("development", "production"), "development") == "production"
        host, port = given.get("HOST", "127.0.0.1"), whole(given, "PORT", 8000, 1, 65535)
        data_dir = path(given.get("DATA_DIR", "var"))
        base_url = values.base_url(given, host, port)
        if not {"DATABASE_URL", "REDIS_URL", "STORAGE_URL", "SECRET_KEY"} <= given.keys():
            values.make_folder(data_dir)
        settings = cls(
            port=port,
            host=host,
            data_dir=data_dir,
            database_url=values.database_url(given, data_dir),
            redis_url=url(given, "REDIS_URL", ("redis", "rediss", "unix")),
            storage_url=values.storage_url(given, data_dir),
            secret_key=secret_key(given, data_dir, production),
            city=values.city(given),
            demo=values.demo(given, production),
            demo_history=not production and given.get("DEMO", "1") == "1",
            locale=choice(given, "LOCALE", LOCALES, "zh"),
            timezone=values.timezone(given),
            smtp_url=values.smtp_url(given),
            mail_from=values.mail_from(given, base_url),
            tile_url=values.tile_url(given),
            tile_attribution=given.get("TILE_ATTRIBUTION", ""),
            base_url=base_url,
            trusted_hosts=tuple(name.strip() for name in given.get("TRUSTED_HOSTS", "").split(",") if name.strip()),
            production=production,
            proxy_hops=whole(given, "PROXY_HOPS", 0, 0, 10),
            workers=whole(given, "WORKERS", 2, 1, 64),
            worker_megabytes=whole(given, "WORKER_MEGABYTES", 1024, 256, 65536),
            web_processes=whole(given, "WEB_CONCURRENCY", min(2, values.cores()), 1, 64),
            web_threads=whole(given, "WEB_THREADS", 16, 1, 256),
            security_contact=values.security_contact(given),
            sign_ins=SignIns.load(given),
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


def key_file(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The file in DATA_DIR that holds the secret key, made or not; None where SECRET_KEY says it."""
    given = {name: value.strip() for name, value in environ.items() if value.strip()}
    return None if "SECRET_KEY" in given else path(given.get("DATA_DIR", "var")) / "secret_key"


def _hold_production(settings: Settings, given: Mapping[str, str]) -> None:
    for name in ("BASE_URL", "TRUSTED_HOSTS"):
        if name not in given:
            raise ConfigError(f"生产环境必须设置 {name}。", f"Production needs {name}.")
    if urlsplit(settings.base_url).scheme != "https":
        # Over http every password and every cookie can be read on the way.
        raise ConfigError("生产环境的 BASE_URL 必须以 https:// 开头。", "BASE_URL of production begins with https://.")
    host = urlsplit(settings.base_url).hostname or ""
    if not any(host == name or (name.startswith(".") and f".{host}".endswith(name)) for name in settings.trusted_hosts):
        raise ConfigError(
            f"BASE_URL 的域名 {host} 不在 TRUSTED_HOSTS 之中。",
            f"The host of BASE_URL, {host}, is not in TRUSTED_HOSTS.",
        )
