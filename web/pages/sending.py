"""The form of a new report, a rider's or a clerk's: sent once, and shown again with all that was typed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from web import pictures
from web.api import idempotency
from web.api.schemas.incoming import ReportIn
from web.bodies import PageForm
from web.context import actor, reading, stop_reading
from web.pages.ticket.actions import KEPT
from web.pages.ticket.uploads import SomeRefused, keep_pictures, kept_pictures
from web.reporting import ONCE, take_once, taken_before
from workflow.area_places import somewhere_in
from workflow.errors import Invalid, Problem
from workflow.say import say

PLACE = "place"
SHOWN_AT = dict.fromkeys(("latitude", "longitude", "accuracy_m", "area"), PLACE) | {KEPT: "photos"}
"""Where a page shows what is wrong with a field that it has no field of its own for."""
SAID_AS = {"report.place": "form.place"}
"""What a page says in other words than the API: nobody types degrees into it."""
DEGREES = ("latitude", "longitude", "accuracy_m")


@dataclass(frozen=True)
class Draft:
    """What was typed so far, and what is wrong with it. `other` is the number of the report that this form had sent
    before, with other content."""

    values: dict[str, Any] = field(default_factory=dict)
    pictures: list[dict[str, Any]] = field(default_factory=list)
    problem: Problem | None = None
    other: str | None = None

    @property
    def status(self) -> int:
        """The status of the page that shows it."""
        return 409 if self.other else self.problem.status if self.problem else 200

    @property
    def once(self) -> str:
        """The key of the form: a new one where the old one has sent a report."""
        kept = None if self.problem is None or self.other else self.values.get(ONCE)
        usable = isinstance(kept, str) and idempotency.KEY.fullmatch(kept)
        return str(kept) if usable else f"form-{secrets.token_urlsafe(16)}"

    def errors(self, tongue: str, shown_at: Mapping[str, str] = SHOWN_AT) -> list[dict[str, str]]:
        """What is wrong, each thing once, by the field that the page shows it at."""
        if not isinstance(self.problem, Invalid):
            return []
        found: dict[str, dict[str, str]] = {}
        for field_name, (key, params) in self.problem.errors.items():
            name, message = shown_at.get(field_name, field_name), say(SAID_AS.get(key, key), tongue, **params)
            if all(name != other["field"] and message != other["message"] for other in found.values()):
                found[name] = {"field": name, "message": message}
        return list(found.values())


def send(form: PageForm, read: Callable[[PageForm], ReportIn]) -> str | Draft:
    """Open the report that the form asks for, once: its number, or the draft where it was not taken."""
    ids = form.many(KEPT)
    try:
        key, digest = form.text(ONCE), idempotency.fingerprint(form.typed("csrf"), pictures.digests(form.pictures))
        taken = taken_before(key, digest)
        if taken is None:
            ids = keep_pictures(form)
            taken = take_once(read(form), ids, str(key), digest)
    except SomeRefused as problem:
        return _draft(form, problem.ids, problem=problem)
    except Problem as problem:
        return _draft(form, ids, problem=problem)
    return _draft(form, ids, other=taken.number) if taken.other else taken.number


def _draft(form: PageForm, ids: list[str], **how: Any) -> Draft:
    stop_reading()
    return Draft(form.typed("csrf", "photos", KEPT), kept_pictures(actor(), ids), **how)


def placed(form: PageForm) -> dict[str, str | None]:
    """Where it is: the pin, or else a point in the community that was named. Raises Invalid for an unknown one."""
    found = {name: form.text(name) for name in DEGREES}
    area = form.text("area")
    if found["latitude"] is None and found["longitude"] is None and area:
        place = somewhere_in(reading(), area)
        if place is None:
            raise Invalid.field("area", "input.unknown_value", value=area[:32])
        return {name: str(getattr(place, name)) for name in DEGREES}
    return found
