"""The city's own limits as an administrator sets them: clocks, governance, and the caps of points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import City, Rule
from workflow.access import require
from workflow.actors import Actor
from workflow.administration import settings
from workflow.administration.fields import Errors, hold_choice, hold_whole, refuse
from workflow.city.by_hand import flat, nested
from workflow.city.city_file import COUNTS, GOVERNANCE, LONGEST_MINUTES
from workflow.errors import NotFound
from workflow.say import LOCALES, say

SET = ("governance.", "limits.")
MOST_CAP = 1_000_000


class Limits:
    """The settings of the city that are numbers of its policy: `governance.send_backs`, `limits.triage.minutes`."""

    thing = "city"

    def __init__(self, row: City) -> None:
        self.row = row
        self.code = row.code

    def values(self) -> dict[str, Any]:
        return {field: value for field, value in flat(self.row.settings).items() if field.startswith(SET)}

    def check(self, values: Mapping[str, Any]) -> None:
        errors: Errors = {}
        for field, value in values.items():
            part, _, name = field.partition(".")
            if part == "governance":
                hold_whole(errors, field, value, *GOVERNANCE[name])
            elif field.endswith(".counts"):
                hold_choice(errors, field, value, COUNTS)
            else:
                hold_whole(errors, field, value, 1, LONGEST_MINUTES)
        refuse(errors)

    def put(self, field: str, value: Any) -> None:
        self.row.settings = nested(flat(self.row.settings) | {field: value})


class Cap:
    """The most points of a day or a month. The rule's title names the number, so it follows it."""

    thing = "rule"

    def __init__(self, row: Rule) -> None:
        self.row = row
        self.code = f"{row.kind}/{row.code}"

    def values(self) -> dict[str, Any]:
        return {"body.points": self.row.body["points"], "title_zh": self.row.title_zh, "title_en": self.row.title_en}

    def check(self, values: Mapping[str, Any]) -> None:
        errors: Errors = {}
        if "body.points" in values:
            hold_whole(errors, "body.points", values["body.points"], 1, MOST_CAP)
        refuse(errors)

    def put(self, field: str, value: Any) -> None:
        if field == "body.points":
            self.row.body = {**self.row.body, "points": value}
        else:
            setattr(self.row, field, value)


def show(session: Session, actor: Actor) -> dict[str, Any]:
    """What is in force, by field as `Limits` names them. Raises Forbidden."""
    require(actor, "city.manage")
    return Limits(session.scalars(select(City)).one()).values()


def caps(session: Session, actor: Actor) -> list[Rule]:
    """The caps, the day's first. Raises Forbidden."""
    require(actor, "city.manage")
    return list(session.scalars(select(Rule).where(Rule.kind == "cap", Rule.active).order_by(Rule.position)))


def change(session: Session, actor: Actor, values: Mapping[str, Any], *, seen: int | None = None) -> bool:
    """Set limits by their fields; whether anything changed. Raises as `settings.change`."""
    return settings.change(session, actor, Limits(settings.begin(session, actor)), values, seen=seen)


def restore(session: Session, actor: Actor, fields: Sequence[str], *, seen: int | None = None) -> bool:
    """Give limits back to the pack. Raises as `settings.restore`."""
    return settings.restore(session, actor, Limits(settings.begin(session, actor)), fields, seen=seen)


def set_cap(session: Session, actor: Actor, code: str, points: Any, *, seen: int | None = None) -> bool:
    """Set the cap of a `day` or a `month`; whether it was another. Raises as `settings.change`."""
    settings.begin(session, actor)
    cap = Cap(_cap(session, code))
    cap.check({"body.points": points})
    if cap.values()["body.points"] == points:
        return False
    by_hand = settings.differences(session, cap.thing, cap.code).get(cap.code, [])
    if any(each.field == "body.points" and each.pack == points for each in by_hand):
        return settings.restore(session, actor, cap, list(cap.values()), seen=seen)
    titles = {f"title_{locale}": say(f"cap.{code}", locale, points=f"{points:,}") for locale in LOCALES}
    return settings.change(session, actor, cap, {"body.points": points, **titles}, seen=seen)


def restore_cap(session: Session, actor: Actor, code: str, *, seen: int | None = None) -> bool:
    """Give a cap back to the pack. Raises as `settings.restore`."""
    settings.begin(session, actor)
    cap = Cap(_cap(session, code))
    return settings.restore(session, actor, cap, list(cap.values()), seen=seen)


def _cap(session: Session, code: str) -> Rule:
    query = select(Rule).where(Rule.kind == "cap", Rule.code == code, Rule.active)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound()
    return row
