"""What a database is not started with: a definition that cannot be read, and in production a demo."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import CannotStart, Settings
from models import City
from models.database import Database
from tests.ops.processes import Program
from tests.ops.test_serve import free_port
from workflow.bootstrap import load_city, prepare

SIP = Path(__file__).resolve().parents[2] / "cities" / "sip"


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_a_definition_that_is_no_text_is_named(session: Session, tmp_path: Path, content: bytes | None) -> None:
    pack = Path(shutil.copytree(SIP, tmp_path / "sip"))
    own = pack / "workflow" / "report.yaml"
    own.parent.mkdir()
    own.mkdir() if content is None else own.write_bytes(content)
    with pytest.raises(CannotStart, match=r"report\.yaml:1: "):
        load_city(session, pack, demo=False)


def in_production(db: Database, folder: Path) -> dict[str, str]:
    return {
        "WHISTLE_ENV": "production",
        "DATABASE_URL": db.engine.url.render_as_string(hide_password=False),
        "DATA_DIR": str(folder / "var"),
        "SECRET_KEY": "k" * 40,
        "BASE_URL": "https://whistle.example",
        "TRUSTED_HOSTS": "whistle.example",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }


def pretend(db: Database) -> None:
    with db.writing() as session:
        session.scalars(select(City)).one().demo = True


def test_production_does_not_start_on_a_demo(db: Database, tmp_path: Path) -> None:
    settings = Settings.load(in_production(db, tmp_path))
    prepare(settings)
    pretend(db)
    with pytest.raises(CannotStart, match=r"演示数据.* / This database holds the demo"):
        prepare(settings)


@pytest.mark.parametrize(
    "program", [["-m", "queues.worker"], ["-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"]]
)
def test_no_part_of_production_serves_a_demo(db: Database, tmp_path: Path, program: list[str]) -> None:
    pretend(db)
    with Program([sys.executable, *program], in_production(db, tmp_path) | {"PORT": str(free_port())}) as it:
        assert it.ends() == 1
        assert "This database holds the demo" in "\n".join(it.said)
        assert "Traceback" not in "\n".join(it.said)
