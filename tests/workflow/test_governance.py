"""The rules between offices: send-backs, time, suspensions, reopening; each by whom, how often, until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Membership, Ticket, Unit, User
from models.clock import now
from models.people import ROLES
from tests.cast import RUBBISH, a_ticket, fields, person, step
from tests.workflow.situations import in_workdays
from workflow import access
from workflow.actors import SYSTEM
from workflow.engine import fire, permitted
from workflow.errors import Forbidden, Invalid, NotFound, Problem, Refused
from workflow.report import REPORT

pytestmark = pytest.mark.usefixtures("monday")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Suzhou."""
    return datetime(2026, 11, day, hour - 8, minute, tzinfo=UTC)


def refusal(ticket: Ticket, name: str, actor: User | Any, given: dict[str, Any] | None = None) -> str:
    """The sentence's key with which somebody is refused, or the field's and its sentence's."""
    before = ticket.version
    with pytest.raises(Problem) as caught:
        fire(ticket, name, given, actor=actor)
    assert ticket.version == before
    assert all(caught.value.sentence(locale) for locale in ("zh", "en"))
    if isinstance(caught.value, Invalid):
        return " ".join(f"{field} {key}" for field, (key, _) in caught.value.errors.items())
    return caught.value.key


def told(session: Session, audience: str, ticket: Ticket) -> set[str]:
    """The names behind an audience."""
    ids = REPORT.audiences[audience](session, ticket)
    return set(session.scalars(select(User.username).where(User.id.in_(ids))))


def steps(session: Session, ticket: Ticket, names: Iterable[str]) -> None:
    for name in names:
        step(session, ticket, name)


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


# More time


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


def test_nobody_grants_what_they_asked_for(session: Session) -> None:
    """Who wears two hats takes off one."""
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    erin = person(session, "erin")
    erin.memberships += [
        Membership(role="clerk", unit=units["loufeng"]), Membership(role="supervisor", unit=units["sip"]),
    ]  # fmt: skip
    session.flush()
    ticket = a_ticket(session, "in_progress")
    soon = in_workdays(session, 4)
    steps(session, ticket, ["request_extension", "request_suspension"])
    assert refusal(ticket, "grant_extension", erin, {"until": soon}) == "forbidden.own_request"
    assert refusal(ticket, "refuse_extension", erin, {"reason": "不"}) == "forbidden.own_request"
    assert refusal(ticket, "suspend", erin, {"review_on": soon}) == "forbidden.own_request"
    assert refusal(ticket, "refuse_suspension", erin, {"reason": "不"}) == "forbidden.own_request"
    assert not {"grant_extension", "suspend"} & {each.name for each in permitted(ticket, erin)}
    step(session, ticket, "resolve")
    assert refusal(ticket, "confirm", erin) == "forbidden.own_resolution"


@pytest.mark.parametrize("ends", ["assign", "send_back", "resolve", "merge"])
def test_what_was_asked_lapses_with_what_it_was_asked_for(session: Session, ends: str) -> None:
    ticket = a_ticket(session, "assigned")
    steps(session, ticket, ["request_extension", ends])
    assert [each.decision for each in ticket.requests] == ["lapsed"]
    assert not {"grant_extension", "refuse_extension"} & {
        each.name for name in ("carol", "sam") for each in permitted(ticket, person(session, name))
    }


# Suspension


def test_a_working_clock_stands_while_suspended_and_goes_on_with_what_was_left(
    session: Session, monday: time_machine.Traveller
) -> None:
    ticket = a_ticket(session, "in_progress")
    assert (ticket.due_at, ticket.clock_counts, ticket.clock_minutes) == (at(23, 15), "working", 240)
    monday.move_to(at(23, 11))
    steps(session, ticket, ["request_suspension", "suspend"])
    assert (ticket.due_at, ticket.clock, ticket.clock_left_minutes) == (None, "resolve", 180)
    assert ticket.review_on is not None
    assert permitted_names(ticket, person(session, "erin")) == {"resume", "comment"}
    monday.move_to(at(25, 14))
    step(session, ticket, "resume")
    assert (ticket.state, ticket.due_at, ticket.clock_left_minutes) == ("in_progress", at(25, 17), None)
    assert (ticket.review_on, ticket.review_at) == (None, None)


def test_a_clock_on_the_wall_stands_as_well(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session)
    fire(ticket, "triage", category="01001", actor=person(session, "carol"))
    steps(session, ticket, ["assign", "accept", "request_suspension"])
    assert (ticket.due_at, ticket.clock_counts) == (at(23, 12), "calendar")
    monday.move_to(at(23, 10, 30))
    step(session, ticket, "suspend")
    assert ticket.clock_left_minutes == 90
    monday.move_to(at(25, 20))
    step(session, ticket, "resume")
    assert ticket.due_at == at(25, 21, 30)


@pytest.mark.parametrize("category", [RUBBISH, "01001"])
def test_nobody_loses_a_minute_by_a_suspension(
    session: Session, monday: time_machine.Traveller, category: str
) -> None:
    """Seconds count for nobody: what was due at the close is neither due before it nor on the next morning."""
    ticket = a_ticket(session)
    fire(ticket, "triage", category=category, actor=person(session, "carol"))
    steps(session, ticket, ["assign", "accept", "request_suspension"])
    due = ticket.due_at
    monday.move_to(at(23, 10, 30).replace(second=41))
    step(session, ticket, "suspend")
    monday.move_to(at(23, 10, 30).replace(second=55))
    step(session, ticket, "resume")
    assert ticket.due_at == due


