"""Does what waits in the outbox, in this process: the same `run` that workers call, without their Redis."""

from __future__ import annotations

from sqlalchemy import select

from models import Outbox
from models.clock import now
from models.database import database
from queues.run import run


def drain(most: int = 200) -> list[str]:
    """Run all rows that are due until none is left; returns their topics in order. Fails where one dies or fails."""
    done: list[str] = []
    while True:
        with database.reading() as session:
            waiting = Outbox.done_at.is_(None) & Outbox.dead_at.is_(None) & (Outbox.due <= now())
            rows = session.scalars(select(Outbox).where(waiting).order_by(Outbox.id)).all()
        if not rows:
            return done
        for row in rows:
            run(row.id)
            with database.reading() as session:
                after = session.get_one(Outbox, row.id)
                assert after.done_at, f"{after.topic} {after.ref}: {after.last_error}"
            done.append(row.topic)
        assert len(done) < most, f"the outbox never empties: {done[-20:]}"
