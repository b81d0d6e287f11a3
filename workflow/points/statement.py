"""What a person has: a balance, what is set aside, how far the caps are used, and entry by entry why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models.city import Rule
from models.ledger import Account, Award, Journal, Posting
from models.people import User
from models.tickets import Ticket
from workflow.points.caps import Cap, used_caps


@dataclass(frozen=True)
class Entry:
    """A posted entry: when, how many points, by which rule in plain words, for which ticket. `id` is its posting's;
    `reason` is what whoever took points back wrote."""

    id: int
    at: datetime
    points: int
    rule: Rule | None
    kind: str
    ticket: Ticket | None
    reason: str | None


@dataclass(frozen=True)
class Awaited:
    """Points set aside and not yet paid, by which rule; `ticket` is what they wait for, `own` whether the person
    reported it themselves: another's has no number for them."""

    points: int
    rule: Rule
    ticket: Ticket
    own: bool


@dataclass(frozen=True)
class Summary:
    """A rider's points."""

    balance: int
    owed: int
    pending: int
    today: Cap
    month: Cap
    items: list[Entry]


def _entry(posting: Posting, tickets: dict[int, Ticket]) -> Entry:
    """Another's ticket, which a joiner is paid for, has no number for them."""
    journal = posting.journal
    ticket = tickets.get(journal.ticket_id or 0)
    return Entry(posting.id, journal.at, posting.amount, journal.rule, journal.kind, ticket, journal.why)


def summary(session: Session, person: User, *, most: int = 100) -> Summary:
    """A person's balance, what is pending, how far the caps are used, and the newest `most` posted entries."""
    accounts = {each.kind: each for each in session.scalars(select(Account).where(Account.user_id == person.id))}
    pending = select(func.sum(Award.points)).where(Award.user_id == person.id, Award.state == "pending")
    today, month = used_caps(session, person)
    return Summary(
        balance=accounts["rider"].balance if "rider" in accounts else 0,
        owed=-accounts["debt"].balance if "debt" in accounts else 0,
        pending=session.scalar(pending) or 0,
        today=today,
        month=month,
        items=entries(session, person, most=most),
    )


def entries(session: Session, person: User, *, most: int, before: int | None = None) -> list[Entry]:
    """The newest `most` posted entries of a person; those older than the entry `before` where one is named."""
    query = (
        select(Posting)
        .join(Account)
        .where(Account.user_id == person.id, Account.kind == "rider")
        .order_by(Posting.id.desc())
        .limit(most)
        .options(joinedload(Posting.journal).options(joinedload(Journal.rule), joinedload(Journal.said)))
    )
    postings = session.scalars(query if before is None else query.where(Posting.id < before)).all()
    ids = {each.journal.ticket_id for each in postings if each.journal.ticket_id}
    own = select(Ticket).where(Ticket.id.in_(ids), Ticket.reporter_id == person.id).options(joinedload(Ticket.category))
    tickets = {each.id: each for each in session.scalars(own)}
    return [_entry(each, tickets) for each in postings]


def awaited(session: Session, person: User, *, most: int) -> list[Awaited]:
    """What is set aside for a person and for which tickets, the newest `most`."""
    query = (
        select(Award, Ticket)
        .join(Ticket)
        .where(Award.user_id == person.id, Award.state == "pending", Award.points > 0)
        .order_by(Award.id.desc())
        .limit(most)
        .options(joinedload(Award.rule), joinedload(Ticket.category))
    )
    return [
        Awaited(award.points, award.rule, ticket, ticket.reporter_id == person.id)
        for award, ticket in session.execute(query)
    ]
