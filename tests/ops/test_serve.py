"""bin/serve's whole house, for real: a fresh folder, SQLite, the embedded Redis, workers, relay and web."""

import http.client
import json
import os
import re
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import Settings
from queues.gate import Gate
from queues.serve import parts
from tests.ops.processes import Program, is_gone, kill

PARTS = ("redis", "worker1", "relay", "web")


class House(Program):
    """A running `queues.serve` on a port and a folder of its own."""

    def __init__(self, data_dir: Path, port: int) -> None:
        super().__init__([sys.executable, "-m", "queues.serve"], surroundings(data_dir, port))
        self.port = port

    def ready(self, seconds: float = 40.0) -> "House":
        self.expect(f"吹哨已就绪：http://127.0.0.1:{self.port} / Whistle is ready", seconds)
        return self

    def pids(self) -> dict[str, int]:
        """The process of each part's last start, as far as has been read."""
        return {
            name: int(pid) for line in self.said for name, pid in re.findall(r"^(\w+) +\| started, pid (\d+)", line)
        }

    def get(self, path: str) -> tuple[int, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or "{}")
        finally:
            connection.close()


def surroundings(data_dir: Path, port: int) -> dict[str, str]:
    blank = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "SECRET_KEY", "WHISTLE_ENV", "CITY"), "")
    return {**blank, "DATA_DIR": str(data_dir), "PORT": str(port), "WORKERS": "1", "DEMO": "people"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def children(pid: int) -> set[int]:
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serve") / "var"


@pytest.fixture(scope="module")
def house(data_dir: Path) -> Iterator[House]:
    """One house for all tests here, on a fresh folder; each leaves it as it found it."""
    with House(data_dir, free_port()) as it:
        yield it.ready()


def test_a_fresh_house_is_ready_with_its_demo(house: House):
    status, body = house.get("/readyz?all=1")
    assert status == 200
    assert dict.fromkeys(("database", "redis", "worker", "relay"), "ok").items() <= body.items()
    house.expect(r"Demo accounts.*rider1")


def test_what_it_stores_is_for_its_owner_alone(house: House, data_dir: Path):
    shown = [path for path in data_dir.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]
    assert shown == []


def test_a_second_start_says_that_the_port_is_in_use(house: House, tmp_path: Path):
    with House(tmp_path / "other", house.port) as second:
        assert second.ends() == 1
        assert second.said[0].endswith(
            f"Port {house.port} is in use: stop the program that uses it, or set PORT to another."
        )
        assert len(second.said) == 1


def test_a_second_start_on_the_same_folder_is_refused(house: House, data_dir: Path):
    with House(data_dir, free_port()) as second:
        assert second.ends() == 1
        assert f"A Whistle is running on {data_dir} already (process {house.process.pid})." in second.said[0]


@pytest.mark.parametrize(
    ("name", "back"),
    [
        ("redis", r"redis +\| .*Server initialized"),
        ("relay", r"relay +\| .*relaying"),
        ("worker1", r"worker1 +\| .*working"),
    ],
)
def test_a_killed_part_is_back_within_five_seconds(house: House, name: str, back: str):
    kill(house.pids()[name])
    began = time.monotonic()
    house.pid_of(name)
    house.expect(back)
    assert time.monotonic() - began < 5


def test_a_killed_web_server_is_back_within_five_seconds(house: House):
    web = house.pids()["web"]
    workers = children(web)
    assert workers
    kill(web)
    began = time.monotonic()
    house.pid_of("web")
    house.expect(r"web +\| .*Booting worker")
    assert house.get("/healthz")[0] == 200
    assert time.monotonic() - began < 5
    assert all(is_gone(worker, 0) for worker in workers)


def test_killed_itself_it_leaves_no_orphan_and_starts_again(data_dir: Path, house: House):
    left = [*house.pids().values(), *children(house.pids()["web"])]
    house.signal(signal.SIGKILL)
    house.process.wait()
    assert all(is_gone(pid) for pid in left)
    assert (data_dir / "run" / "redis.sock").exists()

    with House(data_dir, house.port) as again:
        again.ready()
        pids = again.pids()
        assert set(pids) == set(PARTS)
        again.signal(signal.SIGTERM)
        assert again.ends() == 0
        ended = [line.split()[0] for line in again.said if "| ended" in line]
        assert ended == ["web", "relay", "worker1", "redis"]
        assert not any(os.path.exists(f"/proc/{pid}") for pid in pids.values())  # noqa: PTH110
    assert not (data_dir / "run" / "redis.sock").exists()


def test_a_broken_setting_is_a_sentence(tmp_path: Path):
    with Program([sys.executable, "-m", "queues.serve"], {"DATA_DIR": str(tmp_path), "PORT": "never"}) as it:
        assert it.ends() == 1
        assert it.said == [
            "PORT 应为 1 到 65535 的整数，而不是“never”。 / PORT must be a whole number from 1 to 65535, not 'never'."
        ]


def test_a_broken_city_is_a_sentence(tmp_path: Path):
    city = tmp_path / "city"
    city.mkdir()
    with Program(
        [sys.executable, "-m", "queues.serve"], {**surroundings(tmp_path / "var", free_port()), "CITY": str(city)}
    ) as it:
        assert it.ends() == 1
        assert "The city's pack cannot be used" in "\n".join(it.said)
        assert "Traceback" not in "\n".join(it.said)
        assert not any("started" in line for line in it.said)


def test_an_outside_redis_means_that_none_is_started(tmp_path: Path):
    given, gate = {**surroundings(tmp_path, 8000), "WORKERS": "3"}, Gate()
    names = {
        url: [part.name for part in parts(Settings.load({**given, "REDIS_URL": url}), gate)]
        for url in ("", "redis://cache")
    }
    outside = ["worker1", "worker2", "worker3", "relay", "web"]
    assert names == {"": ["redis", *outside], "redis://cache": outside}
