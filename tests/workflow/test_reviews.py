"""A second pair of eyes on what was paid, and what a clerk grants to one rider: drawn by chance, seen by others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Act, Membership, Review, Ticket, Unit, User
from models.clock import now
from models.database import Database
from stage.cast import a_ticket, person, step
from tests.workflow.points.paying import to_the_end
from tests.workflow.situations import cap
from workflow import reviews
from workflow.errors import Forbidden, Invalid, NotFound, Refused
from workflow.figures import Period, Scope, favours
from workflow.ticket_filters import TicketFilter

pytestmark = pytest.mark.usefixtures("monday")
DAY = timedelta(days=1)


def paid(session: Session, count: int, rider: str = "alice", clerk: str = "carol") -> list[Ticket]:
    """So many reports, triaged and confirmed by one clerk, and paid."""
    cap(session, 1000)
    found = []
    for _ in range(count):
        ticket = a_ticket(session, "submitted", rider)
        for name in ("triage", "assign", "accept", "resolve", "confirm"):
            step(session, ticket, name, clerk if name in ("triage", "assign", "confirm") else None)
        found.append(to_the_end(session, ticket))
    return found


def drawn(session: Session) -> list[Review]:
    return list(session.scalars(select(Review).order_by(Review.id)))


@pytest.mark.parametrize(("awards", "share"), [(0, 0), (2, 2), (10, 3), (12, 3)])
def test_some_of_each_day_are_drawn_once(
    session: Session, monday: time_machine.Traveller, awards: int, share: int
) -> None:
    paid(session, awards)
    assert reviews.draw(session) == 0  # the day is not over
    monday.shift(DAY)
    assert reviews.draw(session) == share
    assert reviews.draw(session) == 0
    assert len({each.award_id for each in drawn(session)}) == share


def test_drawn_at_once_it_is_drawn_once(db: Database) -> None:
    with time_machine.travel(now() - DAY), db.writing() as session:
        paid(session, 5)

    def draws(_number: int) -> int:
        with db.writing() as session:
            return reviews.draw(session)

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(draws, range(4))) == [0, 0, 0, 3]


def test_days_without_a_worker_are_drawn_afterwards(session: Session, monday: time_machine.Traveller) -> None:
    for _ in range(3):
        paid(session, 1)
        monday.shift(DAY)
    monday.shift(2 * DAY)
    assert reviews.draw(session) == 3
    assert len({each.day for each in drawn(session)}) == 3


def test_chance_draws_and_nobody_knows_before(session: Session, monday: time_machine.Traveller) -> None:
    paid(session, 12)
    monday.shift(DAY)
    seen = set()
    for _ in range(6):
        with session.begin_nested() as again:
            reviews.draw(session)
            seen.add(tuple(each.award_id for each in drawn(session)))
            again.rollback()
    assert len(seen) > 1


def test_somebody_who_had_no_part_in_it_decides(session: Session, monday: time_machine.Traveller) -> None:
    (first, second) = paid(session, 2)
    step(session, first, "comment", "sam")
    monday.shift(DAY)
    reviews.draw(session)
    sam, ada, carol = (person(session, name) for name in ("sam", "ada", "carol"))
    one, other = ((each.review.id, each.ticket.id) for each in reviews.waiting(session, sam))
    assert (one[1], other[1]) == (first.id, second.id)
    assert [[clerk.username for clerk in each.clerks] for each in reviews.waiting(session, sam)] == [["carol"]] * 2
    with pytest.raises(Forbidden, match=r"forbidden\.own_award"):
        reviews.decide(session, sam, one[0], "sound", None)
    wrong = (("perhaps", None, "verdict"), ("doubtful", None, "note"), ("sound", "x" * 301, "note"))
    for verdict, note, field in wrong:
        with pytest.raises(Invalid) as refused:
            reviews.decide(session, sam, other[0], verdict, note)
        assert list(refused.value.errors) == [field]
    reviews.decide(session, sam, other[0], "doubtful", "没有照片")
    with pytest.raises(Refused, match=r"review\.decided"):
        reviews.decide(session, ada, other[0], "sound", None)
    reviews.decide(session, ada, one[0], "sound", None)
    assert reviews.waiting(session, sam) == []
    assert reviews.count_waiting(session, sam) == 0
    assert [each.review.note for each in reviews.doubtful(session, ada)] == ["没有照片"]
    acts = session.scalars(select(Act).where(Act.action == "award.review").order_by(Act.id)).all()
    assert [(each.subject, each.details["verdict"]) for each in acts] == [
        (second.number, "doubtful"), (first.number, "sound"),
    ]  # fmt: skip
    with pytest.raises(NotFound):
        reviews.decide(session, sam, 999_999, "sound", None)
    for asked in (reviews.waiting, reviews.doubtful, reviews.count_waiting):
        with pytest.raises(Forbidden):
            asked(session, carol)


def test_a_supervisor_of_a_street_sees_its_awards_alone(session: Session, monday: time_machine.Traveller) -> None:
    paid(session, 1)
    monday.shift(DAY)
    reviews.draw(session)
    weiting = session.scalars(select(Unit).where(Unit.code == "weiting")).one()
    other = User(username="wei", name="Wei", created_at=now())
    other.memberships.append(Membership(role="supervisor", unit=weiting))
    session.add(other)
    session.flush()
    assert reviews.waiting(session, other) == []
    with pytest.raises(NotFound):
        reviews.decide(session, other, drawn(session)[0].id, "sound", None)


def stands_out(session: Session) -> list[tuple[str | None, str | None, int, int, int]]:
    sam = person(session, "sam")
    scope = Scope.of(session, sam, TicketFilter())
    found = favours(scope, Period.latest(session, 30))
    return [(each.clerk.username, each.rider.username, each.awards, each.of, each.points) for each in found]


def test_what_a_clerk_grants_to_one_rider_stands_out(session: Session, monday: time_machine.Traveller) -> None:
    city = session.scalars(select(Unit).where(Unit.code == "sip")).one()
    for name in ("rosa", "rolf", "rita", "ruth"):
        rider = User(username=name, name=name, created_at=now())
        rider.memberships.append(Membership(role="rider", unit=city))
        session.add(rider)
        session.flush()
        paid(session, 2, name, "carl")
    paid(session, 4, "alice", "carol")
    assert stands_out(session) == []
    paid(session, 7, "bob", "carl")
    assert stands_out(session) == [("carl", "bob", 7, 15, 70)]
    paid(session, 1, "alice", "carol")
    assert stands_out(session) == [("carol", "alice", 5, 5, 50), ("carl", "bob", 7, 15, 70)]
    monday.shift(40 * DAY)
    assert stands_out(session) == []
