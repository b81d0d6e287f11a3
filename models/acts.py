"""What administrators did: a table that only grows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.append_only import guard
from models.base import Base, CanonicalJSON
from models.people import User


class Act(Base):
    """One act of administration: who, when, what, to which object. The database refuses UPDATE and DELETE.

    `subject` is the object's code or number, a person's id. Without an actor it was done at the command line.
    """

    __tablename__ = "acts"
    __table_args__ = (Index("ix_acts_subject", "subject_kind", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    action: Mapped[str] = mapped_column(String(48), index=True)
    subject_kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(CanonicalJSON)

    actor: Mapped[User | None] = relationship()
    said: Mapped[ActWords | None] = relationship(uselist=False, viewonly=True)

    @property
    def words(self) -> dict[str, str]:
        """What was written with the act, as far as it still exists."""
        return self.said.words if self.said is not None else {}


class ActWords(Base):
    """What was written with an act, and names that it says: unlike the act it can be erased."""

    __tablename__ = "act_words"

    act_id: Mapped[int] = mapped_column(ForeignKey("acts.id"), primary_key=True)
    words: Mapped[dict[str, str]] = mapped_column(CanonicalJSON)


guard(Act.metadata.tables["acts"])
