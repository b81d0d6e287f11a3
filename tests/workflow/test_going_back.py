"""What goes back: sent back by a department, reworked, reopened, appealed; by whom, how often, until when."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from models.clock import now
from stage.cast import a_ticket, person, step
from tests.workflow.offices import at, permitted_names, refusal, steps, told
from workflow import access
from workflow.actors import SYSTEM
from workflow.engine import fire
from workflow.errors import NotFound

pytestmark = pytest.mark.usefixtures("monday")


# Send-backs


def test_what_is_sent_back_is_the_departments_no_more(session: Session) -> None:
    ticket, erin = a_ticket(session, "in_progress"), person(session, "erin")
    assert refusal(ticket, "send_back", erin, {"reason": "不", "department": "enforcement"}).startswith("department ")
    fire(ticket, "send_back", reason="不是我们的", department="housing", actor=erin)
    assert (ticket.state, ticket.clock, ticket.send_backs) == ("triaged", "dispatch", 1)
    assert (ticket.department, ticket.handler_id, ticket.assisting) == (None, None, [])
    for name in ("erin", "hana", "frank"):
        with pytest.raises(NotFound):
            access.get_ticket(session, person(session, name), ticket.number)
    assert told(session, "clerks", ticket) == {"carol", "carl"}
    assert told(session, "arbiters", ticket) == set()
    step(session, ticket, "assign")


def test_after_two_send_backs_a_supervisor_decides(session: Session) -> None:
    ticket = a_ticket(session, "triaged")
    carol, sam = person(session, "carol"), person(session, "sam")
    to = {"department": "municipal"}
    assert refusal(ticket, "assign", sam, to) == "refused.no_arbitration"
    steps(session, ticket, ["assign", "send_back", "assign", "accept", "send_back"])
    assert (ticket.send_backs, ticket.clock) == (2, "arbitrate")
    assert ticket.due_at == at(24, 10)  # a workday of seven hours, from Monday at ten
    assert told(session, "arbiters", ticket) == {"sam"}
    assert refusal(ticket, "assign", carol, to) == "refused.arbitration"
    assert refusal(ticket, "assign", SYSTEM, to) == "refused.arbitration"
    fire(ticket, "assign", to, actor=sam)
    assert (ticket.state, ticket.clock) == ("assigned", "resolve")
    mona = person(session, "mona")
    assert refusal(ticket, "send_back", mona, {"reason": "不"}) == "refused.send_backs"
    assert refusal(ticket, "assign", carol, to) == "refused.arbitration"
    fire(ticket, "assign", {"department": "housing"}, actor=sam)


def test_an_urgent_one_is_decided_by_the_clock_on_the_wall(session: Session) -> None:
    ticket = a_ticket(session)
    fire(ticket, "triage", category="06010", priority="urgent", actor=person(session, "carol"))
    assert ticket.due_at == now() + timedelta(minutes=10)
    steps(session, ticket, ["assign", "send_back", "assign", "send_back"])
    assert (ticket.clock, ticket.due_at) == ("arbitrate", now() + timedelta(minutes=120))


# Rework, reopening, appeal


def test_rework_has_its_whole_time_again(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session, "resolved")
    assert (ticket.clock, ticket.due_at) == ("confirm", at(26, 10))  # three workdays, from Monday at ten
    monday.move_to(at(24, 9))
    step(session, ticket, "rework", "alice")
    assert (ticket.state, ticket.reworks, ticket.clock, ticket.due_at) == ("assigned", 1, "resolve", at(24, 14))
    assert told(session, "lead", ticket) == {"erin"}


@pytest.mark.parametrize("state", ["rewarded", "closed", "rejected"])
@pytest.mark.parametrize("who", ["alice", "carol"])
def test_it_is_reopened_within_fifteen_days(
    session: Session, monday: time_machine.Traveller, state: str, who: str
) -> None:
    ticket, actor = a_ticket(session, state), person(session, who)
    ended = ticket.ended_at
    assert ended is not None
    monday.move_to(ended + timedelta(days=15, seconds=1))
    assert refusal(ticket, "reopen", actor, {"reason": "又来了"}) == "refused.reopen_days"
    assert "reopen" not in permitted_names(ticket, actor)
    monday.move_to(ended + timedelta(days=15))
    assert "reopen" in permitted_names(ticket, actor)
    fire(ticket, "reopen", reason="又来了", actor=actor)
    expected = ("submitted", "triage", 0, 1) if state == "rejected" else ("triaged", "dispatch", 1, 0)
    assert (ticket.state, ticket.clock, ticket.reopens, ticket.appeals) == expected
    assert ticket.ended_at is None
    assert ticket.due_at is not None
    assert ticket.due_at > now()


def test_a_rejection_is_appealed_once(session: Session) -> None:
    ticket = a_ticket(session, "rejected")
    steps(session, ticket, ["reopen", "reject"])
    for name in ("alice", "carol"):
        assert refusal(ticket, "reopen", person(session, name), {"reason": "不服"}) == "refused.appealed"


def test_what_was_solved_may_turn_out_not_to_be_more_than_once(session: Session) -> None:
    ticket = a_ticket(session, "rewarded")
    again = ["reopen", "assign", "accept", "resolve", "confirm", "reward"]
    steps(session, ticket, again + again)
    assert (ticket.state, ticket.reopens) == ("rewarded", 2)
