"""A demo is never served in production: everybody knows its people's password, whoever loaded it and when."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import CannotStart, Settings
from models.city import City


def hold_real(session: Session, settings: Settings) -> None:
    """Raise CannotStart where production was pointed at a database that was loaded as a demo."""
    if settings.production and session.scalar(select(City.id).where(City.demo)) is not None:
        raise CannotStart(
            "这个数据库是演示数据，账号密码人人皆知，不能用于生产环境：请用 DATABASE_URL 另设一个空数据库，"
            "或不设 WHISTLE_ENV=production。",
            "This database holds the demo, whose passwords everybody knows, and cannot be used in production: "
            "set DATABASE_URL to an empty database, or leave WHISTLE_ENV=production away.",
        )
