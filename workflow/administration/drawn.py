"""A lifecycle as a drawing: where each state stands and how its arrows run, in pixels, for whoever draws it.

States stand in columns, each right of those that lead to it: what is on its way in the middle row, what is paused
above, what ended below and half a column to the left, so that lines pass between. Arrows to the next column are
straight; all others run along tracks: above the middle row, below it, and below everything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from models.lifecycle import NEW
from workflow.engine.definition import Lifecycle

WIDTH, HEIGHT = 116, 44
TRACK, MARGIN, PORT = 30, 24, 14
LETTER, HAN = 7, 13
LEAST_GAP = 64
PAUSED, MIDDLE, BELOW = range(3)


@dataclass
class Node:
    """A state: the middle of its box."""

    name: str
    title: str
    tone: str
    column: float
    row: int

    x: float = 0
    y: float = 0


@dataclass
class Arrow:
    """Transitions with one target: `paths` are SVG's, the last of them with the arrow's head; the label's middle."""

    label: str
    target: Node
    sources: list[Node]
    band: str

    paths: list[str] = field(default_factory=list)
    x: float = 0
    y: float = 0


@dataclass(frozen=True)
class Drawing:
    """Everything there is to draw."""

    width: int
    height: int
    nodes: list[Node]
    arrows: list[Arrow]


def draw(lifecycle: Lifecycle, locale: str) -> Drawing:
    """The drawing of a lifecycle in a language. What keeps its state has no arrow."""
    nodes = _nodes(lifecycle, locale)
    arrows = _arrows(lifecycle, nodes, locale)
    gap = max([LEAST_GAP, *(_length(each.label) + 20 for each in arrows if each.band == "straight")])
    for node in nodes.values():
        node.x = MARGIN + gap + WIDTH / 2 + node.column * (WIDTH + gap)
    levels = {band: _levels([each for each in arrows if each.band == band]) for band in ("above", "below", "under")}
    deep = {band: max(found.values(), default=-1) + 1 for band, found in levels.items()}
    tops = _rows(nodes, deep)
    for node in nodes.values():
        node.y = tops[node.row] + HEIGHT / 2
    _route(arrows, levels, tops)
    right = max(node.x for node in nodes.values()) + WIDTH / 2 + MARGIN
    bottom = tops[BELOW] + HEIGHT + (deep["under"] + 0.5) * TRACK + MARGIN / 2
    return Drawing(round(right), round(bottom), [each for each in nodes.values() if each.name != NEW], arrows)


def _nodes(lifecycle: Lifecycle, locale: str) -> dict[str, Node]:
    columns = _columns(lifecycle)
    nodes = {NEW: Node(NEW, "", "", -1, MIDDLE)}
    taken: set[tuple[float, int]] = set()
    for name, state in lifecycle.states.items():
        column = float(columns[name])
        row = {"paused": PAUSED, "ended": BELOW}.get(state.tone, MIDDLE)
        if row == PAUSED:
            column -= 1  # above where it comes from
        if row != BELOW and (column, row) in taken:
            row, column = BELOW, float(columns[name])
        if row == BELOW:
            column -= 0.5
            while (column, row) in taken:
                column += 1
        taken.add((column, row))
        nodes[name] = Node(name, str(getattr(state.title, locale)), state.tone, column, row)
    return nodes


def _columns(lifecycle: Lifecycle) -> dict[str, int]:
    """The longest way to each state, along transitions that lead to a state that is declared later."""
    order = [NEW, *lifecycle.states]
    columns = {NEW: -1} | dict.fromkeys(lifecycle.states, 0)
    for name in order:
        for transition in lifecycle.transitions.values():
            end = transition.targets.get(name)
            if end is not None and order.index(end) > order.index(name):
                columns[end] = max(columns[end], columns[name] + 1)
    return columns


def _arrows(lifecycle: Lifecycle, nodes: dict[str, Node], locale: str) -> list[Arrow]:
    """One arrow for all that lead into a state under one title, from one row, along one band."""
    titles: dict[tuple[str, str], list[str]] = {}
    for transition in lifecycle.transitions.values():
        for start, end in transition.targets.items():
            if start != end:
                titles.setdefault((start, end), []).append(str(getattr(transition.title, locale)))
    joint = "、" if locale == "zh" else ", "
    found: dict[tuple[Any, ...], Arrow] = {}
    for (start, end), said in titles.items():
        source, target, label = nodes[start], nodes[end], joint.join(said)
        band = _band(source, target)
        alone = start if band in ("straight", "upright") else ""
        arrow = found.setdefault((label, end, source.row, band, alone), Arrow(label, target, [], band))
        arrow.sources.append(source)
    return list(found.values())


def _band(source: Node, target: Node) -> str:
    if source.row == target.row == MIDDLE and target.column - source.column == 1:
        return "straight"
    if source.column == target.column and {source.row, target.row} == {PAUSED, MIDDLE}:
        return "upright"
    if source.row == BELOW:
        return "under"
    return "below" if target.row == BELOW else "above"


