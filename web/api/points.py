"""A rider's points, each entry with its reason in plain words."""

from __future__ import annotations

from flask import Response

from web.action import action
from web.api.answers import answer, moment
from web.api.blueprint import api
from web.api.operation import operation
from web.api.schemas.outgoing import PointsSummary
from web.context import actor, locale, reading
from workflow import points
from workflow.say import say


@api.get("/me/points")
@action("points.read")
@operation("points_show", answers={200: PointsSummary})
def show_points() -> Response:
    summary, tongue = points.summary(reading(), actor()), locale()
    return answer(
        {
            "balance": summary.balance,
            "pending": summary.pending,
            "today": {"earned": summary.today.earned, "cap": summary.today.cap},
            "month": {"earned": summary.month.earned, "cap": summary.month.cap},
            "items": [
                {
                    "at": moment(each.at),
                    "points": each.points,
                    "reason": reason(each, tongue),
                    "ticket": each.ticket.number if each.ticket is not None else None,
                }
                for each in summary.items
            ],
        }
    )


def reason(entry: points.Entry, tongue: str) -> str:
    """Why points came or went: the rule that paid them, or that they were taken back."""
    rule = entry.rule.title(tongue) if entry.rule is not None else ""
    return say("points.reversal", tongue, rule=rule) if entry.kind == "reversal" else rule
