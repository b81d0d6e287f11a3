"""Accounts: each holds what its postings add up to, numbered without a gap, and belongs to whom it was opened for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, and_, select
from sqlalchemy.orm import aliased

from models import Account, Posting
from workflow.audit.findings import Findings, Tally, found
from workflow.audit.reading import stream

Row = tuple[Any, ...]


def check(connection: Connection, tally: Tally) -> Findings:
    """Walk all accounts and their postings side by side, in the order of their ids."""
    columns = Posting.account_id, Posting.seq, Posting.amount, Posting.balance_after, Posting.id, Posting.journal_id
    query = select(*columns).order_by(Posting.account_id, Posting.seq)
    postings: Iterator[Row] = stream(connection, query)
    posting = next(postings, None)
    accounts = select(Account.id, Account.kind, Account.balance, Account.seq).order_by(Account.id)
    for account_id, kind, balance, seq in stream(connection, accounts):
        tally.add(Account.__tablename__, 1)
        while posting is not None and posting[0] < account_id:
            yield found("account_missing", account=posting[0], seq=posting[1])
            posting = next(postings, None)
        last, left, last_id = 0, 0, -1
        while posting is not None and posting[0] == account_id:
            yield from _check(posting, last, left, last_id)
            _, last, _, left, last_id, _ = posting
            posting = next(postings, None)
        if (last, left) != (seq, balance):
            yield found("account_differs", account=account_id, kind=kind, balance=balance, seq=seq, sum=left, last=last)
    while posting is not None:
        yield found("account_missing", account=posting[0], seq=posting[1])
        posting = next(postings, None)
    yield from _half_open(connection)


def _check(posting: Row, last: int, left: int, last_id: int) -> Findings:
    account_id, seq, amount, balance, row_id, journal_id = posting
    if seq != last + 1:
        yield found("postings_missing", account=account_id, first=last + 1, last=seq - 1)
    elif left + amount != balance:
        yield found("posting_altered", account=account_id, seq=seq, journal=journal_id)
    if row_id <= last_id:
        yield found("posting_moved", account=account_id, seq=seq, journal=journal_id)


def _half_open(connection: Connection) -> Findings:
    """A person's purse and what they owe are opened together: one without the other was taken from somebody else."""
    other = aliased(Account)
    partner = and_(other.user_id == Account.user_id, other.kind != Account.kind)
    query = (
        select(Account.id, Account.kind, Account.user_id)
        .outerjoin(other, partner)
        .where(Account.user_id.is_not(None), other.id.is_(None))
        .order_by(Account.id)
    )
    for account_id, kind, user_id in stream(connection, query):
        yield found("account_misfit", account=account_id, kind=kind, person=user_id)
