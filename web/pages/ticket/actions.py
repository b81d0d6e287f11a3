"""The actions of `permitted` as forms made from what each needs, so that page and rules cannot disagree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from models import Ticket, User
from web.bodies import PageForm
from workflow.engine import Permitted, permitted
from workflow.errors import Invalid, Problem, Stale

SILENT = {"note"}
"""Fields that a button without a form leaves out, where nothing else is asked."""
KEPT = "photo_ids"


@dataclass(frozen=True)
class Sent:
    """A form that was sent and not taken: what was typed, and why it was not."""

    action: str
    values: dict[str, Any]
    problem: Problem
    pictures: Sequence[Any] = ()


@dataclass(frozen=True)
class Field:
    """A field as the form shows it; `hint` stands beside it, `blank` is what its empty choice says."""

    name: str
    type: str
    title: str
    required: bool
    options: list[dict[str, Any]] | None
    value: Any
    hint: str | None = None
    blank: str | None = None


@dataclass(frozen=True)
class Action:
    """A transition that the person may fire now, as a form. `open`: it was just sent and not taken."""

    name: str
    title: str
    fields: list[Field]
    open: bool = False
    errors: list[dict[str, str]] = field(default_factory=list)
    sentence: str | None = None

    @property
    def needs_nothing(self) -> bool:
        """Whether a button alone is enough; a note may be added all the same."""
        return not any(each.required for each in self.fields)

    @property
    def labels(self) -> dict[str, str]:
        """Field → title, for the summary of errors."""
        return {each.name: each.title for each in self.fields}


def actions(ticket: Ticket, person: User, tongue: str, sent: Sent | None = None, **suggested: Any) -> list[Action]:
    """What the person may do now. `suggested` fills fields in beforehand, such as `category`; what was typed stays."""
    return [_action(each, tongue, sent, suggested) for each in permitted(ticket, person)]


def given(form: PageForm, ticket: Ticket, person: User, name: str) -> dict[str, Any]:
    """What a form brings for the transition: the fields that it needs, each as its type is written, blanks left out.

    Where it may not be fired nothing is read: `fire` says why.
    """
    needs = next((each.needs for each in permitted(ticket, person) if each.name == name), [])
    found: dict[str, Any] = {}
    for need in needs:
        if need.type == "photos":
            found[need.field] = form.many(KEPT)
        elif need.type == "choices":
            found[need.field] = form.many(need.field)
        elif need.type == "boolean":
            found[need.field] = form.text(need.field) is not None
        else:
            found[need.field] = form.text(need.field)
    return {key: value for key, value in found.items() if value not in (None, [])}


def _action(each: Permitted, tongue: str, sent: Sent | None, suggested: dict[str, Any]) -> Action:
    mine = sent if sent is not None and sent.action == each.name else None
    fields = [
        Field(
            name=need.field,
            type=need.type,
            title=getattr(need.title, tongue),
            required=need.required,
            options=_options(need.options, tongue),
            value=_value(need.field, need.type, mine, suggested),
        )
        for need in each.needs
    ]
    errors = mine.problem.field_errors(tongue) if mine and isinstance(mine.problem, Invalid) else []
    said = mine.problem.sentence(tongue) if mine and not errors and not isinstance(mine.problem, Stale) else None
    return Action(each.name, getattr(each.title, tongue), fields, mine is not None, errors, said)


def _value(name: str, kind: str, sent: Sent | None, suggested: dict[str, Any]) -> Any:
    if sent is None:
        return suggested.get(name)
    if kind == "photos":
        return sent.pictures
    return sent.values.get(name)


def _options(options: Any, tongue: str) -> list[dict[str, Any]] | None:
    return None if options is None else [{"value": value, "title": getattr(title, tongue)} for value, title in options]
