"""One picture under two names shows to the clerk at triage, and to a second pair of eyes once it was paid."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Award, Photo, Ticket
from stage.cast import LOUFENG, RUBBISH, a_report, person, photo, step
from tests.workflow.points.paying import to_the_end
from tests.workflow.situations import cap
from workflow import reviews, routing
from workflow.engine import fire
from workflow.report.joining import join
from workflow.report.opening import NewReport, open_report
from workflow.same_picture import paid_to_others_too

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


def alike(session: Session, *tickets: Ticket) -> list[bool]:
    """Of each ticket whether an award of it was paid for a picture that somebody else was paid for too."""
    paid = select(Award).where(Award.ticket_id.in_([each.id for each in tickets]), Award.state == "paid")
    awards = session.scalars(paid.order_by(Award.id)).all()
    found = paid_to_others_too(session, [each.id for each in awards])
    return [any(each.id in found for each in awards if each.ticket_id == ticket.id) for ticket in tickets]


ALIKE = [{"bytes_": BYTES}, {"bytes_": "c" * 64, "looks": EDGES}]


@pytest.mark.parametrize("how", ALIKE, ids=["the same bytes", "the same looks"])
def test_two_accounts_with_one_picture_are_shown(session: Session, how: dict[str, str]) -> None:
    first = to_the_end(session, with_picture(session, "alice", looks=EDGES))
    assert alike(session, first) == [False]
    second = with_picture(session, "bob", **how)
    routing.route(session, second)
    assert second.routing is not None
    assert second.routing["same_picture"] == [first.number]
    assert to_the_end(session, second).state == "rewarded"
    assert alike(session, first, second) == [True, True]


def test_ones_own_picture_again_is_no_second_account(session: Session) -> None:
    tickets = [to_the_end(session, with_picture(session, "alice")) for _ in range(2)]
    assert alike(session, *tickets) == [False, False]


@pytest.mark.parametrize("looks", ["0" * 16, "00000000000000ff", "ffffffffffffff00"])
def test_looks_that_say_little_show_nobody(session: Session, looks: str) -> None:
    one, other = with_picture(session, "alice", looks=looks), with_picture(session, "bob", bytes_="c" * 64, looks=looks)
    assert alike(session, to_the_end(session, one), to_the_end(session, other)) == [False, False]


def test_what_was_not_paid_shows_nobody(session: Session) -> None:
    first = with_picture(session, "alice")
    for name in ("triage", "reject"):
        step(session, first, name)
    assert alike(session, to_the_end(session, with_picture(session, "bob"))) == [False]


@pytest.mark.parametrize("how", ["merged", "joined"])
def test_a_joiner_with_the_reporters_picture_is_shown(session: Session, how: str) -> None:
    first, bob = with_picture(session, "alice"), person(session, "bob")
    step(session, first, "triage")
    if how == "merged":
        fire(with_picture(session, "bob"), "merge", actor=person(session, "carol"), into=first.number)
    else:
        join(session, bob, first.public_id, [photo(session, bob, sha256=BYTES)])
    assert alike(session, to_the_end(session, first)) == [True]


def entered(session: Session, rider: str) -> Ticket:
    """A report that Carol takes down for a rider, with her one picture."""
    carol = person(session, "carol")
    new = NewReport(RUBBISH, latitude=LOUFENG[0], longitude=LOUFENG[1], photos=[photo(session, carol, sha256=BYTES)])
    ticket = open_report(session, carol, new, reporter=person(session, rider))
    routing.route(session, ticket)
    return ticket


def test_a_clerk_with_one_picture_for_several_riders_is_shown(session: Session) -> None:
    tickets = [to_the_end(session, entered(session, rider)) for rider in ("alice", "bob", "alice")]
    assert [each.state for each in tickets] == ["rewarded"] * 3
    assert alike(session, *tickets) == [True, True, True]


def test_a_clerk_who_takes_one_rider_down_twice_shows_nobody(session: Session) -> None:
    tickets = [to_the_end(session, entered(session, "alice")) for _ in range(2)]
    assert alike(session, *tickets) == [False, False]


def test_a_picture_that_came_by_two_merges_is_shown(session: Session) -> None:
    last = with_picture(session, "alice")
    between, first = a_report(session, "alice"), with_picture(session, "bob")
    step(session, last, "triage")
    for merged, into in ((first, between), (between, last)):
        fire(merged, "merge", actor=person(session, "carol"), into=into.number)
    assert alike(session, to_the_end(session, last)) == [True]


def test_each_of_them_is_drawn(session: Session, monday: time_machine.Traveller) -> None:
    cap(session, 1000)
    honest = [to_the_end(session, with_picture(session, "alice", bytes_=f"{number:064}")) for number in range(9)]
    twice = [to_the_end(session, with_picture(session, rider)) for rider in ("alice", "bob")]
    monday.shift(timedelta(days=1))
    reviews.draw(session)
    sam = person(session, "sam")
    marked = {each.ticket.number for each in reviews.waiting(session, sam) if each.same_picture}
    assert marked == {each.number for each in twice}
    assert len(reviews.waiting(session, sam)) < len(honest)
