"""The whole house as people run it: `python -m queues.serve` with all its parts, on a database of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import make_url

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class House:
    """A running Whistle, and its people over HTTP."""

    def __init__(self, database_url: str, data_dir: Path) -> None:
        self.address = f"http://127.0.0.1:{free_port()}"
        self.log = data_dir / "log"
        self._tokens: dict[str, str] = {}
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        environment = inherited | {
            "PORT": self.address.rpartition(":")[2],
            "DATA_DIR": str(data_dir),
            "DATABASE_URL": database_url,
            "DEMO": "people",
            "WORKERS": "1",
        }
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "queues.serve"], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        self.eventually(lambda: self._ready() or None)

    def _ready(self) -> bool:
        if self._process.poll() is not None:
            pytest.fail(f"it ended: {self.log.read_text(errors='replace')[-2000:]}")
        try:
            with urllib.request.urlopen(f"{self.address}/readyz?all=1", timeout=2) as answer:
                return json.load(answer)["relay"] == "ok"
        except OSError:
            return False

    def eventually(self, ask: Callable[[], Any]) -> Any:
        """What `ask` gives as soon as it gives something; what workers do takes a moment."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            answer = ask()
            if answer is not None:
                return answer
            time.sleep(0.05)
        pytest.fail(f"waited {PATIENCE_SECONDS} s in vain: {self.log.read_text(errors='replace')[-2000:]}")

    def call(self, who: str | None, method: str, path: str, **about: Any) -> requests.Response:
        """A call of the API by one of the demo's people, or by nobody."""
        headers = about.pop("headers", {})
        if who is not None:
            headers = headers | {"Authorization": f"Bearer {self._token(who)}"}
        return requests.request(method, f"{self.address}/api/v1{path}", headers=headers, timeout=30, **about)

    def _token(self, who: str) -> str:
        if who not in self._tokens:
            answer = self.call(None, "POST", "/tokens", json={"username": who, "password": "whistle"})
            assert answer.status_code == 201, answer.text
            self._tokens[who] = answer.json()["token"]
        return self._tokens[who]

    def stop(self) -> int:
        """Ctrl-C, and wait until all is gone."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(timeout=30)


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    if request.param == "sqlite":
        url, server = f"sqlite:///{tmp_path}/whistle.db", None
    else:
        server = request.getfixturevalue("postgres")
        url = make_url(server.create()).render_as_string(hide_password=False)
    house = House(url, tmp_path)
    yield house
    house.stop()
    if server is not None:
        server.drop(url)
