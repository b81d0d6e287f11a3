"""How a database finds what a list holds: by an index, however much a city's past has grown."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

import models.tickets
from models import Assignment, Join, Photo, Request
from models.database import Database
from stage.cast import person
from web.api.filters import ordered
from web.pages.desk.asked import read
from workflow import access
from workflow.ticket_filters import AT_WORK, conditions

LITERAL = {"literal_binds": True}


def plan(session: Session, asked: Select[Any]) -> str:
    """What the database would do. PostgreSQL reads as few rows as are here one after the other, and sorts them: it is
    told not to."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    for each in () if sqlite else ("seqscan", "bitmapscan", "sort", "incremental_sort"):
        session.execute(text(f"SET LOCAL enable_{each} = off"))
    said = asked.compile(session.get_bind(), compile_kwargs=LITERAL)
    return " ".join(row[-1] for row in session.execute(text(f"EXPLAIN {'QUERY PLAN' if sqlite else ''} {said}")))


@pytest.mark.parametrize(("username", "index"), [("carol", "at_work"), ("erin", "led")])
def test_what_is_at_work_is_what_its_indexes_hold(db: Database, username: str, index: str) -> None:
    """Word for word, or neither database would use them."""
    assert str(AT_WORK).replace("tickets.", "") == models.tickets.AT_WORK
    with db.writing() as session:
        if session.get_bind().dialect.name == "sqlite":
            used = plan(session, access.visible_tickets(session, person(session, username), AT_WORK))
            assert f"ix_tickets_{index}" in used
            assert "SCAN tickets" not in used


@pytest.mark.parametrize(("username", "asked"), [("carol", "state=submitted"), ("erin", "open=true")])
def test_a_list_by_deadline_is_read_in_the_order_of_an_index(db: Database, username: str, asked: str) -> None:
    """And not sorted out of all that is at work, for each of its pages."""
    with db.writing() as session:
        reader, query = person(session, username), read(dict(parse_qsl(f"{asked}&sort=due"))).query
        held = access.visible_tickets(session, reader).where(*conditions(session, reader, query.wanted))
        used = plan(session, ordered(held, query))
        assert "ix_tickets_" in used
        assert not re.search("TEMP B-TREE|Sort", used)


@pytest.mark.parametrize("model", [Assignment, Join, Photo, Request])
def test_what_comes_with_the_tickets_of_a_page_is_found_by_them(db: Database, model: type[Any]) -> None:
    with db.writing() as session:
        used = plan(session, select(model).where(model.ticket_id.in_([1, 2, 3])))
        assert not re.search("SCAN|Seq Scan", used)
