"""The photos of a report as its rider looks at them: before and after first, and each by the step that brought it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workflow.report.appeals import called
from workflow.timeline import Line

Picture = dict[str, Any]
LATER = ("rework", "reopen", "appeal", "reject", "comment")
"""Steps whose pictures show neither how it was reported nor how it was left."""


@dataclass(frozen=True)
class Step:
    """A line of the history with the pictures that came with it."""

    line: Line
    photos: list[Picture]


@dataclass(frozen=True)
class Shown:
    """`large` are looked at first: what was reported, and beside it what became of it; `others` are the rest."""

    large: list[Picture]
    others: list[Picture]


def marked(lines: list[Line], photos: list[Picture]) -> list[Picture]:
    """The pictures, each with its `mark`: before or after, or the step that it came with where that was neither."""
    came: dict[str, str] = {}
    for line in lines:
        for each in line.details.get("photos", []):
            came.setdefault(each, called(line.event))
    return [each | {"mark": _mark(each, came.get(each["id"]))} for each in photos]


def steps(lines: list[Line], photos: list[Picture]) -> list[Step]:
    """The history, newest first. What no later step names came with the report."""
    known = {each["id"]: each for each in photos}
    named = {each for line in lines for each in line.details.get("photos", [])}
    found = []
    for number, line in enumerate(lines):
        ids = list(line.details.get("photos", []))
        if number == 0:
            ids += [each["id"] for each in photos if each["kind"] == "before" and each["id"] not in named]
        found.append(Step(line, [known[each] for each in ids if each in known]))
    return found[::-1]


def shown(photos: list[Picture], history: list[Step]) -> Shown:
    """The first picture of the report, and the first of the newest that show it done."""
    before = next((each for each in photos if each["mark"] == "before"), None)
    done = (each for step in history for each in step.photos if each["kind"] == "after")
    after = next(done, None) or next((each for each in photos if each["kind"] == "after"), None)
    large = [each for each in (before, after) if each is not None]
    return Shown(large, [each for each in photos if each not in large])


def _mark(photo: Picture, step: str | None) -> str:
    return step if photo["kind"] == "before" and step in LATER else str(photo["kind"])
