"""More time for a ticket: who grants it, how much, and what becomes of what was asked."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from stage.cast import a_ticket, person, step
from tests.workflow.offices import at, refusal, steps, told
from workflow.engine import fire, permitted

pytestmark = pytest.mark.usefixtures("monday")


def test_the_first_extension_is_the_clerks_and_later_ones_the_supervisors(session: Session) -> None:
    ticket = a_ticket(session, "in_progress")
    people = {name: person(session, name) for name in ("carol", "sam", "erin", "hana")}
    until = {"until": "2026-11-27"}
    assert refusal(ticket, "grant_extension", people["carol"], until) == "refused.no_extension"
    fire(ticket, "request_extension", until, reason="缺料", actor=people["erin"])
    assert told(session, "extension_deciders", ticket) == {"carol", "carl"}
    assert (
        refusal(ticket, "request_extension", people["hana"], {**until, "reason": "缺料"}) == "refused.extension_waits"
    )
    assert refusal(ticket, "grant_extension", people["sam"], until) == "refused.extension_by_clerk"
    fire(ticket, "grant_extension", until, actor=people["carol"])
    assert (ticket.extensions, ticket.extended_to, ticket.due_at) == (1, date(2026, 11, 27), at(27, 17))
    later = {"until": "2026-11-30"}
    fire(ticket, "request_extension", later, reason="还缺", actor=people["hana"])
    assert told(session, "extension_deciders", ticket) == {"sam"}
    assert refusal(ticket, "grant_extension", people["carol"], later) == "refused.extension_by_supervisor"
    assert refusal(ticket, "refuse_extension", people["carol"], {"reason": "不"}) == "refused.extension_by_supervisor"
    fire(ticket, "grant_extension", later, actor=people["sam"])
    assert (ticket.extensions, ticket.due_at) == (2, at(30, 17))


def test_a_refused_extension_leaves_everything(session: Session) -> None:
    ticket, carol = a_ticket(session, "assigned"), person(session, "carol")
    due = ticket.due_at
    for _ in range(2):  # refused, it was none: the clerk decides the next one too
        step(session, ticket, "request_extension")
        fire(ticket, "refuse_extension", reason="不必", actor=carol)
    assert (ticket.extensions, ticket.due_at, ticket.extended_to) == (0, due, None)
    assert [each.decision for each in ticket.requests] == ["refused", "refused"]
    assert {each.decided_by_id for each in ticket.requests} == {carol.id}


@pytest.mark.parametrize(
    ("until", "outcome"),
    [
        ("2026-11-22", "until extension.too_early"),
        ("2026-11-23", at(23, 17)),  # due at three this afternoon; until five is later
        ("2026-11-28", at(30, 17)),  # a Saturday: the next workday's close
        ("2026-12-07", datetime(2026, 12, 7, 9, tzinfo=UTC)),  # the tenth workday
        ("2026-12-08", "until extension.too_late"),
        ("2027-11-23", "until extension.too_late"),
    ],
)
def test_an_extension_lies_within_ten_workdays(session: Session, until: str, outcome: str | datetime) -> None:
    ticket, carol, erin = a_ticket(session, "assigned"), person(session, "carol"), person(session, "erin")
    assert ticket.due_at == at(23, 15)
    if isinstance(outcome, str):
        assert refusal(ticket, "request_extension", erin, {"reason": "缺料", "until": until}) == outcome
        step(session, ticket, "request_extension")
        assert refusal(ticket, "grant_extension", carol, {"until": until}) == outcome
    else:
        fire(ticket, "request_extension", reason="缺料", until=until, actor=erin)
        fire(ticket, "grant_extension", until=until, actor=carol)
        assert ticket.due_at == outcome


@pytest.mark.parametrize("ends", ["assign", "send_back", "resolve", "merge"])
def test_what_was_asked_lapses_with_what_it_was_asked_for(session: Session, ends: str) -> None:
    ticket = a_ticket(session, "assigned")
    steps(session, ticket, ["request_extension", ends])
    assert [each.decision for each in ticket.requests] == ["lapsed"]
    assert not {"grant_extension", "refuse_extension"} & {
        each.name for name in ("carol", "sam") for each in permitted(ticket, person(session, name))
    }
