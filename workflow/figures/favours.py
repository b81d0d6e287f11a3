"""What a clerk grants to one rider, where it stands out among what they grant to others."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import Select, func, select

from models.ledger import Award, Journal
from models.people import User
from models.tickets import Event, Ticket
from workflow.figures.figure import Period, Scope

LEAST = 5
"""Fewer awards in a period stand out by chance."""
TIMES = 3
"""So many times what the clerk's other riders usually get, or half of all that the clerk granted."""
SHOWN = 20


@dataclass(frozen=True)
class Favour:
    """A clerk's awards to one rider in the period: how many, of how many in all, how many points, and how many the
    clerk's other riders got (their median)."""

    clerk: User
    rider: User
    awards: int
    of: int
    points: int
    usual: float


def favours(scope: Scope, period: Period, most: int = SHOWN) -> list[Favour]:
    """The pairs that stand out, the farthest first, at most `most`: what was paid in the period for reports that the
    clerk triaged or confirmed. Two queries."""
    counted: defaultdict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
    for clerk, rider, awards, points in scope.session.execute(_pairs(scope, period)):
        counted[clerk][rider] = (int(awards), int(points))
    found: list[tuple[int, int, int, int, int, float]] = []
    for clerk, theirs in counted.items():
        of = sum(awards for awards, _ in theirs.values())
        for rider, (awards, points) in theirs.items():
            usual = median([others for other, (others, _) in theirs.items() if other != rider] or [0])
            if awards >= LEAST and (awards >= TIMES * usual or 2 * awards >= of):
                found.append((clerk, rider, awards, of, points, usual))
    found.sort(key=lambda each: (-each[2] / max(1, each[5]), -each[2], each[:2]))
    wanted = {each for pair in found[:most] for each in pair[:2]}
    people = {each.id: each for each in scope.session.scalars(select(User).where(User.id.in_(wanted)))}
    return [
        Favour(people[clerk], people[rider], awards, of, points, usual)
        for clerk, rider, awards, of, points, usual in found[:most]
    ]


def _pairs(scope: Scope, period: Period) -> Select[Any]:
    bounds = period.bounds(scope.session)
    granted = (
        select(Event.actor_id, Award.user_id, Award.id, Award.points)
        .join(Event, Event.subject_id == Award.ticket_id)
        .join(Journal, Journal.id == Award.journal_id)
        .where(Event.action.in_(("triage", "confirm")), Event.actor_role == "clerk", Award.state == "paid")
        .where(Journal.at >= bounds[0], Journal.at < bounds[-1])
        .where(Award.ticket_id.in_(scope.tickets.with_only_columns(Ticket.id)))
        .distinct()
        .subquery()
    )
    columns = granted.c
    return select(columns.actor_id, columns.user_id, func.count(), func.sum(columns.points)).group_by(
        columns.actor_id, columns.user_id
    )
