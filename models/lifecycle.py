"""What everything with a lifecycle shares: the columns that the engine moves, and a history that only grows."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from models.base import Base, CanonicalJSON

NEW = "new"  # before the first transition: never seen from outside


class Definition(Base):
    """A lifecycle's definition as it was when first used; a ticket keeps the version it was opened with."""

    __tablename__ = "definitions"
    __table_args__ = (UniqueConstraint("kind", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class Lifecycle:
    """Mixin of a row that the engine moves. Only `workflow.engine` assigns `state` and `version`."""

    kind: ClassVar[str]
    history: ClassVar[type[History]]
    words: ClassVar[type[Words]]

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(32), default=NEW)
    version: Mapped[int] = mapped_column(default=0, comment="transitions fired; the last event's seq")
    updated_at: Mapped[datetime]

    @declared_attr
    def definition_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("definitions.id"))


class History:
    """Mixin of an append-only history: one row a transition, chained by hash to the same subject's row before it.

    `details` is the canonical JSON text that was hashed. What people wrote lies in `Words`, of which
    `words_hash` is a salted hash: erasing the words leaves the chain valid.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int]
    at: Mapped[datetime]
    actor_role: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(32))
    from_state: Mapped[str] = mapped_column(String(32))
    to_state: Mapped[str] = mapped_column(String(32))
    details: Mapped[str] = mapped_column(Text)
    public: Mapped[bool]
    words_hash: Mapped[str | None] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    subject_id: Mapped[int]

    @declared_attr
    def actor_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("users.id"))

    @declared_attr
    def actor_unit_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("units.id"))


class Words:
    """Mixin of the erasable side of a history: the free text of one event, with the salt of its hash."""

    salt: Mapped[str] = mapped_column(String(32))
    words: Mapped[dict[str, Any] | None] = mapped_column(CanonicalJSON)

    erased_at: Mapped[datetime | None]

    event_id: Mapped[int]

    __table_args__: ClassVar[Any] = (CheckConstraint("words IS NOT NULL OR erased_at IS NOT NULL", name="erased"),)
