"""A short kill drill on every run of the tests; `bin/drill kills` is the long one."""

from __future__ import annotations

import pytest

from drills import kills
from stage.stage import stage


@pytest.mark.timeout(300)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_nothing_is_lost_and_nothing_done_twice(database: str, request: pytest.FixtureRequest) -> None:
    if database == "postgresql":
        request.getfixturevalue("postgres")  # where there is none, this is said as everywhere; the drill has its own
    said: list[str] = []
    with stage(database, long=False, seed=1, write=said.append) as it:
        kills.drill(it, events=60, least_kills=4)
    assert it.figures.held, "\n".join(said)
