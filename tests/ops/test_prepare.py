"""The way back to an earlier version of the database."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import migrations
from models.database import database
from queues import prepare


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DEMO", "0")
    monkeypatch.delenv("DATABASE_URL", raising=False)


def test_it_goes_back_and_forth(house: None) -> None:
    assert prepare.main() == 0
    assert prepare.main(["--back-to", "0003"]) == 0
    assert migrations.current(database) == "0003"
    assert prepare.main() == 0
    assert migrations.current(database) == migrations.head()


@pytest.mark.parametrize("where", ["9999", "base", ""])
def test_it_goes_to_no_version_that_is_not_earlier(house: None, capsys: pytest.CaptureFixture[str], where: str) -> None:
    assert prepare.main() == 0
    head = migrations.head()
    assert prepare.main(["--back-to", where or head]) == 1
    assert f"is no version before the database's ({head})" in capsys.readouterr().err
    assert migrations.current(database) == head
