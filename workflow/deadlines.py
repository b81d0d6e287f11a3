"""Why a ticket is due when it is, as a sentence: which clock, since when, how long, and what was not counted."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.tickets import Ticket
from workflow.city_settings import calendar
from workflow.localtime import zone
from workflow.say import say

WORKDAY_FROM = 60  # minutes up to which a limit is said in minutes; beyond, in hours


def why(session: Session, ticket: Ticket, locale: str) -> str | None:
    """The sentence, or None while no clock runs."""
    if ticket.clock is None:
        return None
    if ticket.due_at is None:
        day = ticket.review_on.isoformat() if ticket.review_on else ""
        return say("due.paused", locale, left=amount(ticket.clock_left_minutes or 0, locale), day=day)
    tz = zone(session)
    if ticket.extended_to is not None:
        return say("due.extended", locale, day=ticket.extended_to.isoformat())
    assert ticket.clock_started_at is not None
    assert ticket.clock_minutes is not None
    said = say(
        "due.limit",
        locale,
        clock=say(f"clock.{ticket.clock}", locale),
        start=ticket.clock_started_at.astimezone(tz).strftime("%m-%d %H:%M"),
        amount=amount(ticket.clock_minutes, locale),
        counts=say(f"counts.{ticket.clock_counts}", locale),
        due=ticket.due_at.astimezone(tz).strftime("%m-%d %H:%M"),
    )
    if ticket.clock_counts == "working":
        skipped = _skipped(session, ticket, locale)
        if skipped:
            said += say("due.skipped", locale, what=skipped)
    return said


def amount(minutes: int, locale: str) -> str:
    """A number of minutes in hours and minutes."""
    hours, rest = divmod(minutes, 60)
    if minutes < WORKDAY_FROM:
        return say("amount.minutes", locale, minutes=minutes)
    if rest == 0:
        return say("amount.hours", locale, hours=hours)
    return say("amount.hours_minutes", locale, hours=hours, minutes=rest)


def _skipped(session: Session, ticket: Ticket, locale: str) -> str:
    assert ticket.clock_started_at is not None
    assert ticket.due_at is not None
    kinds: dict[str, None] = {}
    for segment in calendar(session).explain(ticket.clock_started_at, ticket.due_at):
        if not segment.counted and segment.kind != "break":
            named = segment.kind == "holiday" and segment.name and locale == "zh"
            kinds[segment.name if named else say(f"skipped.{segment.kind}", locale)] = None
    return ("、" if locale == "zh" else ", ").join(kinds)
