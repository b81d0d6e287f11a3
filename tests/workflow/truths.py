"""What must be true of reports and points after every step, and of their whole history in the end."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from models import Account, Award, Base, Event, EventWords, Journal, Posting, Ticket
from models.base import canonical
from workflow import ledger
from workflow.engine.history import hash_event, hash_words, replay
from workflow.engine.machines import machinery_of
from workflow.localtime import local_day

CLOCKS = {
    "submitted": {"triage"}, "triaged": {"dispatch", "arbitrate"}, "assigned": {"resolve"}, "in_progress": {"resolve"},
    "suspended": {"resolve"}, "resolved": {"confirm"},
}  # fmt: skip
WORKED_ON = ("assigned", "in_progress", "suspended")
DAY_CAP, MONTH_CAP = 25, 60
WATCHED = (
    "tickets", "events", "event_words", "assignments", "requests", "joins", "attachments", "awards", "journal",
    "postings", "accounts", "outbox", "notifications",
)  # fmt: skip


def hold(session: Session, tickets: list[Ticket]) -> None:
    """What is true after every step."""
    count = dict(session.execute(select(Event.subject_id, func.count()).group_by(Event.subject_id)).all())
    for ticket in tickets:
        assert ticket.version == count[ticket.id]
        assert ticket.clock in CLOCKS.get(ticket.state, {None}), (ticket.state, ticket.clock)
        assert (ticket.due_at is None) == (ticket.state == "suspended" or ticket.clock is None)
        assert (ticket.merged_into_id is not None) == (ticket.state == "merged")
        assert (ticket.ended_at is not None) == (ticket.state in ("rejected", "rewarded", "closed"))
        assert ticket.state not in WORKED_ON or ticket.department is not None
        assert ticket.send_backs <= 2
        assert ticket.appeals <= 1
        met = {ticket.id}
        while ticket.merged_into is not None:
            ticket = ticket.merged_into
            assert ticket.id not in met
            met.add(ticket.id)
    _points_hold(session, tickets)


def _points_hold(session: Session, tickets: list[Ticket]) -> None:
    states = {ticket.id: ticket.state for ticket in tickets}
    days: Counter[tuple[int, Any]] = Counter()
    months: Counter[tuple[int, Any]] = Counter()
    for award in session.scalars(select(Award)):
        if award.state != "released":
            days[award.user_id, award.day] += award.points
            months[award.user_id, (award.day.year, award.day.month)] += award.points
        if award.state == "pending" and award.points:
            assert states[award.ticket_id] in (
                "triaged", "assigned", "in_progress", "suspended", "resolved", "confirmed",
            )  # fmt: skip
        assert 0 <= award.points <= award.wanted
        assert (award.state == "paid") == (award.journal_id is not None)
    assert max(days.values(), default=0) <= DAY_CAP
    assert max(months.values(), default=0) <= MONTH_CAP
    sums = dict(
        session.execute(select(Posting.account_id, func.sum(Posting.amount)).group_by(Posting.account_id)).all()
    )
    assert sum(sums.values()) == 0
    for account, balance in session.execute(select(Account.id, Account.balance)):
        assert balance == sums.get(account, 0)


def hold_together(session: Session, tickets: list[Ticket]) -> None:
    """Every history leads to its state, every hash is that of what stands there, nobody was paid twice."""
    session.expire_all()
    for ticket in tickets:
        query = select(Event).where(Event.subject_id == ticket.id).order_by(Event.seq)
        events, previous = session.scalars(query).all(), ""
        assert replay(machinery_of(session, ticket).lifecycle, events) == ticket.state
        for number, event in enumerate(events, start=1):
            assert (event.seq, event.previous_hash) == (number, previous)
            assert canonical(json.loads(event.details)) == event.details
            assert hash_event("report", event) == event.hash
            words = session.get(EventWords, event.id)
            assert (words is None) == (event.words_hash is None)
            if words is not None:
                assert hash_words(words.salt, canonical(words.words)) == event.words_hash
            previous = event.hash
    paid = Counter(
        (each.ticket_id, each.rule_id, each.key.rpartition(":")[2])
        for each in session.scalars(select(Journal).where(Journal.kind == "award"))
    )
    assert set(paid.values()) <= {1}
    for journal in session.scalars(select(Journal)):
        assert sum(each.amount for each in journal.postings) == 0
        assert journal.hash == ledger.journal_hash(journal)
    for award in session.scalars(select(Award)):
        assert award.day == local_day(session, _sent(award, tickets))


def _sent(award: Award, tickets: list[Ticket]) -> Any:
    """When the person of an award reported or joined what it is for."""
    ticket = next(each for each in tickets if each.id == award.ticket_id)
    if ticket.reporter_id == award.user_id:
        return ticket.created_at
    joined = [each.created_at for each in ticket.joins if each.user_id == award.user_id]
    own = [each.created_at for each in tickets if each.reporter_id == award.user_id]
    return (joined or own or [ticket.created_at])[0]


def everything(session: Session) -> list[list[Any]]:
    """All rows that anything here could touch."""
    session.flush()
    connection: Connection = session.connection()
    tables = [Base.metadata.tables[name] for name in WATCHED]
    return [list(map(tuple, connection.execute(select(table).order_by(table.c[0])))) for table in tables]
