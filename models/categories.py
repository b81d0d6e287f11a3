"""What a report may be about."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, CanonicalJSON
from models.units import Unit


class CategoryGroup(Base):
    """One of the few large groups that a rider chooses from."""

    __tablename__ = "category_groups"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(32))
    name_en: Mapped[str] = mapped_column(String(64))
    icon: Mapped[str] = mapped_column(String(48), comment="a Lucide icon's name")
    position: Mapped[int]

    def name(self, locale: str) -> str:
        """The group's name in the reader's language."""
        return self.name_en if locale == "en" else self.name_zh


class Category(Base):
    """A matter of a scheme: who deals with it, in what time, with what evidence, for how many points."""

    __tablename__ = "categories"
    __table_args__ = (
        UniqueConstraint("scheme", "code"),
        CheckConstraint("limit_minutes > 0", name="limit"),
        CheckConstraint("limit_counts IN ('working', 'calendar')", name="counts"),
        CheckConstraint("points >= 0", name="points"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme: Mapped[str] = mapped_column(String(48))
    code: Mapped[str] = mapped_column(String(16), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    class_name: Mapped[str] = mapped_column(String(32), comment="the standard's own class")
    name_zh: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str | None] = mapped_column(String(96))
    group_code: Mapped[str] = mapped_column(ForeignKey("category_groups.code"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    limit_minutes: Mapped[int]
    limit_counts: Mapped[str] = mapped_column(String(8), comment="working or calendar minutes")
    urgent: Mapped[bool]
    photo_required: Mapped[bool]
    evidence_required: Mapped[bool] = mapped_column(comment="an after photo is needed to resolve")
    points: Mapped[int]
    usual: Mapped[bool] = mapped_column(comment="shown first in its group")
    position: Mapped[int]
    keywords: Mapped[list[str]] = mapped_column(CanonicalJSON)

    active: Mapped[bool] = mapped_column(default=True)

    group: Mapped[CategoryGroup] = relationship()
    department: Mapped[Unit] = relationship()

    def name(self, locale: str) -> str:
        """The category's name in the reader's language; the standard's own where none was translated."""
        return (self.name_en or self.name_zh) if locale == "en" else self.name_zh
