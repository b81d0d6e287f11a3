"""History as whoever reported it reads it: a sentence of its own for each step, without an office's words.

A step's sentences are in the catalogues, from the most particular on: `event.rider.rework.own` is of what the reader
did themselves, `event.rider.confirm.system` of what nobody did, `event.rider.assign.assisting` of one with that detail.
What somebody wrote follows behind a colon.
"""

from __future__ import annotations

from string import Formatter
from typing import Any

from models.tickets import Event
from workflow.report.appeals import called
from workflow.say import catalogue, say

PARTICULAR = ("assisting", "department", "rating", "category", "why", "overdue")
"""Details by which a sentence differs."""
ENDS = "。.；; "


def sentence(
    event: Event, facts: dict[str, str], details: dict[str, Any], locale: str, *, mine: bool = False
) -> str | None:
    """The step in plain words; None where the catalogues have none of it, or a fact that all need is unknown."""
    known = facts | {"who": _who(event, facts, locale)}
    key = next((each for each in _keys(called(event), event.actor_role, details, mine) if _holds(each, known)), None)
    if key is None:
        return None
    said = say(key, locale, **known)
    said = said[:1].upper() + said[1:]
    wrote = _wrote(details, locale)
    return said + (("：" if locale == "zh" else ": ") + wrote if wrote else "")


def _keys(name: str, role: str, details: dict[str, Any], mine: bool) -> list[str]:
    stems = [f"event.rider.{name}"]
    if mine:
        stems.insert(0, f"event.rider.{name}.own")
    elif role == "system":
        stems.insert(0, f"event.rider.{name}.system")
    told = [each for each in PARTICULAR if details.get(each)]
    return [key for stem in stems for key in (*(f"{stem}.{each}" for each in told), stem)]


def _holds(key: str, known: dict[str, str]) -> bool:
    """Whether it is a sentence, and all that it names is known."""
    text = catalogue("zh").get(key)
    return text is not None and all(name in known for _, name, _, _ in Formatter().parse(text) if name)


def _who(event: Event, facts: dict[str, str], locale: str) -> str:
    """Who did it, as somebody outside an office knows them: the unit, or the supervisors."""
    said = f"event.rider.who.{event.actor_role}"
    return say(said, locale) if said in catalogue("zh") else facts["unit"]


def _wrote(details: dict[str, Any], locale: str) -> str:
    """What was written with it, and why there are no points."""
    why = details.get("why")
    texts = [str(details[name]) for name in ("reason", "note") if details.get(name)]
    found = [*([say(f"unpaid.{why}", locale)] if why else []), *texts]
    between = "；" if locale == "zh" else "; "
    return between.join([*(each.rstrip(ENDS) for each in found[:-1]), *found[-1:]])
