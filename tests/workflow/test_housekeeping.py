"""What is over is forgotten, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from sqlalchemy import func, select

from models import Answer, Photo, Session, Throttle
from models.clock import now
from models.database import Database
from stage.cast import PASSWORD, a_report, person, photo
from workflow import throttle
from workflow.housekeeping import forget
from workflow.identity.signing_in import sign_in


def test_it_forgets_what_is_over(db: Database) -> None:
    sign_in(db, "alice", PASSWORD, kind="bearer")
    with db.writing() as session:
        alice = person(session, "alice")
        throttle.count(session, throttle.Limit("reports", 60, 60), str(alice.id))
        answer = Answer(user_id=alice.id, key="k", request_hash="0" * 64, status=201, body="{}", created_at=now())
        session.add(answer)
        used, unused = photo(session, alice), photo(session, alice)
        a_report(session, photos=[used])
        key = session.scalars(select(Photo.storage_key).where(Photo.public_id == unused)).one()
    with db.writing() as session:
        assert forget(session) == []
    counts = {}
    for days in (0, 30, 32, 36, 61):
        with time_machine.travel(now() + timedelta(days=days)), db.writing() as session:
            gone = forget(session)
            counts[days] = [
                session.scalar(select(func.count()).select_from(model)) for model in (Throttle, Photo, Answer, Session)
            ]
            assert gone == ([key] if days == 32 else [])
    assert counts == {0: [2, 2, 1, 1], 30: [0, 2, 1, 1], 32: [0, 1, 1, 1], 36: [0, 1, 0, 1], 61: [0, 1, 0, 0]}
