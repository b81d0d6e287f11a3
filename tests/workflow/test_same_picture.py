"""A picture is paid for once, whoever sends it, wherever it comes again; and it shows to the clerk as the same."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Photo, Posting, Ticket
from tests.cast import a_report, person, photo, step
from tests.workflow.test_points import balance, closed, standing, to_the_end, told
from workflow import routing
from workflow.engine import fire
from workflow.report.joining import join

pytestmark = pytest.mark.usefixtures("monday")
BYTES = "b" * 64
EDGES = "0123456789abcdef"


def with_picture(session: Session, rider: str, *, bytes_: str = BYTES, looks: str = "0" * 16, **about: Any) -> Ticket:
    """A report with one picture of its own row."""
    taken = photo(session, person(session, rider), sha256=bytes_)
    row = session.scalars(select(Photo).where(Photo.public_id == taken)).one()
    row.dhash = looks
    session.flush()
    return a_report(session, rider, photos=[taken], **about)


def issued(session: Session) -> int:
    """All points that were ever paid."""
    return session.scalar(select(func.sum(Posting.amount)).where(Posting.amount > 0)) or 0


ALIKE = [{"bytes_": BYTES}, {"bytes_": "c" * 64, "looks": EDGES}]


@pytest.mark.parametrize("alike", ALIKE, ids=["the same bytes", "the same looks"])
@pytest.mark.parametrize("again", ["bob", "alice"])
def test_it_is_paid_once_whoever_sends_it_again(session: Session, again: str, alike: dict[str, str]) -> None:
    first = to_the_end(session, with_picture(session, "alice", looks=EDGES))
    assert (first.state, balance(session)) == ("rewarded", 10)
    second = with_picture(session, again, **alike)
    routing.route(session, second)
    assert second.routing is not None
    assert second.routing["same_picture"] == [first.number]
    assert to_the_end(session, second).state == "closed"
    assert standing(session, second, again) is None
    assert told(session, second, again) == closed(second, "same_picture")
    assert issued(session) == 10


def test_looks_that_say_little_keep_nobodys_points_back(session: Session) -> None:
    night = "00000000000000ff"
    to_the_end(session, with_picture(session, "alice", looks=night))
    assert to_the_end(session, with_picture(session, "bob", bytes_="c" * 64, looks=night)).state == "rewarded"
    assert issued(session) == 20


def test_another_picture_is_another(session: Session) -> None:
    to_the_end(session, with_picture(session, "alice"))
    assert to_the_end(session, with_picture(session, "bob", bytes_="c" * 64)).state == "rewarded"
    assert issued(session) == 20


def test_while_both_run_who_was_promised_it_first_gets_it(session: Session) -> None:
    first, second = with_picture(session, "alice"), with_picture(session, "bob")
    step(session, second, "triage")
    step(session, first, "triage")
    assert standing(session, first) is None
    assert standing(session, second, "bob") == (10, "pending")
    to_the_end(session, first)
    assert first.state == "closed"
    to_the_end(session, second)
    assert (balance(session), balance(session, "bob")) == (0, 10)


def test_promised_to_two_at_once_it_is_paid_to_one(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where two clerks triage at the same moment, and neither transaction sees the other's."""
    first, second = with_picture(session, "alice"), with_picture(session, "bob")
    with monkeypatch.context() as blind:
        blind.setattr("workflow.points.paid_elsewhere", lambda *_asked: set())
        for each in (first, second):
            step(session, each, "triage")
    assert standing(session, first) == (10, "pending")
    assert standing(session, second, "bob") == (10, "pending")
    to_the_end(session, second)
    to_the_end(session, first)
    assert standing(session, first) == (10, "released")
    assert (balance(session), balance(session, "bob")) == (0, 10)


def test_what_was_rejected_leaves_it_free(session: Session) -> None:
    first = with_picture(session, "alice")
    for name in ("triage", "reject"):
        step(session, first, name)
    assert to_the_end(session, with_picture(session, "bob")).state == "rewarded"


@pytest.mark.parametrize("late", [False, True])
def test_merging_earns_nothing_for_the_same_picture(session: Session, late: bool) -> None:
    first, second = with_picture(session, "alice"), with_picture(session, "bob")
    step(session, first, "triage")
    if late:
        step(session, second, "triage")
    fire(second, "merge", actor=person(session, "carol"), into=first.number)
    to_the_end(session, first)
    assert (balance(session), balance(session, "bob")) == (10, 0)


def test_merging_earns_the_joiners_point_for_another_picture(session: Session) -> None:
    first, second = with_picture(session, "alice"), with_picture(session, "bob", bytes_="c" * 64)
    step(session, first, "triage")
    fire(second, "merge", actor=person(session, "carol"), into=first.number)
    to_the_end(session, first)
    assert (balance(session), balance(session, "bob")) == (10, 1)


def test_joining_with_the_reporters_own_picture_earns_nothing(session: Session) -> None:
    first = with_picture(session, "alice")
    step(session, first, "triage")
    join(session, person(session, "bob"), first.public_id, [photo(session, person(session, "bob"), sha256=BYTES)])
    to_the_end(session, first)
    assert (balance(session), balance(session, "bob")) == (10, 0)


def test_of_two_merged_the_one_that_goes_on_is_paid(session: Session) -> None:
    first, second = with_picture(session, "alice"), with_picture(session, "alice")
    step(session, first, "triage")
    step(session, second, "triage")
    fire(first, "merge", actor=person(session, "carol"), into=second.number)
    assert to_the_end(session, second).state == "rewarded"
    assert issued(session) == 10


@pytest.mark.parametrize("back", [("rework",), ("confirm", "reward", "reopen")], ids=["rework", "reopen"])
def test_its_own_way_back_takes_nothing_from_it(session: Session, back: tuple[str, ...]) -> None:
    ticket = with_picture(session, "alice")
    for name in ("triage", "assign", "accept", "resolve", *back):
        step(session, ticket, name)
    assert to_the_end(session, ticket).state == "rewarded"
    assert issued(session) == 10