def test_what_was_late_when_suspended_is_due_when_resumed(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session, "in_progress")
    monday.move_to(at(24, 10))
    steps(session, ticket, ["request_suspension", "suspend"])
    assert ticket.clock_left_minutes == 0
    monday.move_to(at(26, 10))
    step(session, ticket, "resume", "sam")
    assert ticket.due_at == at(26, 10)


@pytest.mark.parametrize(
    ("day", "right"),
    [("2026-11-22", False), ("2026-11-23", False), ("2026-11-24", True), ("2027-11-24", True), ("2027-11-25", False)],
)
def test_a_review_lies_ahead_and_within_a_year(session: Session, day: str, right: bool) -> None:
    ticket = a_ticket(session, "in_progress")
    erin, sam = person(session, "erin"), person(session, "sam")
    if not right:
        wrong = "review_on suspension.review_day"
        assert refusal(ticket, "request_suspension", erin, {"reason": "等", "review_on": day}) == wrong
        step(session, ticket, "request_suspension")
        assert refusal(ticket, "suspend", sam, {"review_on": day}) == wrong
        return
    fire(ticket, "request_suspension", reason="等", review_on=day, actor=erin)
    fire(ticket, "suspend", review_on=day, actor=sam)
    assert ticket.review_on == date.fromisoformat(day)


def test_a_refused_suspension_leaves_the_clock(session: Session) -> None:
    ticket = a_ticket(session, "in_progress")
    due = ticket.due_at
    assert refusal(ticket, "suspend", person(session, "sam"), {"review_on": "2026-11-27"}) == "refused.no_suspension"
    steps(session, ticket, ["request_suspension", "refuse_suspension"])
    assert (ticket.state, ticket.due_at, ticket.requests[0].decision) == ("in_progress", due, "refused")
    steps(session, ticket, ["request_suspension", "suspend"])


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


# Who else


def permitted_names(ticket: Ticket, actor: User) -> set[str]:
    return {each.name for each in permitted(ticket, actor)}


def test_urging_counts_and_changes_nothing_else(session: Session) -> None:
    ticket = a_ticket(session, "assigned")
    due = ticket.due_at
    for actor in (person(session, "carol"), person(session, "sam"), SYSTEM):
        fire(ticket, "urge", note="快", actor=actor)
    assert (ticket.state, ticket.urges, ticket.due_at) == ("assigned", 3, due)
    assert told(session, "lead", ticket) == {"erin", "hana"}


def test_a_clerk_who_finds_it_elsewhere_hands_it_over(session: Session) -> None:
    ticket = a_ticket(session)
    fire(ticket, "triage", category="06010", unit="weiting-qingyuan", actor=person(session, "carol"))
    with pytest.raises(NotFound):
        access.get_ticket(session, person(session, "carol"), ticket.number)
    with pytest.raises(Forbidden):
        fire(ticket, "assign", department="market", actor=person(session, "carol"))
    fire(ticket, "assign", department="market", actor=person(session, "dave"))


def test_internal_words_are_the_staffs(session: Session) -> None:
    ticket = a_ticket(session, "assigned")
    for name in ("carol", "erin", "frank", "sam", "ada"):
        assert not fire(ticket, "comment", note="内部", internal=True, actor=person(session, name)).public
        assert fire(ticket, "comment", note="公开", actor=person(session, name)).public
    wrong = refusal(ticket, "comment", person(session, "alice"), {"note": "内部", "internal": True})
    assert wrong == "internal comment.internal_for_staff"


UNITS = ("sip", "loufeng", "loufeng-fengyi", "weiting", "enforcement", "market", "housing")


def test_what_is_granted_lies_within_sight_and_whoever_sees_may_speak(session: Session) -> None:
    """Every role in every kind of unit: nobody moves what they cannot see, and staff who see it may comment."""
    tickets = [a_ticket(session, state) for state in ("submitted", "assigned", "resolved", "closed")]
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    for role in ROLES:
        for code in UNITS:
            user = User(username=f"{role}.{code}", name=role, created_at=now())
            user.memberships.append(Membership(role=role, unit=units[code]))
            session.add(user)
            session.flush()
            for ticket in tickets:
                sees = access.still_visible(session, user, ticket)
                names = permitted_names(ticket, user)
                assert sees == ("comment" in names), (role, code, ticket.state)
                assert sees or not names, (role, code, ticket.state, names)
                assert sees == (access.audience(user, ticket) != "public"), (role, code, ticket.state)


def test_whoever_typed_it_in_sees_and_speaks_until_it_is_routed(session: Session) -> None:
    dave = person(session, "dave")
    ticket = a_ticket(session)
    ticket.entered_by_id, ticket.routed_at = dave.id, None
    session.flush()
    assert access.get_ticket(session, dave, ticket.number) is ticket
    assert permitted_names(ticket, dave) == {"comment"}
    ticket.routed_at = now()
    session.flush()
    assert permitted_names(ticket, dave) == set()


def test_every_refusal_is_a_conflict_or_not_theirs(session: Session) -> None:
    """The sentences of guards are 409 or 403, never a field's."""
    ticket = a_ticket(session, "triaged")
    with pytest.raises(Refused) as caught:
        fire(ticket, "triage", fields(session, "triage"), actor=person(session, "carl"))
    assert caught.value.status == 409
    assert "娄葑街道受理员" in caught.value.sentence("zh")
