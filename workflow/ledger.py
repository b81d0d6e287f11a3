"""The ledger: every movement of points is a journal whose postings sum to zero, written once under its key.

Whoever posts locks the accounts in ascending id first, so that two at once never wait for each other in a circle.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from models.base import canonical
from models.clock import now
from models.ledger import Account, Award, Journal, JournalWords, Posting
from models.people import User
from models.upsert import insert_missing
from workflow.alone import is_alone, once
from workflow.engine.history import hash_words, iso
from workflow.errors import Refused

FORMAT = 1  # of what is hashed; a new one is added beside it, never in its place
Content = tuple[str, str, int | None, int | None, int | None, int | None, str | None, str]


_OURS = or_(Account.user_id.in_(bindparam("people", expanding=True)), Account.kind == bindparam("city"))
_THERE = select(Account.kind, Account.user_id).where(_OURS)
_LOCKED = (
    select(Account)
    .where(_OURS)
    .order_by(Account.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)


def lock_accounts(session: Session, *people: int, issuance: bool = True) -> dict[tuple[str, int | None], Account]:
    """The accounts of these people (`rider`, `debt`) and the city's `issuance`, made where missing, locked by id.

    Without `issuance`, which every payment of the city waits for, nothing may be posted in this transaction.
    """
    asked: dict[str, Any] = {"people": sorted(set(people)), "city": "issuance" if issuance else ""}

    def locked() -> list[Account]:
        there = {(kind, person) for kind, person in session.connection().execute(_THERE, asked)}
        for kind, person in _wanted(asked["people"], issuance):
            if (kind, person) not in there:
                insert_missing(session, Account, kind=kind, user_id=person, balance=0, seq=0)
        return list(session.scalars(_LOCKED, asked))

    rows = once(session, ("accounts", issuance, *asked["people"]), locked)
    return {(each.kind, each.user_id): each for each in rows}


def _wanted(people: list[int], issuance: bool) -> list[tuple[str, int | None]]:
    city: list[tuple[str, int | None]] = [("issuance", None)] if issuance else []
    return city + [(kind, person) for person in people for kind in ("rider", "debt")]


def journal_hash(journal: Journal) -> str:
    """The hash of a journal's content and of its postings."""
    content = (
        journal.kind, journal.key, journal.ticket_id, journal.rule_id, journal.reverses_id, journal.actor_id,
        journal.reason, iso(journal.at),
    )  # fmt: skip
    postings = [(each.account_id, each.amount, each.seq, each.balance_after) for each in journal.postings]
    return hash_content(content, postings)


def hash_content(content: Content, postings: Iterable[tuple[int, int, int, int]]) -> str:
    """The SHA-256, in hexadecimal, of the canonical JSON list of FORMAT, the journal's columns and its postings.

    `content` is kind, key, ticket, rule, reversed journal, actor, reason and moment (as `iso` gives it); a posting is
    account, amount, seq and balance after it, hashed in the order of accounts.
    """
    return hashlib.sha256(canonical([FORMAT, *content, sorted(postings)]).encode()).hexdigest()


def post(session: Session, kind: str, key: str, moves: list[tuple[Account, int]], **about: Any) -> Journal:
    """Write a journal. `moves` are (locked account, points other than 0) that sum to zero.

    `about` may hold ticket_id, rule_id, reverses_id, actor_id and reason. The same key again gives the journal that
    is there. Raises Refused where an account would go below what it may.
    """
    known = session.scalars(select(Journal).where(Journal.key == key)).first()
    if known is not None:
        return known
    if sum(amount for _, amount in moves) or not moves:
        raise ValueError(f"journal {key} does not sum to zero")
    journal = Journal(kind=kind, key=key, at=now(), **about)
    for account, amount in sorted(moves, key=lambda move: move[0].id):
        _move(session, account, amount)
        posting = Posting(account_id=account.id, amount=amount, seq=account.seq, balance_after=account.balance)
        journal.postings.append(posting)
    journal.hash = journal_hash(journal)
    session.add(journal)
    session.flush()
    return journal


def _move(session: Session, account: Account, amount: int) -> None:
    """One conditional UPDATE: it cannot take more than is there, whatever was read before."""
    if is_alone(session):
        account.balance, account.seq = account.balance + amount, account.seq + 1
        return
    change = update(Account).where(Account.id == account.id)
    if account.kind == "rider":
        change = change.where(Account.balance + amount >= 0)
    if account.kind == "debt":
        change = change.where(Account.balance + amount <= 0)
    change = change.values(balance=Account.balance + amount, seq=Account.seq + 1)
    session.flush()
    if session.connection().execute(change).rowcount != 1:
        raise Refused("ledger.not_enough")
    session.refresh(account)


def award(session: Session, due: Award) -> Journal:
    """Pay a reserved award; what the person owes from reversals is netted first. `due` is marked as paid.

    Raises Refused where the reservation was altered past this code.
    """
    accounts = lock_accounts(session, due.user_id)
    if due.hash != due.seal():
        raise Refused("ledger.altered", award=due.id)
    debt = accounts["debt", due.user_id]
    netted = min(due.points, -debt.balance)
    moves = [(accounts["issuance", None], -due.points)]
    moves += [(debt, netted)] if netted else []
    moves += [(accounts["rider", due.user_id], due.points - netted)] if due.points > netted else []
    key = f"award:{due.ticket_id}:{due.rule_id}:{due.user_id}"
    journal = post(session, "award", key, moves, ticket_id=due.ticket_id, rule_id=due.rule_id)
    due.state, due.journal_id = "paid", journal.id
    return journal


def reverse(session: Session, journal: Journal, *, actor: User, reason: str) -> Journal:
    """Take an award back, as a decision of its own: up to the balance, the rest a debt netted from later awards.

    Raises Refused where it was taken back before.
    """
    if journal.kind != "award":
        raise Refused("ledger.not_an_award")
    paid = session.scalars(select(Award).where(Award.journal_id == journal.id)).one()
    accounts = lock_accounts(session, paid.user_id)
    # Asked behind the lock, where of many at once the others wait.
    if session.scalar(select(Journal.id).where(Journal.reverses_id == journal.id)) is not None:
        raise Refused("ledger.reversed")
    rider, debt = accounts["rider", paid.user_id], accounts["debt", paid.user_id]
    taken = min(paid.points, rider.balance)
    moves = [(accounts["issuance", None], paid.points)]
    moves += [(rider, -taken)] if taken else []
    moves += [(debt, taken - paid.points)] if taken < paid.points else []
    about = {"ticket_id": journal.ticket_id, "rule_id": journal.rule_id, "reverses_id": journal.id}
    salt = secrets.token_hex(16)
    key, why = f"reversal:{journal.id}", hash_words(salt, reason)
    back = post(session, "reversal", key, moves, actor_id=actor.id, reason=why, **about)
    session.add(JournalWords(journal_id=back.id, salt=salt, words=reason))
    return back


def lapse(session: Session, person: int) -> Journal | None:
    """Give up what a person has and owes, once and for all, as they leave; None where that is nothing."""
    owned = select(Account.id).where(Account.user_id == person, Account.balance != 0)
    if session.scalar(owned.limit(1)) is None:
        return None
    accounts = lock_accounts(session, person)
    rider, debt = accounts["rider", person], accounts["debt", person]
    issued = rider.balance + debt.balance
    moves = [(accounts["issuance", None], issued)] if issued else []
    moves += [(each, -each.balance) for each in (rider, debt) if each.balance]
    return post(session, "lapse", f"lapse:{person}", moves)
