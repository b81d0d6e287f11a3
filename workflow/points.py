"""What a report pays: reserved under the caps at triage, paid once when it is confirmed, and said in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from models.city import Rule
from models.clock import now
from models.ledger import Account, Award, Journal, Posting
from models.people import Membership, User
from models.tickets import Ticket
from workflow import ledger
from workflow.localtime import local_day

UNPAID = ("anonymous", "staff", "capped", "no_points")
COUNTS = ("pending", "paid")
NO_CAP = 10**9


@dataclass(frozen=True)
class Cap:
    """How much of a cap is used, in points; `cap` None where the city sets none."""

    earned: int
    cap: int | None


@dataclass(frozen=True)
class Entry:
    """A posted entry: when, how many points, by which rule in plain words, for which ticket."""

    at: datetime
    points: int
    rule: Rule | None
    kind: str
    ticket: Ticket | None


@dataclass(frozen=True)
class Summary:
    """A rider's points."""

    balance: int
    owed: int
    pending: int
    today: Cap
    month: Cap
    items: list[Entry]


def _rules(session: Session, kind: str) -> dict[str, Rule]:
    query = select(Rule).where(Rule.kind == kind, Rule.active).order_by(Rule.position)
    return {each.code: each for each in session.scalars(query)}


def _used(session: Session, person: int, first: date, last: date) -> int:
    query = select(func.coalesce(func.sum(Award.points), 0)).where(
        Award.user_id == person, Award.state.in_(COUNTS), Award.day.between(first, last)
    )
    return session.scalar(query) or 0


