"""The whole house as people run it, on a database of its own, and its people over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import make_url

from stage.callers import Callers
from stage.house import House as Running


class House(Running):
    """A running Whistle, and its people over HTTP."""

    def __init__(self, database_url: str, data_dir: Path) -> None:
        super().__init__(data_dir, database_url, WORKERS="1")
        self._people = Callers(self)
        self.start()

    def eventually(self, ask: Callable[[], Any]) -> Any:
        """What `ask` gives as soon as it gives something; what workers do takes a moment."""
        return self.wait_for(ask, "there", 60)

    def call(self, who: str | None, method: str, path: str, **about: Any) -> requests.Response:
        """A call of the API by one of the demo's people, or by nobody."""
        headers = about.pop("headers", {})
        if who is not None:
            headers = headers | {"Authorization": f"Bearer {self._people[who].token}"}
        return requests.request(method, f"{self.address}/api/v1{path}", headers=headers, timeout=30, **about)


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    if request.param == "sqlite":
        url, server = f"sqlite:///{tmp_path}/whistle.db", None
    else:
        server = request.getfixturevalue("postgres")
        url = make_url(server.create()).render_as_string(hide_password=False)
    house = House(url, tmp_path)
    yield house
    house.close()
    if server is not None:
        server.drop(url)
