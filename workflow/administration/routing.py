"""The rules that route and reward, in words and as their source, and why a ticket went where it went."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import Event, Rule, Ticket
from workflow import directory
from workflow.access import get_ticket, require
from workflow.actors import Actor
from workflow.say import say

KINDS = ("routing", "duplicates", "reward", "cap")


@dataclass(frozen=True)
class Said:
    """A rule in plain words: its title, what it asks and does as sentences, and its source as YAML."""

    rule: Rule
    title: str
    sentences: list[str]
    source: str


def rules(session: Session, actor: Actor, locale: str) -> dict[str, list[Said]]:
    """The rules in force by kind, in the order in which they are tried. One query. Raises Forbidden."""
    require(actor, "city.manage")
    words = _Words(session, locale)
    found: dict[str, list[Said]] = {kind: [] for kind in KINDS}
    for rule in session.scalars(select(Rule).where(Rule.active).order_by(Rule.position)):
        source = yaml.safe_dump({"name": rule.code, **rule.body}, allow_unicode=True, sort_keys=False)
        found[rule.kind].append(Said(rule, rule.title(locale), words.sentences(rule), source))
    return found


def why(session: Session, actor: Actor, number: str, locale: str) -> tuple[Ticket, list[str]]:
    """The ticket of a number, and in sentences what routing found and which rules and people moved it where.

    Raises Forbidden, NotFound.
    """
    require(actor, "city.manage")
    ticket = get_ticket(session, actor, number)
    words = _Words(session, locale)
    said = _routed(words, ticket, locale) if ticket.routing else [say("why.not_routed", locale)]
    query = select(Event).where(Event.subject_id == ticket.id, Event.action.in_(("triage", "assign", "send_back")))
    for event in session.scalars(query.order_by(Event.seq).options(joinedload(Event.actor))):
        said.append(_moved(words, event, locale))
    return ticket, said


class _Words:
    """Names of what rules speak of."""

    def __init__(self, session: Session, locale: str) -> None:
        self.locale = locale
        self.categories = directory.categories(session)
        self.groups = {row.group.code: row.group for row in self.categories.values()}
        self.units = directory.units(session)

    def named(self, rows: dict[str, Any], codes: Sequence[str]) -> str:
        joint = "、" if self.locale == "zh" else ", "
        return joint.join(rows[code].name(self.locale) if code in rows else code for code in codes)

    def sentences(self, rule: Rule) -> list[str]:
        body = rule.body
        match rule.kind:
            case "routing":
                clauses = [*self._when(body["when"]), self._does(body)]
                sentence = ("" if self.locale == "zh" else " ").join(clauses)
                return [sentence[0].upper() + sentence[1:]]
            case "duplicates":
                return [say("route.duplicates", self.locale, metres=body["metres"], hours=body["hours"])]
            case "reward":
                pays = body["pays"]
                key = "rule.pays_category" if pays == "category" else "rule.pays"
                said = [say(key, self.locale, points=pays)]
                if body["excluded"]:
                    joint = "、" if self.locale == "zh" else ", "
                    whom = joint.join(say(f"rule.excluded.{each}", self.locale) for each in body["excluded"])
                    said.append(say("rule.excluded", self.locale, whom=whom))
                return said
            case _:
                return [say(f"cap.{rule.code}", self.locale, points=f"{body['points']:,}")]

    def _when(self, when: dict[str, Any]) -> list[str]:
        codes = when.get("in") or ([when["category"]] if "category" in when else [])
        said = [say("rule.when.matters", self.locale, matters=self.named(self.categories, codes))] if codes else []
        if "group" in when:
            said.append(say("rule.when.group", self.locale, group=self.named(self.groups, [when["group"]])))
        asked = [name for name in ("has_photo", "inside_area") if name in when]
        said += [say(f"rule.when.{name}.{'yes' if when[name] else 'no'}", self.locale) for name in asked]
        if "hours" in when:
            said.append(say(f"rule.when.hours.{when['hours']}", self.locale))
        return said

    def _does(self, body: dict[str, Any]) -> str:
        if body["do"] == "assign":
            department = body.get("department")
            key = "rule.assigns" if department else "rule.assigns_usual"
            return say(key, self.locale, department=self.named(self.units, [department]) if department else "")
        key = "rule.triages_urgent" if body.get("priority") == "urgent" else "rule.triages"
        return say(key, self.locale)


def _routed(words: _Words, ticket: Ticket, locale: str) -> list[str]:
    found: dict[str, Any] = ticket.routing or {}
    joint = "、" if locale == "zh" else ", "
    unit = words.named(words.units, [found["unit"]])
    said = [say("why.inside" if found["inside"] else "why.outside", locale, unit=unit)]
    if found["category"]:
        category = words.named(words.categories, [found["category"]])
        heard = joint.join(found["words"])
        said.append(say("why.words" if heard else "why.given", locale, category=category, words=heard))
    else:
        said.append(say("why.no_category", locale))
    if found["department"]:
        said.append(say("why.usual", locale, department=words.named(words.units, [found["department"]])))
    said += [say("why.duplicate", locale, **each) for each in found["duplicates"]]
    if found["same_picture"]:
        said.append(say("why.same_picture", locale, numbers=joint.join(found["same_picture"])))
    return said


def _moved(words: _Words, event: Event, locale: str) -> str:
    details = json.loads(event.details)
    department = details.get("department")
    where = words.named(words.units, [department]) if department else ""
    if rule := details.get("rule"):
        return say(f"why.{event.action}.rule", locale, rule=rule, department=where)
    who = event.actor.name if event.actor else say("role.system", locale)
    return say(f"why.{event.action}.person", locale, who=who, department=where)
