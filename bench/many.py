"""A city with many tickets, written past the engine and without histories: for measuring lists, which read none."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models import Assignment, Category, Ticket, Unit, User
from models.clock import now
from stage.traffic import MATTER, PLACE
from workflow.engine.machines import current

BATCH = 5000
OPEN_SHARE = 0.05
"""Nineteen of twenty have ended, as in a city that has worked for some years."""
CLOCKS = {"submitted": "triage", "triaged": "dispatch", "assigned": "resolve", "in_progress": "resolve"}
ASSISTED_SHARE = 0.05
AT_STREETS = ("submitted", "triaged")
"""No department leads these; it has led all that has ended."""
APART = timedelta(minutes=1)


def many_tickets(session: Session, count: int, chance: random.Random) -> None:
    """So many tickets in an empty database, one a minute up to now, over all streets."""
    city = _City(session, chance)
    for begin in range(1, count + 1, BATCH):
        rows = [city.row(each, now() - APART * (count - each)) for each in range(begin, min(begin + BATCH, count + 1))]
        session.execute(insert(Ticket), rows)
        parts = [part for row in rows if row["department_id"] for part in city.parts(row)]
        session.execute(insert(Assignment), parts)
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql("ANALYZE")  # what autovacuum does within a minute


class _City:
    def __init__(self, session: Session, chance: random.Random) -> None:
        self.chance = chance
        self.definition = current(session, Ticket.kind).id
        self.streets = session.scalars(select(Unit.id).where(Unit.kind == "street")).all()
        self.departments = session.scalars(select(Unit.id).where(Unit.kind == "department")).all()
        self.reporter = session.scalars(select(User.id).where(User.username == "rider1")).one()
        self.category = session.scalars(select(Category.id).where(Category.code == MATTER)).one()

    def row(self, number: int, at: datetime) -> dict[str, Any]:
        """A ticket of that moment."""
        is_open = self.chance.random() < OPEN_SHARE
        state = self.chance.choice(list(CLOCKS)) if is_open else "rewarded"
        ended, due = (None, at + timedelta(days=3)) if is_open else (at, None)
        return {
            "id": number, "state": state, "version": 3, "definition_id": self.definition, "series": "SIP-26",
            "public_id": f"many{number}", "reporter_id": self.reporter, "anonymous": False,
            "description": f"路边垃圾成堆，第 {number} 处。", "address": f"星湖街 {number % 900} 号",
            "latitude": PLACE[0] + self.chance.uniform(-0.05, 0.05),
            "longitude": PLACE[1] + self.chance.uniform(-0.05, 0.05),
            "datum": "wgs84", "created_at": at, "updated_at": at, "category_id": self.category,
            "unit_id": self.chance.choice(self.streets), "routed_at": at,
            "department_id": self.chance.choice(self.departments) if state not in AT_STREETS else None,
            "priority": "normal", "clock": CLOCKS.get(state), "clock_started_at": at if is_open else None,
            "clock_minutes": 4320 if is_open else None, "clock_counts": "working" if is_open else None,
            "due_at": due, "near_at": due, "ended_at": ended, "settled_at": ended, "resolved_at": ended,
            "send_backs": 0, "extensions": 0, "urges": 0, "reworks": 0, "reopens": 0, "appeals": 0,
        }  # fmt: skip

    def parts(self, ticket: dict[str, Any]) -> list[dict[str, Any]]:
        """Which departments have a part in it, and keep it when it has ended: the lead, and sometimes another."""
        lead = ticket["department_id"]
        roles = {lead: "lead"}
        if self.chance.random() < ASSISTED_SHARE:
            roles[self.chance.choice([each for each in self.departments if each != lead])] = "assisting"
        ids = {"ticket_id": ticket["id"], "started_at": ticket["created_at"]}
        return [{**ids, "unit_id": unit, "role": role} for unit, role in roles.items()]
