"""What must still happen: rows written with the change that asked for them, and done once. Redis only wakes workers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text, insert, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.clock import now


class Outbox(Base):
    """A thing to do: `topic` names the job, `ref` what it is about, `due` when. A timer is a row with a later `due`."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "due",
            sqlite_where=text("done_at IS NULL AND dead_at IS NULL"),
            postgresql_where=text("done_at IS NULL AND dead_at IS NULL"),
        ),
        Index(
            "ix_outbox_dead",
            "dead_at",
            sqlite_where=text("dead_at IS NOT NULL"),
            postgresql_where=text("dead_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(32))
    ref: Mapped[str] = mapped_column(String(64))
    due: Mapped[datetime]
    created_at: Mapped[datetime]

    attempts: Mapped[int] = mapped_column(default=0, comment="how often a relay has handed it out")
    runs: Mapped[int] = mapped_column(default=0, comment="how often a worker is known to have begun it and not ended")
    lease: Mapped[datetime | None] = mapped_column(comment="not handed out again before this moment")
    held_until: Mapped[datetime | None] = mapped_column(
        comment="a worker is sending it outside of any transaction: no other begins before this moment"
    )
    done_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    dead_at: Mapped[datetime | None]


_ASK = insert(Outbox).returning(Outbox.id)


def later(session: Session, topic: str, ref: object, due: datetime | None = None) -> int:
    """Ask for a job, in the caller's transaction; the number of its row. `due` in UTC; without it, at once.

    Who runs the jobs of a session itself has put what hears of them into its `info["later"]`.
    """
    moment = now()
    asked = {"topic": topic, "ref": str(ref), "due": due or moment, "created_at": moment}
    if (hear := session.info.get("later")) is not None:
        return int(hear(asked))
    # Past the unit of work, which would take four times as long to do the same.
    return session.connection().execute(_ASK, asked).scalar_one()
