"""Organisation units as a tree, and the areas that some of them cover."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, CanonicalJSON

KINDS = ("city", "street", "community", "grid", "department")


class Unit(Base):
    """A city, street office, community, grid or department.

    `path` holds the codes from the root down, each followed by a slash (`sip/loufeng/loufeng-01/`), so that
    "this unit and all below" is one prefix comparison.
    """

    __tablename__ = "units"
    __table_args__ = (CheckConstraint(f"kind IN {KINDS}", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    name_zh: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(96))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    path: Mapped[str] = mapped_column(String(255), unique=True)

    active: Mapped[bool] = mapped_column(default=True)

    parent: Mapped[Unit | None] = relationship(remote_side=[id])
    area: Mapped[Area | None] = relationship(back_populates="unit", cascade="all, delete-orphan")

    def name(self, locale: str) -> str:
        """The unit's name in the reader's language."""
        return self.name_en if locale == "en" else self.name_zh

    def contains(self, other: Unit) -> bool:
        """Whether `other` is this unit or lies below it in the tree."""
        return other.path.startswith(self.path)


class Area(Base):
    """The ground a unit covers: a GeoJSON Polygon or MultiPolygon in WGS-84 degrees."""

    __tablename__ = "areas"

    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id", ondelete="CASCADE"), primary_key=True)
    geometry: Mapped[dict[str, object]] = mapped_column(CanonicalJSON)
    south: Mapped[float]
    west: Mapped[float]
    north: Mapped[float]
    east: Mapped[float]

    unit: Mapped[Unit] = relationship(back_populates="area")
