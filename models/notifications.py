"""What people are told: each one's inbox, and what they want to hear by which way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, CanonicalJSON


class Telling(Base):
    """What an event says to whom, decided in its own transaction and delivered by a worker, which takes the row away.

    Later the department may be another and the deadline too: whoever is told then would be told what never was.
    """

    __tablename__ = "tellings"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    said: Mapped[dict[str, str]] = mapped_column(CanonicalJSON, comment="the sentence's key by the person's id")
    params: Mapped[dict[str, Any]] = mapped_column(CanonicalJSON)


class Notification(Base):
    """A sentence told to a person: a key and parameters, said in the language they read it in.

    `cause` makes telling repeatable: the same cause is told the same person once.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("user_id", "cause"),
        Index("ix_notifications_inbox", "user_id", "created_at", "id"),
        Index(
            "ix_notifications_unread",
            "user_id",
            "hidden",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    cause: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(64))
    params: Mapped[dict[str, Any]] = mapped_column(CanonicalJSON)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    hidden: Mapped[bool] = mapped_column(
        default=False, server_default=false(), comment="not in the inbox: its person wants it by another channel alone"
    )
    created_at: Mapped[datetime] = mapped_column(comment="when it happened, not when it was delivered")

    read_at: Mapped[datetime | None]


class Preference(Base):
    """That a person switched a kind of notification on or off for a channel; without a row the kind's default holds."""

    __tablename__ = "preferences"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    wanted: Mapped[bool]
