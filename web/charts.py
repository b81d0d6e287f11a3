"""Charts as the server draws them: places in percent and pixels, which `templates/charts/` makes SVG of.

Widths are percent of the chart's own, so that words and lines keep their size on every screen; heights are pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

HEIGHT = 132
HEAD = 18
"""Room above the highest for its number."""


@dataclass(frozen=True)
class Column:
    """A bar of a day: `x`, `width` in percent, `y`, `height` in pixels, and what it says."""

    x: float
    width: float
    y: float
    height: float
    says: str


@dataclass(frozen=True)
class Mark:
    """Words at a place: `x` in percent, `y` in pixels, `anchor` start, middle or end; `of` is bar, line or day."""

    x: float
    y: float
    anchor: str
    words: str
    of: str


@dataclass(frozen=True)
class Chart:
    """`line` is the points of a polyline in a box of 100 by `height`, and `area` the same closed at the ground."""

    title: str
    says: str
    height: int
    columns: list[Column]
    line: str
    area: str
    marks: list[Mark]
    ticks: list[Mark]


def days(
    title: str,
    says: str,
    labels: Sequence[str],
    bars: Sequence[int] = (),
    line: Sequence[int] = (),
    told: Sequence[str] = (),
) -> Chart:
    """A chart of days. `bars` stand, `line` goes over their middles; both on one scale. `told` is each day's sentence.

    The highest bar carries its number, and the line's highest and last day theirs, where none is in another's way;
    below stand the first, the last and some days between.
    """
    count, most = len(labels), max([1, *bars, *line])
    width = 100 / max(count, 1)

    def y(value: int) -> float:
        return round(HEIGHT - (HEIGHT - HEAD) * value / most, 1)

    columns = [
        Column(round((place + 0.14) * width, 3), round(0.72 * width, 3), y(value), round(HEIGHT - y(value), 1), word)
        for place, (value, word) in enumerate(zip(bars, told, strict=False))
    ]
    points = [(round((place + 0.5) * width, 3), y(value)) for place, value in enumerate(line)]
    drawn = " ".join(f"{across},{down}" for across, down in points)
    area = f"{points[0][0]},{HEIGHT} {drawn} {points[-1][0]},{HEIGHT}" if points else ""
    return Chart(title, says, HEIGHT, columns, drawn, area, _marks(bars, line, width, y), _ticks(labels, width))


def _marks(bars: Sequence[int], line: Sequence[int], width: float, y: Callable[[int], float]) -> list[Mark]:
    wanted: list[tuple[str, int, int]] = []
    if any(bars):
        wanted.append(("bar", bars.index(max(bars)), max(bars)))
    elif any(line):
        wanted.append(("line", len(line) - 1, line[-1]))
    if any(line):
        wanted.append(("line", line.index(max(line)), max(line)))
    count = max(len(bars), len(line))
    marks: list[Mark] = []
    taken: list[int] = []
    for of, place, value in wanted:
        if all(abs(place - other) > count / 8 for other in taken):
            falls = of == "line" and place > 0 and line[place - 1] > value
            marks.append(_mark(place, count, width, y(value) + (14 if falls else -5), str(value), of))
            taken.append(place)
    return marks


def _ticks(labels: Sequence[str], width: float) -> list[Mark]:
    """The first and the last day, and at most two between them."""
    last = len(labels) - 1
    between = {last // 3, 2 * last // 3} if last >= 12 else {last // 2} if last >= 4 else set()
    places = sorted({0, last} | between) if labels else []
    return [_mark(place, len(labels), width, HEIGHT + 18, labels[place], "day") for place in places]


def _mark(place: int, count: int, width: float, y: float, words: str, of: str) -> Mark:
    x = (place + 0.5) * width
    if count > 12 and x < 8:
        return Mark(round(place * width, 3), y, "start", words, of)
    if count > 12 and x > 92:
        return Mark(round((place + 1) * width, 3), y, "end", words, of)
    return Mark(round(x, 3), y, "middle", words, of)
