"""The one table of the floors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from models.base import UTCDateTime
from models.clock import now
from models.database import Database


class Base(DeclarativeBase):
    """Apart from the product's tables, which migrations make."""

    metadata = MetaData()
    type_annotation_map = {datetime: UTCDateTime()}


class Row(Base):
    """About what somebody sends of a report."""

    __tablename__ = "floor_rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(32))
    description: Mapped[str] = mapped_column(Text)
    latitude: Mapped[float]
    longitude: Mapped[float]
    created_at: Mapped[datetime] = mapped_column(index=True)

    def shown(self) -> dict[str, Any]:
        """As JSON says it."""
        return {
            "id": self.id,
            "state": self.state,
            "description": self.description,
            "latitude": self.latitude,
            "longitude": self.longitude,
            "created_at": self.created_at.isoformat(),
        }


COLUMNS = (Row.id, Row.state, Row.description, Row.latitude, Row.longitude, Row.created_at)


def row_of(latitude: float, longitude: float, description: str) -> Row:
    """A new row."""
    return Row(state="new", description=description, latitude=latitude, longitude=longitude, created_at=now())


def make(database: Database, rows: int = 0) -> None:
    """The table, with so many rows in it."""
    Base.metadata.create_all(database.engine)
    with database.writing() as session:
        session.add_all(row_of(31.3, 120.6, f"路边垃圾成堆 {number}。") for number in range(rows))
