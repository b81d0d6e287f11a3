"""Every cell of `matrix.txt`, on both databases: what `fire` does, and what `permitted` promises."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from models import Ticket
from models.clock import now
from tests.workflow.situations import COLUMNS, REPORTERS, Situation, a_ticket_in, gather, people, right_fields
from tests.workflow.situations import situations as read
from workflow import access
from workflow.actors import Actor
from workflow.bootstrap import DEFINITIONS
from workflow.engine import fire, parse, permitted
from workflow.errors import NotFound, Problem

SITUATIONS = list(read())


def outcomes(
    session: Session, ticket: Ticket, actor: Actor, column: str, names: Iterable[str], given: dict[str, Any]
) -> dict[str, str]:
    """What the person gets for each transition; nothing of it stays."""
    try:
        assert access.get_ticket(session, actor, ticket.number) is ticket
        sees = True
    except NotFound:
        sees = False
    found: dict[str, str] = {}
    point = session.begin_nested()
    for name in names:
        before = ticket.version
        try:
            fire(ticket, name, given.get(f"{name} {column}", given.get(name)), actor=actor)
        except Problem as problem:
            found[name] = str(problem.status)
            assert ticket.version == before
        else:
            found[name] = "ok"
            point.rollback()
            point = session.begin_nested()
        if not sees:
            assert found[name] == "403", f"{column} does not see the ticket, and yet {name} gave {found[name]}"
            found[name] = "404"
    point.rollback()
    return found


def test_it_names_every_state_transition_and_person() -> None:
    lifecycle, _ = parse((DEFINITIONS / "report.yaml").read_text(encoding="utf-8"))
    whole = SITUATIONS[: len(lifecycle.states)]
    assert [each.title for each in whole] == list(lifecycle.states)
    for each in SITUATIONS:
        assert list(each.cells) == list(COLUMNS)
    for each in whole:
        assert all(set(column) == set(lifecycle.transitions) for column in each.cells.values())


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.title.replace(": ", "-").replace(" ", "-"))
def test_it_holds(session: Session, situation: Situation, monday: time_machine.Traveller) -> None:
    gather(session)
    tickets = {who: a_ticket_in(session, situation, who) for who in ("alice", "rosa", "otto")}
    everybody = people(session)
    if situation.days_later:
        monday.move_to(now() + timedelta(days=situation.days_later))
    given = right_fields(session, everybody)
    wrong: list[str] = []
    for column, cells in situation.cells.items():
        ticket, actor = tickets[REPORTERS.get(column, "alice")], everybody[column]
        found = outcomes(session, ticket, actor, column, cells, given)
        promised = {each.name for each in permitted(ticket, actor)}
        for name, cell in cells.items():
            if found[name] != cell:
                wrong.append(f"{name} by {column}: {cell} is right, {found[name]} came")
            if (name in promised) != (cell == "ok"):
                wrong.append(f"{name} by {column}: {cell} is right, permitted says {name in promised}")
    assert not wrong, "\n".join(wrong)
