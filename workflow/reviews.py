"""A second pair of eyes: every day some of the awards that were paid are drawn, for somebody who had no part in them.

Which ones nobody knows before they are drawn, so that a clerk and a rider in league cannot count on any. An award for a
picture that somebody else was paid for as well is always among them: a hash makes people look, it takes no points.
"""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from models import Award, City, Event, Journal, Review, Ticket, User
from models.clock import now
from models.reviews import VERDICTS
from workflow.access import require, visible_tickets
from workflow.actors import Actor
from workflow.administration.acts import record
from workflow.errors import Forbidden, Invalid, NotFound, Refused
from workflow.localtime import day_starts, local_day
from workflow.same_picture import paid_to_others_too

SHARE, LEAST, MOST = 0.05, 3, 30
"""Of a day's awards: one in twenty, at least three (all where there are fewer), at most thirty."""
DAYS_BACK = 7
"""A worker that was away draws for so many days afterwards."""
LONGEST_NOTE = 300
SHOWN = 100
GRANTS = ("triage", "confirm")
"""What a clerk does so that an award is paid."""


@dataclass(frozen=True)
class Drawn:
    """An award to be looked at, for which ticket, to whom, the clerks who granted it, and whether somebody else was
    paid for the same picture."""

    review: Review
    ticket: Ticket
    rider: User
    clerks: list[User]
    same_picture: bool


def draw(session: Session) -> int:
    """Draw among what was paid on each day of the last week that has none drawn yet; returns how many. Again, and at
    once, draws nothing."""
    session.execute(select(City.id).with_for_update())
    today, drawn = local_day(session, now()), 0
    for back in range(DAYS_BACK, 0, -1):
        day = today - timedelta(days=back)
        if session.scalar(select(Review.id).where(Review.day == day).limit(1)) is None:
            drawn += _draw(session, day)
    return drawn


def _draw(session: Session, day: date) -> int:
    begins, ends = day_starts(session, day), day_starts(session, day + timedelta(days=1))
    paid = select(Award.id).join(Journal, Journal.id == Award.journal_id).where(Award.state == "paid")
    ids = session.scalars(paid.where(Journal.at >= begins, Journal.at < ends)).all()
    chosen = secrets.SystemRandom().sample(ids, min(len(ids), MOST, max(LEAST, math.ceil(len(ids) * SHARE))))
    chosen = sorted({*chosen, *paid_to_others_too(session, ids)})
    session.add_all(Review(award_id=each, day=day) for each in chosen)
    session.flush()
    return len(chosen)


def waiting(session: Session, actor: Actor) -> list[Drawn]:
    """What nobody has looked at yet, the oldest first. Raises Forbidden."""
    return _shown(session, _seen(session, actor).where(Review.verdict.is_(None)).order_by(Review.id))


def doubtful(session: Session, actor: Actor) -> list[Drawn]:
    """What somebody doubted, the newest first. Raises Forbidden."""
    return _shown(session, _seen(session, actor).where(Review.verdict == "doubtful").order_by(Review.decided_at.desc()))


def count_waiting(session: Session, actor: Actor) -> int:
    """How many awards wait for a look. Raises Forbidden."""
    query = _seen(session, actor).where(Review.verdict.is_(None)).with_only_columns(func.count())
    return session.scalar(query) or 0


def decide(session: Session, actor: Actor, number: int, verdict: str, note: str | None) -> None:
    """Say what one found. Raises NotFound, Refused where somebody has, Invalid, and Forbidden for whoever had a part in
    the ticket: it is a second pair of eyes."""
    row = session.scalars(_seen(session, actor).where(Review.id == number).with_for_update(of=Review)).one_or_none()
    if row is None:
        raise NotFound()
    if row.verdict is not None:
        raise Refused("review.decided")
    if verdict not in VERDICTS:
        raise Invalid.field("verdict", "input.choice", expected=", ".join(VERDICTS))
    if verdict == "doubtful" and not note:
        raise Invalid.field("note", "input.missing")
    if note and len(note) > LONGEST_NOTE:
        raise Invalid.field("note", "input.too_long", max_length=LONGEST_NOTE)
    ticket = session.get_one(Ticket, row.award.ticket_id)
    part = select(Event.id).where(Event.subject_id == ticket.id, Event.actor_id == actor.id).limit(1)
    if row.award.user_id == actor.id or session.scalar(part) is not None:
        raise Forbidden("forbidden.own_award")
    row.verdict, row.note, row.decided_by_id, row.decided_at = verdict, note, actor.id, now()
    record(session, actor, "award.review", "ticket", ticket.number, verdict=verdict)


def _seen(session: Session, actor: Actor) -> Select[Review]:
    require(actor, "award.review")
    visible = visible_tickets(session, actor).with_only_columns(Ticket.id)
    return select(Review).join(Award, Award.id == Review.award_id).where(Award.ticket_id.in_(visible))


def _shown(session: Session, query: Select[Review]) -> list[Drawn]:
    loaded = query.limit(SHOWN).options(joinedload(Review.award).joinedload(Award.rule), joinedload(Review.decided_by))
    reviews = session.scalars(loaded).all()
    of = select(Ticket).where(Ticket.id.in_([each.award.ticket_id for each in reviews]))
    tickets = {each.id: each for each in session.scalars(of.options(joinedload(Ticket.category)))}
    acts = select(Event.subject_id, Event.actor_id).where(
        Event.subject_id.in_(tickets), Event.action.in_(GRANTS), Event.actor_role == "clerk"
    )
    granted: dict[int, list[int]] = {}
    for ticket, clerk in session.execute(acts.distinct()):
        if clerk is not None:
            granted.setdefault(ticket, []).append(clerk)
    alike = paid_to_others_too(session, [each.award_id for each in reviews])
    named = {each.award.user_id for each in reviews}.union(*granted.values())
    people = {each.id: each for each in session.scalars(select(User).where(User.id.in_(named)))}
    return [
        Drawn(each, tickets[each.award.ticket_id], people[each.award.user_id],
              [people[clerk] for clerk in sorted(granted.get(each.award.ticket_id, []))], each.award_id in alike)
        for each in reviews
    ]  # fmt: skip
