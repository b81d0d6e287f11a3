"""What an office may do to a ticket: the one thing to do now first, the rest folded, a comment below the history."""

from __future__ import annotations

from dataclasses import dataclass, replace

from models import Ticket, User
from web.api.serializers import Page
from web.pages.desk.choices import grouped
from web.pages.desk.guesses import Guesses
from web.pages.ticket.actions import Action, Field, Sent, actions
from workflow import access

FIRST = ("suspend", "grant_extension", "triage", "assign", "accept", "resolve", "confirm", "resume")
"""What is to be done now, where it is permitted: decisions before all else."""
REFUSALS = {"suspend": "refuse_suspension", "grant_extension": "refuse_extension"}
COMMENT = "comment"


@dataclass(frozen=True)
class Doing:
    """The forms of a ticket's page. `refusal` is the other answer to what `first` decides. `merge`: whether it may be
    merged into another. `gone`: what was sent is not permitted any more; `kept`: what was typed for it lies in the
    comment now."""

    first: Action | None
    refusal: Action | None
    others: list[Action]
    comment: Action | None
    merge: bool
    gone: bool
    kept: bool


def doing(page: Page, ticket: Ticket, sent: Sent | None, known: Guesses) -> Doing:
    """The actions that are permitted now, with what is `known` of their fields."""
    permitted = actions(ticket, page.actor, page.locale, sent, **known.values)
    found = {each.name: _shown(each, page, known) for each in permitted}
    gone = sent is not None and sent.action not in found
    kept = gone and sent is not None and sent.action != COMMENT and COMMENT in found and _typed(sent) != ""
    if kept and sent is not None:
        found[COMMENT] = _keeping(found[COMMENT], sent)
    first = _first(found, ticket, page.actor)
    refusal = found.get(REFUSALS.get(first.name, "")) if first is not None else None
    comment = found.get(COMMENT)
    others = [each for each in found.values() if each not in (first, refusal, comment)]
    return Doing(first, refusal, others, comment, "merge" in found, gone, kept)


def _first(known: dict[str, Action], ticket: Ticket, person: User) -> Action | None:
    """To assign anew, or to end a suspension that is not one's own, is nothing that waits."""
    waits = {name for name in FIRST if name in known}
    if ticket.state != "triaged":
        waits.discard("assign")
    if access.audience(person, ticket) != "department":
        waits.discard("resume")
    return next((known[name] for name in FIRST if name in waits), None)


def _shown(action: Action, page: Page, known: Guesses) -> Action:
    """The action with its matters by group, and beside its fields what is known of them."""

    def shown(each: Field) -> Field:
        options = grouped(page.session, page.locale) if each.name == "category" else each.options
        name = f"{action.name}.{each.name}"
        return replace(each, options=options, hint=known.hints.get(name), blank=known.blanks.get(name))

    return replace(action, fields=[shown(each) for each in action.fields])


def _typed(sent: Sent) -> str:
    """What was written for an action that is not permitted any more."""
    return str(sent.values.get("reason") or sent.values.get("note") or "")


def _keeping(comment: Action, sent: Sent) -> Action:
    """The comment with what was written and photographed for an action that came too late."""
    values = {"note": _typed(sent), "photos": sent.pictures}
    return replace(comment, fields=[replace(each, value=values.get(each.name, each.value)) for each in comment.fields])
