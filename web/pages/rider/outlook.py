"""What happens next with a report, by when and why, in a rider's words: one sentence a report, no query a row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from models import Event, Ticket
from web.api.serializers import Page
from web.pages.unbroken import unbroken
from workflow import deadlines, moments
from workflow.city_settings import governance
from workflow.engine import permitted
from workflow.localtime import zone
from workflow.report.turns import answerable, street
from workflow.say import catalogue, say

ENDS = {"rejected": "reject", "closed": "close", "rewarded": "reward", "suspended": "request_suspension"}
"""The states of which a step says why it is so, the last of its kind."""
WAITS = ("triage", "dispatch", "arbitrate", "resolve")
"""The clocks that somebody must keep; the one of a confirmation ends by itself."""
NEEDED = ("due", "day", "department", "reason")
"""What a sentence is not said without: a city's state may have no clock, and a reason may have been erased."""


@dataclass(frozen=True)
class Outlook:
    """What happens next. `mark` is how it stands to its deadline, None where nobody is waited for."""

    words: str
    mark: deadlines.Mark | None


class Outlooks:
    """The outlook of each of several reports; what they have in common is asked once. Two queries."""

    def __init__(self, page: Page, tickets: Sequence[Ticket]) -> None:
        self.page, self.tongue, self.tz = page, page.locale, zone(page.session)
        self._endings = self._ends([each for each in tickets if each.state in ENDS])

    def of(self, ticket: Ticket) -> Outlook:
        """The outlook of one of them."""
        mark = deadlines.mark(ticket, self.page.moment) if ticket.clock in WAITS else None
        if mark == "over":
            return Outlook(self._over(ticket), mark)
        key, facts = self._key(ticket), self._facts(ticket)
        if any(f"{{{name}}}" in catalogue("zh")[key] and not facts[name] for name in NEEDED):
            key = self._by_tone(ticket)
        return Outlook(say(key, self.tongue, **facts), mark)

    def _key(self, ticket: Ticket) -> str:
        """The state's sentence; that of its tone where a city's definition has a state of its own."""
        state = ticket.state
        if state == "rewarded" and not self.page.points[ticket.id]["paid"]:
            state = "closed"
        if state == "closed" and not self._why(ticket):
            state = "ended"
        if state == "submitted" and ticket.unit.kind == "city":
            state = "unrouted"
        if ticket.clock == "arbitrate":
            state = "arbitrated"
        if state == "suspended" and self._reason(ticket):
            state = "suspended.why"
        if state == "rejected" and self._appealable(ticket):
            state = "appealable"
        key = f"rider.next.{state}"
        return key if key in catalogue("zh") else self._by_tone(ticket)

    def _by_tone(self, ticket: Ticket) -> str:
        return f"rider.next.tone.{self.page.state(ticket).tone}"

    def _facts(self, ticket: Ticket) -> dict[str, Any]:
        target = ticket.merged_into
        return {
            "street": street(self.page.session, ticket).name(self.tongue),
            "department": ticket.department.name(self.tongue) if ticket.department is not None else "",
            "due": self._moment(ticket.due_at) if ticket.due_at is not None else "",
            "day": self._day(ticket.review_at) if ticket.review_at is not None else "",
            "last_day": self._last_day(ticket),
            "reason": self._reason(ticket),
            "why": self._why(ticket),
            "points": self.page.points[ticket.id]["paid"],
            "state": self._state(target) if target is not None else "",
        }

    def _state(self, target: Ticket) -> str:
        """How what goes on stands; whether it paid this rider too is said with their points."""
        state = self.page.state(target)
        return say("rider.state.solved", self.tongue) if state.tone == "paid" else getattr(state.title, self.tongue)

    def _over(self, ticket: Ticket) -> str:
        """What should have happened by now, and who was told that it has not."""
        assert ticket.due_at is not None
        told = {"over": "rider.next.told", "late": "rider.next.told_late"}.get(ticket.warned or "")
        return say(
            f"rider.next.over.{ticket.clock}",
            self.tongue,
            who=self._answerable(ticket),
            due=self._moment(ticket.due_at),
            span=moments.span(self.page.moment - ticket.due_at, self.tongue),
        ) + (say(told, self.tongue) if told else "")

    def _answerable(self, ticket: Ticket) -> str:
        """Whose turn it is."""
        if ticket.clock == "arbitrate":
            return say("role.supervisor", self.tongue)
        return answerable(self.page.session, ticket).name(self.tongue)

    def _reason(self, ticket: Ticket) -> str:
        return str(self._endings.get(ticket.id, ({}, {}))[1].get("reason") or "").rstrip("。.； ")

    def _why(self, ticket: Ticket) -> str:
        why = self._endings.get(ticket.id, ({}, {}))[0].get("why")
        said = say(f"unpaid.{why}", self.tongue) if why else ""
        return said[:1].upper() + said[1:]

    def _appealable(self, ticket: Ticket) -> bool:
        return any(each.name == "reopen" for each in permitted(ticket, self.page.actor))

    def _last_day(self, ticket: Ticket) -> str:
        days = timedelta(days=governance(self.page.session, "reopen_days"))
        return self._day((ticket.ended_at or self.page.moment) + days)

    def _within(self, words: str) -> str:
        """As it stands in a Chinese sentence: spaces between its figures and the text around them, a day unbroken."""
        return moments.within(unbroken(words), self.tongue)

    def _moment(self, at: datetime) -> str:
        return self._within(moments.near(at, self.page.moment, self.tz, self.tongue))

    def _day(self, at: datetime) -> str:
        there, here = at.astimezone(self.tz), self.page.moment.astimezone(self.tz)
        return self._within(moments.day(there, here, self.tongue))

    def _ends(self, ended: Sequence[Ticket]) -> dict[int, tuple[dict[str, Any], dict[str, Any]]]:
        """Of each ticket that ended: the details of its last step, and what was written with it."""
        if not ended:
            return {}
        steps = select(Event).where(
            Event.subject_id.in_([each.id for each in ended]), Event.action.in_(ENDS.values()), Event.public
        )
        found = self.page.session.scalars(steps.options(joinedload(Event.said)).order_by(Event.seq))
        return {each.subject_id: (json.loads(each.details), _written(each)) for each in found}


def _written(event: Event) -> dict[str, Any]:
    """What was written with it, unless it was erased."""
    return event.said.words or {} if event.said is not None else {}
