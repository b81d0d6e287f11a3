"""The report's way from sent to ended."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models import Event
from models.database import Database
from stage.cast import STEPS, a_ticket
from workflow.engine.history import replay
from workflow.engine.machines import machinery_of


@pytest.mark.parametrize("state", STEPS)
def test_it_reaches_every_state(db: Database, state: str) -> None:
    with db.writing() as session:
        ticket = a_ticket(session, state)
        assert ticket.state == state
        events = session.scalars(select(Event).where(Event.subject_id == ticket.id).order_by(Event.seq)).all()
        assert replay(machinery_of(session, ticket).lifecycle, events) == state
        assert ticket.version == len(events)
