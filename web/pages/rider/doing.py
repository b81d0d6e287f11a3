"""What a rider may do to their report, in a rider's words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from models import Ticket, User
from web.pages.ticket.actions import Action, Field, Sent, actions
from workflow.say import catalogue, say

STAFF_ONLY = ("internal",)
"""Fields that a rider could only leave empty."""
KEPT_IN = "comment"


@dataclass(frozen=True)
class Doing:
    """The forms of a report's page: `first` is the one thing to do now, `comment` stands below the history.

    `gone`: what was sent is not permitted any more; `kept`: what was typed for it lies in the comment now.
    """

    first: Action | None
    others: list[tuple[Action, str]]
    comment: Action | None
    gone: bool
    kept: bool


def doing(ticket: Ticket, person: User, tongue: str, sent: Sent | None) -> Doing:
    """The actions that are permitted now. `others` with a sentence of what each does."""
    found = [_worded(each, ticket, tongue) for each in actions(ticket, person, tongue, sent)]
    gone = sent is not None and all(each.name != sent.action for each in found)
    lost = _typed(sent) if gone else ""
    if lost:
        found = [_keeping(each, lost) if each.name == KEPT_IN else each for each in found]
    first = next((each for each in found if each.name == "confirm"), None)
    comment = next((each for each in found if each.name == "comment"), None)
    others = [(each, _about(each, ticket, tongue)) for each in found if each is not first and each is not comment]
    return Doing(first, others, comment, gone, bool(lost) and comment is not None)


def called(name: str, ticket: Ticket) -> str:
    """A transition as a rider calls it: to open again what was rejected is an appeal."""
    return "appeal" if name == "reopen" and ticket.state == "rejected" else name


def _worded(each: Action, ticket: Ticket, tongue: str) -> Action:
    """The action with a rider's titles, where there are any, and without what only staff fill in."""
    name = called(each.name, ticket)
    fields = [
        replace(one, title=_said(f"rider.field.{name}.{one.name}", tongue) or one.title)
        for one in each.fields
        if one.name not in STAFF_ONLY
    ]
    return replace(each, title=_said(f"rider.do.{name}", tongue) or each.title, fields=fields)


def _about(each: Action, ticket: Ticket, tongue: str) -> str:
    return _said(f"rider.about.{called(each.name, ticket)}", tongue)


def _said(key: str, tongue: str) -> str:
    return say(key, tongue) if key in catalogue("zh") else ""


def _typed(sent: Sent | None) -> str:
    """What was written for an action that is not permitted any more."""
    return str(sent.values.get("reason") or sent.values.get("note") or "") if sent is not None else ""


def _keeping(comment: Action, words: str) -> Action:
    def kept(one: Field) -> Field:
        return replace(one, value=words) if one.name == "note" else one

    return replace(comment, fields=[kept(each) for each in comment.fields], open=True)
