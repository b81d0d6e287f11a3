"""The city that this database serves: its pack's settings and rules, kept here so that every process sees the same."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, CanonicalJSON

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


def _first_revision() -> int:
    """Seconds since 2026, fit for 32 bits until 2094: a city that is loaded anew has no revision that a process which
    knew the former one could take for its own."""
    return max(0, int((datetime.now(UTC) - BEGINNING).total_seconds()))


class City(Base):
    """One row: whose database this is.

    `settings` is the pack's city.yaml without what has columns here: office hours, clock limits, governance limits.
    """

    __tablename__ = "cities"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    prefix: Mapped[str] = mapped_column(String(8), comment="of ticket numbers")
    name_zh: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(96))
    timezone: Mapped[str] = mapped_column(String(48))
    settings: Mapped[dict[str, Any]] = mapped_column(CanonicalJSON)
    pack_sha256: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int] = mapped_column(
        default=_first_revision,
        server_default="0",
        comment="grows with every change of what the city is (models/revision.py)",
    )

    house: Mapped[str | None] = mapped_column(
        String(40), comment="by which the storage knows its own; a restored database gets another"
    )
    demo: Mapped[bool] = mapped_column(default=False)
    loaded_at: Mapped[datetime]


class Rule(Base):
    """A rule of the pack: `routing` (may triage or assign as the system), `duplicates`, `reward` or `cap`."""

    __tablename__ = "rules"
    __table_args__ = (UniqueConstraint("kind", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(48))
    title_zh: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(CanonicalJSON)

    active: Mapped[bool] = mapped_column(default=True)

    def title(self, locale: str) -> str:
        """The rule in plain words, in the reader's language."""
        return self.title_en if locale == "en" else self.title_zh


class CalendarDay(Base):
    """A day that is not what its weekday says: a holiday, or a weekend that is worked in exchange."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    workday: Mapped[bool]
    name: Mapped[str] = mapped_column(String(64))


class CalendarYear(Base):
    """A year whose calendar was imported; `published` is false while its moved workdays are not announced."""

    __tablename__ = "calendar_years"
    __table_args__ = (CheckConstraint("year BETWEEN 2000 AND 2200", name="year"),)

    year: Mapped[int] = mapped_column(primary_key=True)
    published: Mapped[bool]
