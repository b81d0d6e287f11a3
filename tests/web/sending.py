"""What the tests of reports send, and what is there afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from models.database import Database
from stage.cast import LOUFENG

PLACE = {"category": "06010", "latitude": LOUFENG[0], "longitude": LOUFENG[1]}
TEXTS = {name: str(value) for name, value in PLACE.items()}


def count(db: Database, model: type[Any]) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def files_in(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "var" / "files").rglob("*.jpg"))


def keyed(key: str) -> dict[str, Any]:
    return {"headers": {"Idempotency-Key": key}}
