"""A lifecycle as people look at it: a Mermaid state diagram, and a page with the table of who may do what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from config import ROOT
from models.lifecycle import NEW
from workflow.engine.definition import FieldNeed, Lifecycle, Transition
from workflow.say import LOCALES, catalogue, say

DOCUMENTS = ROOT / "docs"
TONES = {
    "waiting": "fill:#fef3c7,stroke:#b45309,color:#1c1917",
    "moving": "fill:#dbeafe,stroke:#1d4ed8,color:#172554",
    "paused": "fill:#e7e5e4,stroke:#57534e,color:#1c1917",
    "done": "fill:#dcfce7,stroke:#15803d,color:#052e16",
    "paid": "fill:#bbf7d0,stroke:#166534,color:#052e16",
    "ended": "fill:#f5f5f4,stroke:#a8a29e,color:#292524",
}


def diagram(lifecycle: Lifecycle, locale: str) -> str:
    """Mermaid's `stateDiagram-v2`: one arrow from state to state, with all that leads there; what stays is left out."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{_title(lifecycle, name, locale)}" as {name}' for name in lifecycle.states]
    arrows: dict[tuple[str, str], list[str]] = {}
    for transition in lifecycle.transitions.values():
        for start, end in transition.targets.items():
            if start != end:
                arrows.setdefault((start, end), []).append(getattr(transition.title, locale))
    joint = "、" if locale == "zh" else ", "
    for (start, end), titles in arrows.items():
        lines.append(f"    {'[*]' if start == NEW else start} --> {end}: {joint.join(titles)}")
    lines += [f"    {name} --> [*]" for name, state in lifecycle.states.items() if state.final]
    tones = {state.tone for state in lifecycle.states.values()}
    lines += [f"    classDef {tone} {style}" for tone, style in TONES.items() if tone in tones]
    lines += [f"    class {name} {state.tone}" for name, state in lifecycle.states.items()]
    return "\n".join(lines) + "\n"


def document(lifecycle: Lifecycle) -> str:
    """The page in both languages: diagram, and what may be done, from where to where, by whom, with what."""
    parts = [f"# {lifecycle.title.zh} · {lifecycle.title.en}", say("draw.generated", "zh", kind=lifecycle.kind),
             say("draw.generated", "en", kind=lifecycle.kind)]  # fmt: skip
    for locale in LOCALES:
        parts.append(f"## {say('draw.language', locale)}")
        parts.append(f"```mermaid\n{diagram(lifecycle, locale)}```")
        parts.append(_table(lifecycle, locale))
        parts.append(say("draw.required", locale))
    return "\n\n".join(parts) + "\n"


@dataclass(frozen=True)
class Row:
    """A transition in words: the ways that it goes, who may, and what is filled in (* required, (*) sometimes)."""

    name: str
    title: str
    ways: list[str]
    who: list[str]
    fields: list[tuple[str, str, str]]
    """Title, name and mark of each field."""


def rows(lifecycle: Lifecycle, locale: str) -> list[Row]:
    """The table of transitions, in the definition's order."""
    found = []
    for name, transition in lifecycle.transitions.items():
        fields = [
            (str(getattr(need.title, locale)), field, _mark(need)) for field, need in transition.fields.items()
        ]
        who = [_who(each, locale) for each in transition.who]
        title = str(getattr(transition.title, locale))
        found.append(Row(name, title, _ways(lifecycle, transition, locale), who, fields))
    return found


def _table(lifecycle: Lifecycle, locale: str) -> str:
    heads = [say(f"draw.{name}", locale) for name in ("transition", "ways", "who", "fields")]
    lines = [_row(heads), _row(["---"] * len(heads))]
    for row in rows(lifecycle, locale):
        fields = [f"{title} `{field}`{mark}" for title, field, mark in row.fields]
        cells = [f"{row.title} `{row.name}`", "<br>".join(row.ways), _list(row.who, locale), _list(fields, locale)]
        lines.append(_row(cells))
    return "\n".join(lines)


def _mark(need: FieldNeed) -> str:
    if isinstance(need.required, str):
        return "(*)"
    return "*" if need.required else ""


def _ways(lifecycle: Lifecycle, transition: Transition, locale: str) -> list[str]:
    starts: dict[str, list[str]] = {}
    for start, end in transition.targets.items():
        starts.setdefault("" if start == end else end, []).append(start)
    ways = []
    for end, froms in starts.items():
        every = set(froms) == set(lifecycle.states)
        named = say("draw.any", locale) if every else _list([_title(lifecycle, each, locale) for each in froms], locale)
        there = _title(lifecycle, end, locale) if end else say("draw.stays", locale)
        ways.append(f"{named} → {there}".strip())
    return ways


def _title(lifecycle: Lifecycle, state: str, locale: str) -> str:
    return "" if state == NEW else str(getattr(lifecycle.states[state].title, locale))


def _who(who: str, locale: str) -> str:
    """A role and how its unit stands to the ticket, in words where we have them."""
    role, _, relation = who.partition(" ")
    known = catalogue(locale)
    if relation:
        title = known.get(f"role.{role}", role)
        key = f"draw.who.{relation}"
        return say(key, locale, role=title) if key in known else f"{title} ({relation})"
    return known.get(f"draw.who.{role}", role)


def _list(texts: Iterable[str], locale: str) -> str:
    return ("、" if locale == "zh" else ", ").join(texts)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
