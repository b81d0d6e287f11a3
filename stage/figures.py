"""Figures held against their bounds, printed as they come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """One of them, with the bound from above or below that it is held against, if any."""

    label: str
    value: float
    unit: str
    most: float | None
    least: float | None
    aim: float | None


@dataclass
class Figures:
    """What a trial found."""

    write: Callable[[str], None]
    short: list[str] = field(default_factory=list)
    """The labels of those that did not hold."""
    found: list[Figure] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Whether every figure so far keeps its bound."""
        return not self.short

    def figure(
        self,
        label: str,
        value: float,
        unit: str = "",
        *,
        exactly: float | None = None,
        most: float | None = None,
        least: float | None = None,
        aim: float | None = None,
    ) -> bool:
        """Print a figure and whether it keeps its bounds; one without bounds is there to be read. `aim` is printed
        beside it and never fails."""
        bounds = [
            (f"exactly {_said(exactly)}", value == exactly) if exactly is not None else None,
            (f"at most {_said(most)}", value <= most) if most is not None else None,
            (f"at least {_said(least)}", value >= least) if least is not None else None,
        ]
        held = all(bound[1] for bound in bounds if bound)
        words = [bound[0] for bound in bounds if bound] + ([f"aim {_said(aim)}"] if aim is not None else [])
        mark = "" if not any(bounds) else "ok" if held else "SHORT"
        self.found.append(Figure(label, value, unit, most, least, aim))
        self.write(f"   {label:<52} {_said(value):>12} {unit:<8} {', '.join(words):<28} {mark}".rstrip())
        if not held:
            self.short.append(label)
        return held

    def say(self, line: str) -> None:
        """A line between the figures."""
        self.write(f"   {line}")


def _said(value: float) -> str:
    if isinstance(value, int) or value == int(value):
        return f"{int(value):,}"
    return f"{value:,.3f}" if abs(value) < 1 else f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.2f}"
