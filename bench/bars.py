"""Bars as SVG, readable on light and on dark ground, with nothing that a browser would have to fetch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

WIDTH, LEFT, RIGHT, TOP = 780, 240, 90, 64
BAR, GAP, GROUP_GAP = 18, 6, 18
COLOURS = ("a", "b")
STYLE = """
  text { font: 14px system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; fill: #1d2430 }
  .title { font-size: 17px; font-weight: 600 } .quiet { font-size: 12px; fill: #5b6473 }
  .ground { fill: #ffffff } .track { fill: #eef1f5 } .a { fill: #2f6fb3 } .b { fill: #1f8a70 }
  .bound { stroke: #b3261e; stroke-width: 2 } .aim { stroke: #7a5c00; stroke-width: 2; stroke-dasharray: 3 3 }
  .before { fill: none; stroke: #1d2430; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6eaf0 } .quiet { fill: #a3adba } .ground { fill: #14181f } .track { fill: #232a34 }
    .a { fill: #6ba7e8 } .b { fill: #4cc2a0 } .bound { stroke: #ff8a80 } .aim { stroke: #e0c15a }
    .before { stroke: #e6eaf0 }
  }
"""


@dataclass(frozen=True)
class Bar:
    """A bar of a group. `value`, `bound`, `aim` and `before` share one unit, which the axis has; `said` is written."""

    group: str
    name: str
    value: float
    said: str
    bound: float | None
    aim: float | None
    before: float | None


def chart(title: str, note: str, bars: Sequence[Bar], locale: str) -> str:
    """The SVG. What is longer than the axis is cut there, and said all the same."""
    marks = [mark for bar in bars for mark in (bar.bound, bar.aim, bar.before) if mark]
    longest = max([bar.value for bar in bars] + marks) if marks else max(bar.value for bar in bars)
    longest = min(longest, 3 * max(marks)) if marks else longest
    scale = (WIDTH - LEFT - RIGHT) / longest
    lines, y = [], float(TOP)
    for group, found in groupby(bars, key=lambda bar: bar.group):
        rows = list(found)
        middle = y + len(rows) * (BAR + GAP) / 2
        lines.append(f'<text x="{LEFT - 90}" y="{middle + 2:.1f}" text-anchor="end">{escape(group)}</text>')
        for number, bar in enumerate(rows):
            lines += _bar(bar, COLOURS[number % len(COLOURS)], y, scale, longest)
            y += BAR + GAP
        y += GROUP_GAP
    height = y + 8
    said = "；".join(f"{bar.group} {bar.name} {bar.said}" for bar in bars)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
        f'height="{height:.0f}" role="img" lang="{locale}" aria-labelledby="title said">'
    )
    return "\n".join([
        head,
        f'<title id="title">{escape(title)}</title><desc id="said">{escape(said)}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{height:.0f}" rx="8"/>',
        f'<text class="title" x="20" y="28">{escape(title)}</text>',
        f'<text class="quiet" x="20" y="48">{escape(note)}</text>',
        *lines,
        "</svg>\n",
    ])  # fmt: skip


def _bar(bar: Bar, colour: str, y: float, scale: float, longest: float) -> list[str]:
    width = min(bar.value, longest) * scale
    lines = [
        f'<text class="quiet" x="{LEFT - 8}" y="{y + 13:.1f}" text-anchor="end">{escape(bar.name)}</text>',
        f'<rect class="track" x="{LEFT}" y="{y:.1f}" width="{longest * scale:.1f}" height="{BAR}" rx="3"/>',
        f'<rect class="{colour}" x="{LEFT}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{BAR}" rx="3"/>',
        f'<text class="quiet" x="{WIDTH - RIGHT + 8}" y="{y + 13:.1f}">{escape(bar.said)}</text>',
    ]
    for name, mark in (("bound", bar.bound), ("aim", bar.aim)):
        if mark is not None:
            x = LEFT + mark * scale
            lines.append(f'<line class="{name}" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 2:.1f}" y2="{y + BAR + 2:.1f}"/>')
    if bar.before is not None:
        x = LEFT + min(bar.before, longest) * scale
        lines.append(f'<circle class="before" cx="{x:.1f}" cy="{y + BAR / 2:.1f}" r="4.5"/>')
    return lines
