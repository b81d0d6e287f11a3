"""The embedded server, for real: private, on a socket alone, and with nothing kept on disk."""

import signal
import socket
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as NoRedis
from redis.retry import Retry

from config import CannotStart, Settings
from queues import embedded_redis
from tests.ops.processes import Program


@pytest.fixture(autouse=True)
def short_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where sockets with too long a path go, cleared away afterwards; after tmp_path, which lies in the real one."""
    with tempfile.TemporaryDirectory(prefix="w", dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield


@contextmanager
def server(settings: Settings) -> Iterator[Redis]:
    part = embedded_redis.part(settings)
    part.before_start()
    patient = Retry(ConstantBackoff(0.02), 250)
    with (
        Program(part.command, cwd=settings.data_dir) as program,
        Redis.from_url(settings.redis_address, retry=patient, retry_on_error=[NoRedis]) as client,
    ):
        client.ping()
        yield client
        program.signal(signal.SIGTERM)
        assert program.ends() == 0


@pytest.mark.parametrize("name", ["var", "数据 dir", "d" * 120])
def test_it_answers_on_the_address_of_the_settings(tmp_path: Path, name: str):
    settings = Settings.load({"DATA_DIR": str(tmp_path / name)})
    with server(settings) as client:
        assert client.set("whistle", "吹哨")
        assert client.get("whistle") == "吹哨".encode()


def test_it_is_for_its_owner_alone_and_listens_nowhere_else(tmp_path: Path):
    settings = Settings.load({"DATA_DIR": str(tmp_path)})
    with server(settings) as client:
        assert stat.S_IMODE(settings.redis_socket.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(settings.redis_socket.stat().st_mode) == 0o700
        assert client.config_get("port")["port"] == "0"
        assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"


def test_it_keeps_nothing_and_starts_over_a_socket_that_was_left(tmp_path: Path):
    settings = Settings.load({"DATA_DIR": str(tmp_path)})
    with server(settings) as client:
        client.set("whistle", "1")
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(settings.redis_socket))
    with server(settings) as client:
        assert client.get("whistle") is None
    assert [path.name for path in (tmp_path / "run").iterdir() if path.suffix in (".rdb", ".aof")] == []


def test_it_takes_the_first_program_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(embedded_redis.importlib.util, "find_spec", lambda name: None)
    for name, code in (("redis-server", 1), ("valkey-server", 0)):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {code}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert embedded_redis.find_binary() == tmp_path / "valkey-server"


def test_it_says_what_to_install_when_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(embedded_redis.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotStart, match=r"Redis.*redis-server.*REDIS_URL"):
        embedded_redis.find_binary()


def test_it_refuses_a_folder_that_somebody_laid_for_it(tmp_path: Path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "ours").symlink_to(tmp_path / "theirs")
    with pytest.raises(CannotStart, match="ours"):
        embedded_redis.keep_private(tmp_path / "ours")
