"""What a report pays: reserved under the caps at triage, paid once when it is confirmed, and said in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from models.city import Rule
from models.clock import now
from models.ledger import Account, Award, Journal, Posting
from models.people import Membership, User
from models.tickets import Ticket
from workflow import ledger
from workflow.alone import keep, once, write
from workflow.known import known
from workflow.localtime import local_day

UNPAID = ("anonymous", "staff", "left", "capped", "no_points")
COUNTS = ("pending", "paid")
NO_CAP = 10**9


@dataclass(frozen=True)
class Cap:
    """How much of a cap is used, in points; `cap` None where the city sets none."""

    earned: int
    cap: int | None


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


class Paying(NamedTuple):
    """What a rule of the city says, apart from its row."""

    id: int
    body: dict[str, Any]


def _rules(session: Session, kind: str) -> dict[str, Paying]:
    def read(own: Session) -> dict[str, Paying]:
        rows = own.scalars(select(Rule).where(Rule.kind == kind, Rule.active).order_by(Rule.position))
        return {each.code: Paying(each.id, each.body) for each in rows}

    return known(session, f"rules of {kind}", read, plain=True)


_AWARDS = select(Award).where(Award.ticket_id == bindparam("ticket")).order_by(Award.id)


def _awards(session: Session, ticket: Ticket) -> list[Award]:
    return once(session, ("awards", ticket.id), lambda: list(session.scalars(_AWARDS, {"ticket": ticket.id})))


def nothing_yet(session: Session, ticket: Ticket) -> None:
    """Nobody has been promised anything for a fresh ticket: so nobody has to ask."""
    keep(session, ("awards", ticket.id), [])


_USED = (
    select(Award.day, func.sum(Award.points))
    .where(Award.user_id == bindparam("person"), Award.state.in_(COUNTS))
    .where(Award.day >= bindparam("first"), Award.day < bindparam("following"))
    .group_by(Award.day)
)


def _used(session: Session, person: int, day: date) -> dict[str, int]:
    """Points set aside or paid that count against the caps of this day and of its month."""
    first = day.replace(day=1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    asked = {"person": person, "first": first, "following": following}
    days = {each: int(total) for each, total in session.execute(_USED, asked)}
    return {"day": days.get(day, 0), "month": sum(days.values())}


@dataclass(frozen=True)
class _Due:
    person: int
    rule: Paying
    sent: datetime
    anonymous: bool


def nameless(session: Session, ticket: Ticket) -> set[tuple[int | None, int]]:
    """Who joined only because a report of theirs without a name was merged: that report and its reporter."""
    merged = {each.from_ticket_id for each in ticket.joins if each.from_ticket_id}
    query = select(Ticket.id, Ticket.reporter_id).where(Ticket.id.in_(merged), Ticket.anonymous)
    return {(own, person) for own, person in session.execute(query)} if merged else set()


def _dues(session: Session, ticket: Ticket) -> list[_Due]:
    rules = _rules(session, "reward")
    own = [_Due(ticket.reporter_id, rules["report"], ticket.created_at, ticket.anonymous)] if "report" in rules else []
    if "join" not in rules:
        return own
    hidden = nameless(session, ticket)
    joined = [
        _Due(each.user_id, rules["join"], each.created_at, (each.from_ticket_id, each.user_id) in hidden)
        for each in ticket.joins
    ]
    return own + joined


_BARRED = (
    select(User.id, User.erasure_asked_at.is_not(None))
    .outerjoin(Membership, and_(Membership.user_id == User.id, Membership.role != "rider"))
    .where(User.id.in_(bindparam("people", expanding=True)))
    .where(or_(User.erasure_asked_at.is_not(None), Membership.id.is_not(None)))
)


def _barred(session: Session, people: list[int]) -> dict[int, bool]:
    """Who is never paid: staff where a rule says so (False), and whoever has left, by any rule (True)."""

    def read() -> dict[int, bool]:
        rows = session.execute(_BARRED, {"people": people})
        return {person: bool(left) for person, left in rows}

    return once(session, ("barred", *people), read)


def reserve(session: Session, ticket: Ticket, *, paying: bool = False) -> None:
    """Set aside what the rules will pay the reporter and the joiners, as far as their caps allow. Again is the same.

    With `paying`, what is needed to pay in the same transaction is locked as well.
    The caps are those of the local day and month in which each of them reported it.
    """
    dues = _dues(session, ticket)
    people = [each.person for each in dues]
    if not people:
        return
    barred, caps = _barred(session, people), _rules(session, "cap")
    with session.no_autoflush:  # what is not written yet is the ticket's alone
        rows = _awards(session, ticket)
    known = {(each.rule_id, each.user_id): each for each in rows}
    ledger.lock_accounts(session, *people, issuance=paying)
    for due in dues:
        excluded = due.rule.body.get("excluded", [])
        left = barred.get(due.person)
        if left or (due.anonymous and "anonymous" in excluded) or (left is False and "staff" in excluded):
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
            rows.append(row)
        row.day, row.wanted, row.points, row.state = day, wanted, points, "pending"
        session.add(row)
        write(session)


def _left(session: Session, caps: dict[str, Paying], person: int, day: date) -> int:
    used = _used(session, person, day) if caps else {}
    left = [caps[name].body["points"] - used[name] for name in used if name in caps]
    return max(0, min(left, default=NO_CAP))


def release(session: Session, ticket: Ticket) -> None:
    """What was set aside and not paid is free again."""
    for each in _awards(session, ticket):
        if each.state == "pending":
            each.state = "released"
    write(session)


def payable(session: Session, ticket: Ticket) -> bool:
    """Whether a rule pays somebody for this ticket, or has paid already."""
    return any(each.points > 0 and each.state in COUNTS for each in _awards(session, ticket))


def paid(session: Session, ticket: Ticket) -> set[int]:
    """Whom a rule has paid for this ticket."""
    return {each.user_id for each in _awards(session, ticket) if each.points > 0 and each.state == "paid"}


def why_unpaid(session: Session, ticket: Ticket) -> str:
    """One of `UNPAID`: why its reporter is not paid for it."""
    if ticket.anonymous:
        return "anonymous"
    barred = _barred(session, [ticket.reporter_id])
    if barred:
        return "left" if barred[ticket.reporter_id] else "staff"
    own = [each for each in _awards(session, ticket) if each.user_id == ticket.reporter_id]
    return "capped" if any(each.wanted > each.points for each in own) else "no_points"


def pay(session: Session, ticket: Ticket) -> int:
    """Post what is pending, each award once. Returns the points of the reporter, paid now or earlier."""
    rows = sorted(_awards(session, ticket), key=lambda each: each.user_id)
    session.flush()  # each is sealed as it is written
    ledger.lock_accounts(session, *(each.user_id for each in rows))
    for each in rows:
        if each.state == "pending" and each.points > 0:
            ledger.award(session, each)
    write(session)
    return sum(each.points for each in rows if each.user_id == ticket.reporter_id and each.state == "paid")


_OF_TICKETS = (
    select(Award.ticket_id, Award.state, func.sum(Award.points))
    .where(Award.ticket_id.in_(bindparam("tickets", expanding=True)), Award.state.in_(COUNTS))
    .group_by(Award.ticket_id, Award.state)
)
_PROMISED = _OF_TICKETS.join(Ticket).where(Award.user_id == Ticket.reporter_id)
_PROMISED_TO = _OF_TICKETS.where(Award.user_id == bindparam("person"))


def of_tickets(session: Session, tickets: list[Ticket], person: int | None = None) -> dict[int, dict[str, int]]:
    """`{ticket id: {pending, paid}}` of the reporters of these tickets, or of one person, in one query; in none where
    nothing has happened to them yet, since points are set aside at triage."""
    found = {each.id: {"pending": 0, "paid": 0} for each in tickets}
    ids = [each.id for each in tickets if each.version > 1]
    if ids:
        query, asked = (_PROMISED, {}) if person is None else (_PROMISED_TO, {"person": person})
        for ticket_id, state, total in session.execute(query, {"tickets": ids, **asked}):
            found[ticket_id][state] = int(total)
    return found


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


def used_caps(session: Session, person: User) -> tuple[Cap, Cap]:
    """How far today's and this month's cap are used."""
    used, caps = _used(session, person.id, local_day(session, now())), _rules(session, "cap")
    today, month = (
        Cap(used[name], caps[name].body["points"] if name in caps else None) for name in ("day", "month")
    )
    return today, month


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
