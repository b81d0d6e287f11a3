"""A pack to break, and a database to load packs into."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, text

from models import Base
from models.database import Database
from workflow.city import Mistake, Pack, PackError, read_pack
from workflow.say import say

ROOT = Path(__file__).resolve().parents[3]


def said(mistake: Mistake, locale: str = "en") -> str:
    """The mistake's reason."""
    return say(mistake.key, locale, **mistake.params)


@pytest.fixture(scope="session")
def sip() -> Pack:
    return read_pack(ROOT / "cities/sip")


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A copy of the tiny pack that a test may spoil."""
    return Path(shutil.copytree(ROOT / "tests/packs/tiny", tmp_path / "tiny"))


@pytest.fixture
def spoil(tiny: Path) -> Callable[[str, str, str], None]:
    """Replace text in one of the tiny pack's files; the text must be there once."""

    def change(file: str, old: str, new: str) -> None:
        text = (tiny / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
        (tiny / file).write_text(text.replace(old, new), encoding="utf-8")

    return change


@pytest.fixture
def mistakes(tiny: Path) -> Callable[[], list[tuple[str, int, str]]]:
    """What reading the spoiled pack complains of: (file, line, reason in English)."""

    def read() -> list[tuple[str, int, str]]:
        with pytest.raises(PackError) as caught:
            read_pack(tiny)
        assert all(said(mistake, "zh") for mistake in caught.value.mistakes)
        return [(mistake.file, mistake.line, said(mistake)) for mistake in caught.value.mistakes]

    return read


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of its own, on either engine."""
    url = f"sqlite:///{tmp_path / 'city.db'}"
    server = _postgres() if request.param == "postgresql" else None
    name = f"city_{uuid4().hex}"
    if server:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = server.url.set(database=name).render_as_string(hide_password=False)
    database = Database()
    engine = database.connect(url)
    Base.metadata.create_all(engine)
    yield database
    engine.dispose()
    if server:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name}"))
        server.dispose()


def _postgres() -> Engine:
    if "TEST_POSTGRES_URL" not in os.environ:
        pytest.skip("no PostgreSQL: bin/test starts one")
    return create_engine(os.environ["TEST_POSTGRES_URL"], isolation_level="AUTOCOMMIT")
