"""What must hold of what was filled in. Each raises the sentence with the field it is about."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select

from models.tickets import Event, Ticket
from workflow import access, moments
from workflow.city_settings import as_day, calendar, governance
from workflow.engine.move import Move
from workflow.errors import Invalid, Refused
from workflow.localtime import local_day
from workflow.numbers import ticket_id
from workflow.report.photos import usable
from workflow.report.vocabulary import REPORT

RUNNING = ("submitted", "triaged", "assigned", "in_progress", "suspended", "resolved", "confirmed")


@REPORT.check
def photos_usable(move: Move) -> None:
    """Each photo is this person's own upload and not used yet, or was put on this ticket by them."""
    usable(move.session, move.details.get("photos", []), move.actor, move.subject)


@REPORT.check
def fresh_proof(move: Move) -> None:
    """What proves the work was taken for it: after the last time it was said to be done, and not by its reporter."""
    ticket, session = move.subject, move.session
    photos = usable(session, move.details.get("photos", []), move.actor, ticket)
    here = {number: photo for number, photo in enumerate(photos, start=1) if photo.ticket_id is not None}
    ends = select(func.max(Event.at)).where(Event.subject_id == ticket.id, Event.action == move.name)
    said_done = session.scalar(ends) if here else None
    for number, photo in here.items():
        fresh = said_done is None or photo.created_at > said_done
        if photo.kind != "after" or photo.internal or photo.uploader_id == ticket.reporter_id or not fresh:
            raise Invalid.field("photos", "photo.unusable", number=number)


@REPORT.check
def into_another_running_ticket(move: Move) -> None:
    """The other ticket is one that the clerk sees, still runs, and does not in the end follow this one."""
    found = ticket_id(move.session, move.details["into"])
    seen = access.visible_tickets(move.session, move.actor).where(Ticket.id == found)
    target = move.session.scalars(seen).first() if found is not None else None
    if target is None:
        raise Invalid.field("into", "merge.unknown")
    if target.id == move.subject.id:
        raise Refused("merge.itself")
    met = {move.subject.id}
    while target.merged_into_id is not None and target.id not in met:
        met.add(target.id)
        target = move.session.get_one(Ticket, target.merged_into_id)
    if target.id in met:
        raise Refused("merge.circle")
    if target.state not in RUNNING:
        raise Refused("merge.ended", number=target.number)
    move.facts["target"] = target.number


@REPORT.check
def assisting_not_the_lead(move: Move) -> None:
    """A department cannot assist itself."""
    if move.details["department"] in move.details.get("assisting", []):
        raise Invalid.field("assisting", "assign.assisting_is_lead")


@REPORT.check
def not_back_to_oneself(move: Move) -> None:
    """Whose it is names another department."""
    if move.details.get("department") == move.subject.department.code:
        raise Invalid.field("department", "send_back.oneself")


def _workday(move: Move, field: str) -> date:
    """The day that is meant: a free one is moved to the next workday, and that is what everybody is told."""
    calendar_ = calendar(move.session)
    day = local_day(move.session, calendar_.close_of_business(as_day(move.details[field])))
    move.details[field] = day.isoformat()
    return day


def _said(move: Move, day: date) -> dict[str, str]:
    return moments.day_in_both(day, local_day(move.session, move.at))


@REPORT.check
def until_within_limit(move: Move) -> None:
    """Later than it is due now and than today, and at most so many workdays later."""
    ticket, session = move.subject, move.session
    asked, until = as_day(move.details["until"]), _workday(move, "until")
    due = max(ticket.due_at or move.at, move.at)
    days = governance(session, "extension_workdays")
    latest = calendar(session).add_workdays(due, days)
    if asked < local_day(session, move.at) or calendar(session).close_of_business(until) <= due:
        raise Invalid.field("until", "extension.too_early", day=_said(move, local_day(session, due)))
    if until > local_day(session, latest):
        raise Invalid.field("until", "extension.too_late", days=days, day=_said(move, local_day(session, latest)))


@REPORT.check
def review_in_future(move: Move) -> None:
    """A day of review lies ahead, within a year."""
    asked, today = as_day(move.details["review_on"]), local_day(move.session, move.at)
    _workday(move, "review_on")
    if not today < asked <= today + timedelta(days=366):
        raise Invalid.field("review_on", "suspension.review_day", day=_said(move, today))


@REPORT.check
def internal_for_staff(move: Move) -> None:
    """Only those who handle it may speak among themselves."""
    if move.details.get("internal") and move.role == "rider":
        raise Invalid.field("internal", "comment.internal_for_staff")