def _levels(arrows: list[Arrow]) -> dict[int, int]:
    """Each arrow's track, by its id: the short ones next to the states, none over another in the same track."""
    spans = {id(arrow): _span(arrow) for arrow in arrows}
    levels: dict[int, int] = {}
    for arrow in sorted(arrows, key=lambda each: (spans[id(each)][1] - spans[id(each)][0], spans[id(each)][0])):
        left, right = spans[id(arrow)]
        level = 0
        while any(
            at == level and left < spans[other][1] and spans[other][0] < right for other, at in levels.items()
        ):
            level += 1
        levels[id(arrow)] = level
    return levels


def _span(arrow: Arrow) -> tuple[float, float]:
    places = [each.x for each in (*arrow.sources, arrow.target)]
    left, right = min(places), max(places)
    missing = max(0.0, _length(arrow.label) + 12 - (right - left)) / 2
    return left - missing - PORT, right + missing + PORT


def _rows(nodes: dict[str, Node], deep: dict[str, int]) -> list[float]:
    paused = any(node.row == PAUSED for node in nodes.values())
    above = max(deep["above"] * TRACK + 2 * PORT, 2 * TRACK)
    first = float(MARGIN / 2)
    middle = first + (HEIGHT if paused else 0) + above
    return [first, middle, middle + HEIGHT + max(deep["below"] * TRACK + PORT, TRACK)]


def _route(arrows: list[Arrow], levels: dict[str, dict[int, int]], tops: list[float]) -> None:
    ports = _ports(arrows)
    for arrow in arrows:
        target = arrow.target
        if arrow.band == "straight":
            source = arrow.sources[0]
            start = source.x + (WIDTH / 2 if source.name != NEW else 0)
            if source.name == NEW:
                start = target.x - WIDTH / 2 - LEAST_GAP + 14
            end = target.x - WIDTH / 2
            arrow.paths = [f"M{start:g} {target.y:g}H{end - 2:g}"]
            arrow.x, arrow.y = (start + end) / 2, target.y - 7
            continue
        if arrow.band == "upright":
            source = arrow.sources[0]
            up = target.y < source.y
            x = source.x + (PORT if up else -PORT) * 2
            half = -HEIGHT / 2 if up else HEIGHT / 2
            arrow.paths = [f"M{x:g} {source.y + half:g}V{target.y - half + (2 if up else -2):g}"]
            wide = _length(arrow.label) / 2 + 6
            arrow.x, arrow.y = x + (wide if up else -wide), target.y + (HEIGHT / 2 + 16 if up else -HEIGHT / 2 - 8)
            if not up:
                arrow.y = source.y + HEIGHT / 2 + 16
            continue
        level = levels[arrow.band][id(arrow)]
        if arrow.band == "above":
            y = tops[MIDDLE] - PORT - level * TRACK
        elif arrow.band == "below":
            y = tops[MIDDLE] + HEIGHT + PORT + level * TRACK + 4
        else:
            y = tops[BELOW] + HEIGHT + PORT + level * TRACK + 4
        end_x = ports[id(arrow), target.name]
        end_y = _edge(target, arrow, source=False)
        starts = [(ports[id(arrow), each.name], _edge(each, arrow, source=True)) for each in arrow.sources]
        far = max(starts, key=lambda each: abs(each[0] - end_x))
        arrow.paths = [f"M{x:g} {at:g}V{y:g}" for x, at in starts if (x, at) != far]
        head = end_y + (2 if end_y > y else -2) * -1
        arrow.paths.append(f"M{far[0]:g} {far[1]:g}V{y:g}H{end_x:g}V{head:g}")
        aside = min(_length(arrow.label) / 2 + 8, abs(far[0] - end_x) / 2)
        arrow.x, arrow.y = end_x + (aside if far[0] > end_x else -aside), y - 5


def _edge(node: Node, arrow: Arrow, *, source: bool) -> float:
    """Where an arrow along a track leaves or meets a node: at its top or its bottom."""
    if arrow.band == "above":
        at_top = node.row != PAUSED
    elif arrow.band == "below":
        at_top = not source
    else:
        at_top = False
    return node.y + (-HEIGHT / 2 if at_top else HEIGHT / 2)


def _ports(arrows: list[Arrow]) -> dict[tuple[int, str], float]:
    """The x of each arrow at each of its states, spread over the side so that few lines cross: what comes from under
    everything leftmost, then those to the left with the nearest first, then those to the right with the farthest."""
    sides: dict[tuple[str, bool], list[tuple[tuple[int, float], Arrow, Node]]] = {}
    for arrow in arrows:
        if arrow.band in ("straight", "upright"):
            continue
        for node in (*arrow.sources, arrow.target):
            top = _edge(node, arrow, source=node is not arrow.target) < node.y
            others = [arrow.target] if node is not arrow.target else arrow.sources
            way = max((each.x - node.x for each in others), key=abs)
            side = 0 if arrow.band == "under" and node.row != BELOW else 1 if way < 0 else 2
            order = side, -abs(way) if way > 0 else abs(way)
            sides.setdefault((node.name, top), []).append((order, arrow, node))
    ports: dict[tuple[int, str], float] = {}
    for met in sides.values():
        met.sort(key=lambda each: each[0])
        for place, (_, arrow, node) in enumerate(met):
            ports[id(arrow), node.name] = node.x + (place - (len(met) - 1) / 2) * PORT
    return ports


def _length(text: str) -> int:
    return sum(HAN if ord(letter) > 0x2E80 else LETTER for letter in text)
