"""Drawing in metres: a pen over a sheet of twice the picture's size, tinted by the light of the hour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from random import Random

from PIL import Image, ImageDraw

from workflow.demo.scenes.light import Light

Point = tuple[float, float]
RGB = tuple[int, int, int]

WIDTH, HEIGHT = 960, 720
FINE = 2


@cache
def rgb(color: str) -> RGB:
    """The three numbers of '#rrggbb'."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


@cache
def mix(a: str, b: str, share: float) -> str:
    """The colour between `a` and `b`; `share` is b's part, 0 to 1."""
    return "#" + "".join(f"{round(x + (y - x) * share):02x}" for x, y in zip(rgb(a), rgb(b), strict=True))


def dark(color: str, share: float = 0.2) -> str:
    return mix(color, "#2a2138", share)


def pale(color: str, share: float = 0.2) -> str:
    return mix(color, "#fff6e4", share)


@cache
def _tinted(light: Light, color: str, haze: float, shine: float) -> RGB:
    if shine >= 1:
        return rgb(color)
    r, g, b = (min(255.0, part * (by + (1 - by) * shine)) for part, by in zip(rgb(color), light.tint, strict=True))
    far = rgb(light.haze)
    return (
        round(r + (far[0] - r) * haze),
        round(g + (far[1] - g) * haze),
        round(b + (far[2] - b) * haze),
    )


@cache
def _round_fall() -> Image.Image:
    # Pillow's gradient reaches white only in the corners; ours ends at the edge of the ellipse, softly.
    return Image.radial_gradient("L").point([round(255 * max(0.0, 1 - v / 180) ** 1.6) for v in range(256)])


def smooth(points: Sequence[Point], closed: bool = True, steps: int = 5) -> list[Point]:
    """A curve through the points (Catmull-Rom)."""
    row = [points[-1], *points, *points[:2]] if closed else [points[0], *points, points[-1]]
    weights, out = _weights(steps), []
    for (ax, ay), (bx, by), (cx, cy), (dx, dy) in zip(row, row[1:], row[2:], row[3:], strict=False):
        out += [(i * ax + j * bx + k * cx + m * dx, i * ay + j * by + k * cy + m * dy) for i, j, k, m in weights]
    return out if closed else [*out, points[-1]]


@cache
def _weights(steps: int) -> list[tuple[float, float, float, float]]:
    return [
        (-t / 2 + t**2 - t**3 / 2, 1 - 2.5 * t**2 + 1.5 * t**3, t / 2 + 2 * t**2 - 1.5 * t**3, -(t**2) / 2 + t**3 / 2)
        for t in (step / steps for step in range(steps))
    ]


def ring(x: float, y: float, rx: float, ry: float, start: float = 0, end: float = 360, n: int = 28) -> list[Point]:
    """Points along an ellipse; degrees, anticlockwise where y grows upwards."""
    turn = [math.radians(start + (end - start) * i / n) for i in range(n + 1)]
    return [(x + rx * math.cos(a), y + ry * math.sin(a)) for a in turn]


def blob(dice: Random, x: float, y: float, rx: float, ry: float, rough: float = 0.15, n: int = 9) -> list[Point]:
    """An uneven round shape."""
    out: list[Point] = []
    for i in range(n):
        a, r = math.tau * i / n, 1 + dice.uniform(-rough, rough)
        out.append((x + rx * r * math.cos(a), y + ry * r * math.sin(a)))
    return smooth(out)


class Sheet:
    """The picture being drawn, and the light that falls on it."""

    def __init__(self, light: Light) -> None:
        self.light = light
        self.image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), light.haze)
        self.solid = ImageDraw.Draw(self.image)
        self.glass = ImageDraw.Draw(self.image, "RGBA")


