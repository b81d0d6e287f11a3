"""Awards: each as it was set aside, and paid once, by the journal that says so, where a step of its ticket pays."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, String, and_, cast, literal, select

from models import Account, Award, Event, Journal, Posting
from models.ledger import seal_award
from workflow.audit.findings import Findings, Tally, found
from workflow.audit.reading import Query, plain, stream


def check(connection: Connection, paying: Collection[str], tally: Tally) -> Findings:
    """Hold each award against its own seal, the journal under its key, and its ticket's history.

    `paying` are the actions of all definitions that post points.
    """
    count = 0
    for row in stream(connection, _awards(connection)):
        count += 1
        award_id, stored, *content, journal_id, issued = row
        ticket_id, _, user_id, _, _, points, state, named = content
        about = {"award": award_id, "ticket": ticket_id, "person": user_id}
        if seal_award(tuple(content)) != stored:
            yield found("award_altered", **about)
        elif state == "paid" and (named is None or journal_id != named):
            yield found("award_unpaid", **about)
        elif state == "paid" and issued != -points:
            yield found("award_differs", **about, points=points, issued=-(issued or 0))
        elif state != "paid" and (named is not None or journal_id is not None):
            yield found("award_paid", **about, state=state)
    tally.add(Award.__tablename__, count)
    yield from _without_step(connection, paying)


def _awards(connection: Connection) -> Query:
    key = _joined("award", Award.ticket_id, Award.rule_id, Award.user_id)
    issuance = select(Account.id).where(Account.kind == "issuance").scalar_subquery()
    columns = plain(
        connection, Award.id, Award.hash, Award.ticket_id, Award.rule_id, Award.user_id, Award.day, Award.wanted,
        Award.points, Award.state, Award.journal_id, Journal.id, Posting.amount,
    )  # fmt: skip
    return (
        select(*columns)
        .select_from(Award)
        .outerjoin(Journal, Journal.key == key)
        .outerjoin(Posting, and_(Posting.journal_id == Journal.id, Posting.account_id == issuance))
        .order_by(Award.id)
    )


def _joined(first: str, *columns: Any) -> Any:
    text: Any = literal(first)
    for column in columns:
        text = text + literal(":") + cast(column, String)
    return text


def _without_step(connection: Connection, paying: Collection[str]) -> Findings:
    # With NOT EXISTS, PostgreSQL may look through all events for each award; a list of its own it hashes.
    rewarded = select(Event.subject_id).where(Event.action.in_(paying))
    unpaid = select(Award.id, Award.ticket_id, Award.user_id).where(Award.state == "paid")
    query = unpaid.where(Award.ticket_id.not_in(rewarded)).order_by(Award.id)
    for award_id, ticket_id, user_id in stream(connection, query):
        yield found("award_without_step", award=award_id, ticket=ticket_id, person=user_id)
