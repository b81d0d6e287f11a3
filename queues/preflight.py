"""What must be true before anything starts; each failure is a sentence, in both languages."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import tempfile
from pathlib import Path
from typing import TextIO

from config import CannotStart, Settings

REDIS_SECONDS = 3.0


def check_port(host: str, port: int) -> None:
    """Raise CannotStart unless the web server can listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(1)
    except socket.gaierror as error:
        raise CannotStart(
            f"无法识别的地址 {host}（HOST）。", f"The address {host} is not known here (HOST)."
        ) from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(
                f"端口 {port} 已被占用：请停止占用它的程序，或用 PORT 另设端口。",
                f"Port {port} is in use: stop the program that uses it, or set PORT to another.",
            ) from error
        raise CannotStart(
            f"无法监听 {host} 的端口 {port}：{error.strerror}。",
            f"Cannot listen on {host}, port {port}: {error.strerror}.",
        ) from error


def check_redis(settings: Settings) -> None:
    """Raise CannotStart unless the Redis that REDIS_URL names answers; the embedded one is started later."""
    if settings.redis_url is None:
        return
    from redis.exceptions import RedisError

    from queues.connection import connect

    try:
        with connect(settings.redis_url, REDIS_SECONDS) as connection:
            connection.ping()
    except RedisError as error:
        raise CannotStart(
            "连接不上 REDIS_URL 指定的 Redis：请启动它，或去掉 REDIS_URL 改用自带的。",
            "The Redis of REDIS_URL does not answer: start it, or leave REDIS_URL away to use the embedded one.",
        ) from error


def check_writable(folder: Path) -> None:
    """Raise CannotStart unless a file can be written in `folder`."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as trial:
            trial.write(b"whistle")
            trial.flush()
    except OSError as error:
        raise CannotStart(
            f"数据目录 {folder} 无法写入（{error.strerror}）：请检查权限与剩余空间，或用 DATA_DIR 另设目录。",
            f"The data folder {folder} cannot be written ({error.strerror}): check its permissions and free space, "
            "or set DATA_DIR to another folder.",
        ) from error


def hold_alone(data_dir: Path) -> TextIO:
    """A file whose lock this process holds for as long as it lives: one supervisor a DATA_DIR.

    Raises CannotStart when another holds it.
    """
    run = data_dir / "run"
    check_writable(run)
    held = (run / "supervisor.lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        held.seek(0)
        pid = held.read().strip() or "?"
        held.close()
        raise CannotStart(
            f"{data_dir} 已有一个吹哨在运行（进程 {pid}）。",
            f"A Whistle is running on {data_dir} already (process {pid}).",
        ) from error
    held.truncate(0)
    held.write(f"{os.getpid()}\n")
    held.flush()
    return held


def check_database(settings: Settings) -> None:
    """Raise CannotStart when the database cannot be opened or was made by a newer version than this code."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        unknown = _unknown_revisions(settings.database_url)
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise CannotStart(f"无法打开数据库：{why}", f"The database cannot be opened: {why}") from error
    if unknown:
        raise CannotStart(
            f"数据库由更新的版本建立（{unknown}）：请升级吹哨，或恢复升级前的备份。",
            f"The database was made by a newer version ({unknown}): upgrade Whistle, or restore an earlier backup.",
        )


def _unknown_revisions(url: str) -> str:
    from sqlalchemy import create_engine, inspect, make_url, text

    from models import migrations

    place = make_url(url)
    embedded = place.get_backend_name() == "sqlite"
    if embedded and not Path(place.database or "").exists():
        return ""
    engine = create_engine(place, connect_args={} if embedded else {"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return ""
            stored = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    finally:
        engine.dispose()
    return ", ".join(revision for revision in stored if not migrations.known(revision))