def _month(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first, date.fromordinal(following.toordinal() - 1)


@dataclass(frozen=True)
class _Due:
    person: int
    rule: Rule
    sent: datetime
    anonymous: bool


def _dues(session: Session, ticket: Ticket) -> list[_Due]:
    rules = _rules(session, "reward")
    own = [_Due(ticket.reporter_id, rules["report"], ticket.created_at, ticket.anonymous)] if "report" in rules else []
    if "join" not in rules:
        return own
    merged = {each.from_ticket_id for each in ticket.joins if each.from_ticket_id}
    nameless = select(Ticket.id, Ticket.reporter_id).where(Ticket.id.in_(merged), Ticket.anonymous)
    hidden = {(own, person) for own, person in session.execute(nameless)} if merged else set()
    joined = [
        _Due(each.user_id, rules["join"], each.created_at, (each.from_ticket_id, each.user_id) in hidden)
        for each in ticket.joins
    ]
    return own + joined


def _staff(session: Session, people: list[int]) -> set[int]:
    query = select(Membership.user_id).where(Membership.user_id.in_(people), Membership.role != "rider")
    return set(session.scalars(query))


def reserve(session: Session, ticket: Ticket, *, paying: bool = False) -> None:
    """Set aside what the rules will pay the reporter and the joiners, as far as their caps allow. Again is the same.

    With `paying`, what is needed to pay in the same transaction is locked as well.
    The caps are those of the local day and month in which each of them reported it.
    """
    dues = _dues(session, ticket)
    people = [each.person for each in dues]
    if not people:
        return
    staff, caps = _staff(session, people), _rules(session, "cap")
    rows = session.scalars(select(Award).where(Award.ticket_id == ticket.id))
    known = {(each.rule_id, each.user_id): each for each in rows}
    ledger.lock_accounts(session, *people, issuance=paying)
    for due in dues:
        excluded = due.rule.body.get("excluded", [])
        if (due.anonymous and "anonymous" in excluded) or (due.person in staff and "staff" in excluded):
            continue
        row = known.get((due.rule.id, due.person))
        if row is not None and row.state in COUNTS:
            continue
        pays = due.rule.body["pays"]
        wanted = (ticket.category.points if ticket.category else 0) if pays == "category" else int(pays)
        if not wanted:
            continue
        day = local_day(session, due.sent)
        points = min(wanted, _left(session, caps, due.person, day))
        if row is None:
            row = Award(ticket_id=ticket.id, rule_id=due.rule.id, user_id=due.person)
        row.day, row.wanted, row.points, row.state = day, wanted, points, "pending"
        session.add(row)
        session.flush()


def _left(session: Session, caps: dict[str, Rule], person: int, day: date) -> int:
    spans = {"day": (day, day), "month": _month(day)}
    left = [caps[name].body["points"] - _used(session, person, *spans[name]) for name in spans if name in caps]
    return max(0, min(left, default=NO_CAP))


def release(session: Session, ticket: Ticket) -> None:
    """What was set aside and not paid is free again."""
    query = select(Award).where(Award.ticket_id == ticket.id, Award.state == "pending")
    for each in session.scalars(query):
        each.state = "released"
    session.flush()


def payable(session: Session, ticket: Ticket) -> bool:
    """Whether a rule pays somebody for this ticket, or has paid already."""
    query = select(Award.id).where(Award.ticket_id == ticket.id, Award.points > 0, Award.state.in_(COUNTS))
    return session.scalar(query.limit(1)) is not None


def why_unpaid(session: Session, ticket: Ticket) -> str:
    """One of `UNPAID`: why its reporter is not paid for it."""
    if ticket.anonymous:
        return "anonymous"
    if _staff(session, [ticket.reporter_id]):
        return "staff"
    capped = select(Award.id).where(
        Award.ticket_id == ticket.id, Award.user_id == ticket.reporter_id, Award.wanted > Award.points
    )
    return "capped" if session.scalar(capped.limit(1)) is not None else "no_points"


def pay(session: Session, ticket: Ticket) -> int:
    """Post what is pending, each award once. Returns the points of the reporter, paid now or earlier."""
    query = select(Award).where(Award.ticket_id == ticket.id).order_by(Award.user_id)
    rows = session.scalars(query).all()
    ledger.lock_accounts(session, *(each.user_id for each in rows))
    for each in rows:
        if each.state == "pending" and each.points > 0:
            ledger.award(session, each)
    session.flush()
    return sum(each.points for each in rows if each.user_id == ticket.reporter_id and each.state == "paid")


def of_tickets(session: Session, tickets: list[Ticket], person: int | None = None) -> dict[int, dict[str, int]]:
    """`{ticket id: {pending, paid}}` of the reporters of these tickets, or of one person, in one query."""
    found = {each.id: {"pending": 0, "paid": 0} for each in tickets}
    whose = Award.user_id == person if person is not None else Award.user_id == Ticket.reporter_id
    query = (
        select(Award.ticket_id, Award.state, func.sum(Award.points))
        .join(Ticket, Ticket.id == Award.ticket_id)
        .where(Award.ticket_id.in_(found), Award.state.in_(COUNTS), whose)
        .group_by(Award.ticket_id, Award.state)
    )
    for ticket_id, state, total in session.execute(query):
        found[ticket_id][state] = int(total)
    return found


def _entry(posting: Posting, tickets: dict[int, Ticket]) -> Entry:
    """Another's ticket, which a joiner is paid for, has no number for them."""
    journal = posting.journal
    return Entry(journal.at, posting.amount, journal.rule, journal.kind, tickets.get(journal.ticket_id or 0))


def summary(session: Session, person: User, *, most: int = 100) -> Summary:
    """A person's balance, what is pending, how far the caps are used, and the newest `most` posted entries."""
    day = local_day(session, now())
    caps = _rules(session, "cap")
    accounts = {
        each.kind: each for each in session.scalars(select(Account).where(Account.user_id == person.id))
    }
    pending = select(func.coalesce(func.sum(Award.points), 0)).where(
        Award.user_id == person.id, Award.state == "pending"
    )
    query = (
        select(Posting)
        .join(Account, Account.id == Posting.account_id)
        .where(Account.user_id == person.id, Account.kind == "rider")
        .order_by(Posting.id.desc())
        .limit(most)
        .options(selectinload(Posting.journal).selectinload(Journal.rule))
    )
    postings = session.scalars(query).all()
    ids = {each.journal.ticket_id for each in postings if each.journal.ticket_id}
    own = select(Ticket).where(Ticket.id.in_(ids), Ticket.reporter_id == person.id)
    tickets = {each.id: each for each in session.scalars(own)}
    return Summary(
        balance=accounts["rider"].balance if "rider" in accounts else 0,
        owed=-accounts["debt"].balance if "debt" in accounts else 0,
        pending=session.scalar(pending) or 0,
        today=Cap(_used(session, person.id, day, day), caps["day"].body["points"] if "day" in caps else None),
        month=Cap(_used(session, person.id, *_month(day)), caps["month"].body["points"] if "month" in caps else None),
        items=[_entry(each, tickets) for each in postings],
    )
