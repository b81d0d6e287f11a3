"""What an administrator set in place of what the city's pack says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, CanonicalJSON
from models.people import User

THINGS = ("category", "unit", "rule", "city", "calendar")


class Override(Base):
    """One value set by hand. The thing's own row holds what is in force, so that only loading a pack reads this table.

    `pack` is what the pack said when it was last loaded; null where it has no such thing.
    """

    __tablename__ = "overrides"
    __table_args__ = (
        UniqueConstraint("thing", "code", "field"),
        CheckConstraint(f"thing IN {THINGS}", name="thing"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    thing: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(64))
    field: Mapped[str] = mapped_column(String(64))
    value: Mapped[Any] = mapped_column(CanonicalJSON)
    pack: Mapped[Any | None] = mapped_column(CanonicalJSON)
    set_at: Mapped[datetime]
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    set_by: Mapped[User | None] = relationship()
