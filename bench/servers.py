"""The web server alone, with the product's configuration, serving the product or a floor."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

from bench.load import Told, load, message
from config import ROOT, Settings
from queues.parts import dies_with
from stage.callers import PASSWORD
from stage.house import INHERITED, free_port
from workflow import bootstrap

PATIENCE_SECONDS = 60.0
PRODUCT, FLOOR = "wsgi:app", "bench.floors.app:app"


class Web:
    """`with Web(folder, url) as web:` serves at `web.port`: the same gunicorn, processes and threads for whichever
    `app`, and nothing of the house beside it: what workers do meanwhile is measured elsewhere."""

    def __init__(self, folder: Path, url: str, app: str = PRODUCT) -> None:
        self.port = free_port()
        self.folder, self.url, self.app = folder, url, app
        self.log = folder / f"{app.partition(':')[0]}.log"
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        asked = {"DATA_DIR": str(folder), "PORT": str(self.port), "DATABASE_URL": url, "DEMO": "people"}
        self.environment = {**inherited, **asked, "MALLOC_ARENA_MAX": "2"}
        self.settings = Settings.load(self.environment)

    def __enter__(self) -> Web:
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", self.app],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                preexec_fn=dies_with(os.getpid()),
            )
        until = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"it did not start: {self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(timeout=60)

    def cpu_seconds(self) -> float:
        """What all its processes have computed so far: hardly moved by whatever else the machine does."""
        forked = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        stats = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in forked)
        return sum(int(each[11]) + int(each[12]) for each in stats) / os.sysconf("SC_CLK_TCK")

    def load(self, clients: Sequence[Iterator[bytes]], seconds: float) -> Told:
        """`bench.load.load` on this server, with what it computed meanwhile."""
        before = self.cpu_seconds()
        told = load(self.port, clients, seconds)
        told.cpu = self.cpu_seconds() - before
        return told

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


def prepare(folder: Path, url: str) -> None:
    """A database with the city and the demo's people in it, for a house or a `Web` that has its data in `folder`; this
    process stays connected to it."""
    settings = Settings.load({"DATA_DIR": str(folder), "DATABASE_URL": url, "DEMO": "people"})
    bootstrap.prepare(settings)


def sign_in(port: int, username: str) -> dict[str, str]:
    """The header with which this person calls."""
    told = {"username": username, "password": PASSWORD}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/api/v1/tokens", json.dumps(told), {"Content-Type": "application/json"})
    token: str = json.loads(connection.getresponse().read())["token"]
    connection.close()
    return {"Authorization": f"Bearer {token}"}


def posted(path: str, body: object, headers: dict[str, str]) -> bytes:
    """A request with JSON in it."""
    return message("POST", path, json.dumps(body).encode(), headers)