class Pen:
    """Draws on a sheet in a frame of its own: pixels from the top for the whole picture, metres upwards for a thing."""

    __slots__ = ("haze", "map", "sheet", "shine", "unit")

    def __init__(
        self, sheet: Sheet, frame: tuple[float, ...] = (1, 0, 0, 0, 1, 0), unit: float = 1.0, haze: float = 0.0,
        shine: float = 0.0,
    ) -> None:
        self.sheet, self.map, self.unit, self.haze, self.shine = sheet, frame, unit, haze, shine

    @property
    def light(self) -> Light:
        return self.sheet.light

    def at(
        self, x: float, y: float, scale: float = 1.0, *, turn: float = 0, flip: bool = False, squash: float = 1.0,
        up: bool = False, haze: float | None = None, shine: float | None = None,
    ) -> Pen:
        """A pen at (x, y): `scale` of ours to one of its units, turned by degrees; `up` lets y grow upwards.

        `haze` (0 to 1) is how much of the air is between, `shine` how much of a light of its own the thing has.
        """
        a, b, c, d, e, f = self.map
        co, si = math.cos(math.radians(turn)) * scale, math.sin(math.radians(turn)) * scale
        ux, uy = (-co if flip else co), (-si if flip else si)
        vx, vy = -si * squash, co * squash
        if up:
            uy, vy = -uy, -vy
        frame = (
            a * ux + b * uy, a * vx + b * vy, a * x + b * y + c,
            d * ux + e * uy, d * vx + e * vy, d * x + e * y + f,
        )  # fmt: skip
        return Pen(
            self.sheet, frame, self.unit * scale, self.haze if haze is None else haze,
            self.shine if shine is None else shine,
        )  # fmt: skip

    def _places(self, points: Sequence[Point]) -> list[Point]:
        a, b, c, d, e, f = self.map
        return [((a * x + b * y + c) * FINE, (d * x + e * y + f) * FINE) for x, y in points]

    def poly(self, points: Sequence[Point], color: str, alpha: float = 1.0, lit: bool = False) -> None:
        ink = _tinted(self.sheet.light, color, self.haze, 1.0 if lit else self.shine)
        if alpha >= 1:
            self.sheet.solid.polygon(self._places(points), fill=ink)
        else:
            self.sheet.glass.polygon(self._places(points), fill=(*ink, round(alpha * 255)))

    def box(self, x0: float, y0: float, x1: float, y1: float, color: str, alpha: float = 1.0,
        lit: bool = False) -> None:
        self.poly([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], color, alpha, lit)

    def rounded(
        self, x0: float, y0: float, x1: float, y1: float, r: float, color: str, alpha: float = 1.0, lit: bool = False
    ) -> None:
        corners = (ring(x1 - r, y1 - r, r, r, 0, 90, 5), ring(x0 + r, y1 - r, r, r, 90, 180, 5),
                   ring(x0 + r, y0 + r, r, r, 180, 270, 5), ring(x1 - r, y0 + r, r, r, 270, 360, 5))  # fmt: skip
        self.poly([p for corner in corners for p in corner], color, alpha, lit)

    def oval(self, x: float, y: float, rx: float, ry: float, color: str, alpha: float = 1.0, lit: bool = False) -> None:
        self.poly(ring(x, y, rx, ry), color, alpha, lit)

    def line(self, points: Sequence[Point], color: str, width: float, alpha: float = 1.0, lit: bool = False) -> None:
        """A stroke with round joints and ends, `width` in our units."""
        ink = _tinted(self.sheet.light, color, self.haze, 1.0 if lit else self.shine)
        places, wide = self._places(points), max(1, round(width * self.unit * FINE))
        if alpha < 1:
            self.sheet.glass.line(places, fill=(*ink, round(alpha * 255)), width=wide, joint="curve")
            return
        self.sheet.solid.line(places, fill=ink, width=wide, joint="curve")
        if wide > 3:
            for x, y in (places[0], places[-1]):
                r = wide / 2 - 0.5
                self.sheet.solid.ellipse((x - r, y - r, x + r, y + r), fill=ink)

    def circle(self, x: float, y: float, r: float, color: str, width: float, lit: bool = False) -> None:
        """The outline of a circle."""
        self.line(ring(x, y, r, r, n=36), color, width, lit=lit)

    def glow(self, x: float, y: float, rx: float, ry: float, color: str, strength: float = 0.6) -> None:
        """Light (or dust) that fades to its edge."""
        [(px, py)] = self._places([(x, y)])
        wide, high = max(2, round(rx * self.unit * FINE)), max(2, round(ry * self.unit * FINE))
        mask = _round_fall().resize((wide * 2, high * 2)).point([round(v * strength) for v in range(256)])
        self.sheet.image.paste(rgb(color), (round(px) - wide, round(py) - high), mask)

    def fade(self, y0: float, y1: float, top: str, low: str, lit: bool = False) -> None:
        """The whole width from y0 to y1 (pixels of the picture) going from one colour to another."""
        a, b = (_tinted(self.sheet.light, c, 0, float(lit)) for c in (top, low))
        column = Image.new("RGB", (1, 128))
        column.putdata([tuple(round(x + (y - x) * t / 127) for x, y in zip(a, b, strict=True)) for t in range(128)])
        self.sheet.image.paste(
            column.resize((WIDTH * FINE, round((y1 - y0) * FINE)), Image.Resampling.NEAREST), (0, round(y0 * FINE))
        )
