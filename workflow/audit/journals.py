"""The journal: every movement as it was written, summing to zero, under a key that says what it paid to whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, and_, select
from sqlalchemy.orm import aliased

from models import Account, Award, Journal, Posting
from workflow.audit.findings import Findings, Tally, found
from workflow.audit.reading import Query, plain, stream
from workflow.ledger import hash_content

Row = tuple[Any, ...]


def check(connection: Connection, tally: Tally) -> Findings:
    """Walk all journals and their postings side by side, in the order of their ids."""
    postings = _Postings(connection)
    count = 0
    for row in stream(connection, _journals(connection)):
        count += 1
        yield from postings.stray_before(row[0])
        yield from _check(row, postings.of(row[0]))
    yield from postings.stray_before(None)
    tally.add(Journal.__tablename__, count)
    tally.add(Posting.__tablename__, postings.count)


def _journals(connection: Connection) -> Query:
    reversed_ = aliased(Journal)
    paid = and_(Award.ticket_id == Journal.ticket_id, Award.rule_id == Journal.rule_id, Award.journal_id == Journal.id)
    columns = plain(
        connection, Journal.id, Journal.hash, Journal.kind, Journal.key, Journal.ticket_id, Journal.rule_id,
        Journal.reverses_id, Journal.actor_id, Journal.reason, Journal.at, reversed_.kind, reversed_.key, Award.id,
    )  # fmt: skip
    query = select(*columns).select_from(Journal)
    query = query.outerjoin(reversed_, reversed_.id == Journal.reverses_id).outerjoin(Award, paid)
    return query.order_by(Journal.id)


def _check(row: Row, postings: list[Row]) -> Findings:
    journal_id, stored, kind, key, ticket_id, rule_id, reverses_id, *_, reversed_kind, reversed_key, award = row
    try:
        computed = hash_content(tuple(row[2:10]), [each[1:5] for each in postings])
    except (TypeError, ValueError):
        computed = "unreadable"
    if computed != stored:
        yield found("journal_altered", journal=journal_id, named=key)
        return
    if len(postings) < 2 or sum(each[2] for each in postings):
        yield found("journal_unbalanced", journal=journal_id, named=key, total=sum(each[2] for each in postings))
    if kind == "award":
        fits = reverses_id is None and str(key).startswith(f"award:{ticket_id}:{rule_id}:")
        if fits and award is None:
            yield found("journal_without_award", journal=journal_id, named=key)
        owner = str(key)
    elif kind == "lapse":
        fits = reverses_id is None and ticket_id is None and str(key).startswith("lapse:")
        owner = str(key)
    else:
        fits = reversed_kind == "award" and key == f"reversal:{reverses_id}"
        owner = str(reversed_key)
    person = owner.rpartition(":")[2]
    theirs = all(each[5] == "issuance" or str(each[6]) == person for each in postings)
    if not fits or not theirs:
        yield found("journal_misfit", journal=journal_id, named=key)


class _Postings:
    """The postings with whose account each moves, in the order of their journals."""

    def __init__(self, connection: Connection) -> None:
        columns = (
            Posting.journal_id, Posting.account_id, Posting.amount, Posting.seq, Posting.balance_after, Account.kind,
            Account.user_id,
        )  # fmt: skip
        query = select(*columns).outerjoin(Account, Account.id == Posting.account_id)
        query = query.order_by(Posting.journal_id, Posting.account_id)
        self._rows: Iterator[Row] = stream(connection, query)
        self._row = next(self._rows, None)
        self.count = 0

    def of(self, journal_id: int) -> list[Row]:
        """The postings of a journal."""
        found_here = []
        while self._row is not None and self._row[0] == journal_id:
            found_here.append(self._row)
            self._next()
        return found_here

    def stray_before(self, journal_id: int | None) -> Findings:
        """Postings of no journal, up to this one or, with None, to the end."""
        while self._row is not None and (journal_id is None or self._row[0] < journal_id):
            yield found("posting_stray", journal=self._row[0], account=self._row[1], seq=self._row[3])
            self._next()

    def _next(self) -> None:
        self.count += 1
        self._row = next(self._rows, None)
