"""A house of its own with the whole demo in it, that is there for as long as somebody looks at it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext

from bench.tour import Stop, stops
from config import ROOT, Settings
from workflow import bootstrap

PATIENCE_SECONDS = 240.0
PASSWORD = "whistle"  # noqa: S105  the demo's, said on its pages


class House:
    """`with House(folder) as house:` runs `bin/serve` with its data in `folder`, and loads the demo there first."""

    def __init__(self, folder: Path, **environment: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        self.address = f"http://127.0.0.1:{port}"
        self.log = folder / "log"
        self._environment = {"DATA_DIR": str(folder), "PORT": port, "LOCALE": "zh", **environment}

    def __enter__(self) -> House:
        names = ("PATH", "HOME", "LANG", "TMPDIR", "WEB_CONCURRENCY")
        inherited = {name: os.environ[name] for name in names if name in os.environ}
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "queues.serve"],
                cwd=ROOT,
                env=inherited | self._environment,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + PATIENCE_SECONDS
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"it did not start: {self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.2)
        database = bootstrap.connect(Settings.load(self._environment))
        with database.reading() as session:
            self.stops: list[Stop] = stops(session)
        database.engine.dispose()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=60)

    def cookie(self, username: str) -> str:
        """The session of somebody who has just signed in."""
        body = urlencode({"username": username, "password": PASSWORD}).encode()
        request = urllib.request.Request(f"{self.address}/sign-in", body, {"Origin": self.address})
        opener = urllib.request.build_opener(_Stay)
        try:
            answer = opener.open(request, timeout=30)
        except urllib.error.HTTPError as redirected:
            answer = redirected
        sent: list[str] = answer.headers.get_all("Set-Cookie") or []
        return dict(each.split(";")[0].split("=", 1) for each in sent)["whistle_session"]

    def enter(self, context: BrowserContext, username: str | None) -> None:
        """Let a browser be this person, or nobody."""
        context.clear_cookies()
        if username is not None:
            value = self.cookie(username)
            context.add_cookies([{"name": "whistle_session", "value": value, "url": self.address}])

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/readyz?all=1", timeout=2) as answer:
                return bool(json.load(answer)["relay"] == "ok")
        except OSError:
            return False


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_about: object) -> None:
        return None
