"""No call runs a query per row: as many for fifty as for five."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from models import Notification, Rule, Ticket
from models.clock import now
from models.database import Database
from stage.cast import LOUFENG, a_report, a_ticket, person, photo, step
from tests.web.conftest import People
from workflow.engine import fire


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


def tickets(session: Session, more: int) -> None:
    """Tickets of two riders, led and assisted, with pictures, half of them in hand."""
    for number in range(more):
        rider = ("alice", "bob")[number % 2]
        shown = [photo(session, person(session, rider)) for _ in range(2)]
        ticket = a_ticket(session, ("assigned", "in_progress")[number % 2], rider, photos=shown)
        if number % 5 == 0:
            step(session, ticket, "comment")


def notifications(session: Session, more: int) -> None:
    moment, alice = now(), person(session, "alice")
    ticket = a_report(session)
    for number in range(more):
        session.add(
            Notification(
                user_id=alice.id, cause=f"{moment}{number}", key="join.own", params={}, ticket_id=ticket.id,
                created_at=moment,
            )
        )  # fmt: skip


def comments(session: Session, more: int) -> None:
    ticket = session.scalars(select(Ticket)).first() or a_ticket(session, "assigned")
    for number in range(more):
        who = ("alice", "carol", "erin")[number % 3]
        fire(ticket, "comment", actor=person(session, who), note="又看过了")


def paid(session: Session, more: int) -> None:
    session.execute(update(Rule).where(Rule.kind == "cap").values(active=False))
    for _ in range(more // 4 + 1):
        a_ticket(session, "rewarded")


CASES: list[tuple[Callable[[Session, int], None], list[tuple[str, str]]]] = [
    (
        tickets,
        [
            ("alice", "/tickets?limit=100"),
            ("carol", "/tickets?limit=100"),
            ("carol", "/tickets?limit=100&sort=due&q=6&near=31.305,120.655,500"),
            ("erin", "/tickets?limit=100"),
            ("frank", "/tickets?limit=100"),
            ("ada", "/tickets?limit=100"),
            ("bob", f"/nearby?lat={LOUFENG[0]}&lng={LOUFENG[1]}&group=rubbish"),
        ],
    ),
    (notifications, [("alice", "/notifications?limit=100")]),
    (comments, [("carol", "/tickets/{number}/events"), ("erin", "/tickets/{number}"), ("alice", "/tickets/{number}")]),
    (paid, [("alice", "/me/points")]),
]


@pytest.mark.parametrize(("grow", "asked"), CASES, ids=[grow.__name__ for grow, _ in CASES])
def test_as_many_queries_for_fifty_as_for_five(
    crowd: People, sqlite_db: Database, grow: Callable[[Session, int], None], asked: list[tuple[str, str]]
) -> None:
    first, later = [], []
    for more, told in ((5, first), (45, later)):
        with sqlite_db.writing() as session:
            grow(session, more)
            number = session.scalars(select(Ticket).order_by(Ticket.id)).one().number if grow is comments else ""
        for who, path in asked:
            getattr(crowd, who).get(path.format(number=number))
            with counted(sqlite_db) as sent:
                answer = getattr(crowd, who).get(path.format(number=number))
            assert answer.status_code == 200, answer.text
            told.append((who, path, len(sent), len(answer.json.get("items", "x"))))
    for (who, path, few, before), (_, _, many, after) in zip(first, later, strict=True):
        assert few == many <= 25, f"{who} {path}: {few} queries for {before} rows, {many} for {after}"
        assert after == 1 or after >= 4 * before
