"""Awards that were drawn for a second pair of eyes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.ledger import Award
from models.people import User

VERDICTS = ("sound", "doubtful")


class Review(Base):
    """A paid award that somebody who had no part in it looks at."""

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint(f"verdict IN {VERDICTS}", name="verdict"),
        CheckConstraint("(verdict IS NULL) = (decided_by_id IS NULL)", name="decided"),
        Index(
            "ix_reviews_open", "id", sqlite_where=text("verdict IS NULL"), postgresql_where=text("verdict IS NULL")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("awards.id"), unique=True)
    day: Mapped[date] = mapped_column(index=True, comment="the local day in which it was paid")

    verdict: Mapped[str | None] = mapped_column(String(8))
    note: Mapped[str | None] = mapped_column(String(300))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]

    award: Mapped[Award] = relationship()
    decided_by: Mapped[User | None] = relationship()
