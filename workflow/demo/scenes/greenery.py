"""Trees, hedges, lawns, flowers."""

from __future__ import annotations

from random import Random

from workflow.demo.scenes.canvas import Pen, blob, dark, mix, pale, ring

GREENS = ("#5d8f52", "#6f9a4d", "#4f8a62", "#7f9f4f", "#4d8054")


def crown(pen: Pen, dice: Random, x: float, y: float, rx: float, ry: float, green: str) -> None:
    """A tree's crown: dark below, light where the sun is (left above)."""
    lumps = [(x + dice.uniform(-0.55, 0.55) * rx, y + dice.uniform(-0.5, 0.55) * ry, dice.uniform(0.38, 0.58))
             for _ in range(8 if pen.unit * rx > 60 else 5 if pen.unit * rx > 36 else 3)]  # fmt: skip
    for dx, dy, tone, size in (
        (0.07, -0.09, dark(green, 0.3), 1.06), (0, 0, green, 1.0), (-0.09, 0.12, pale(green, 0.2), 0.68)
    ):  # fmt: skip
        for lx, ly, r in lumps:
            if size == 0.68 and lx > x + 0.3 * rx:
                continue
            pen.poly(blob(dice, lx + dx * rx, ly + dy * ry, rx * r * size, ry * r * size, 0.1, 8), tone)
        if size == 1.0:
            pen.poly(blob(dice, x, y, rx * 0.78, ry * 0.78, 0.08), tone)
    for _ in range(26 if pen.unit * rx > 60 else 0):
        a, b = x + dice.uniform(-0.85, 0.85) * rx, y + dice.uniform(-0.75, 0.85) * ry
        pen.oval(a, b, rx * 0.035, ry * 0.022, pale(green, 0.35) if a < x else dark(green, 0.18))


def tree(pen: Pen, dice: Random, height: float = 6.5, green: str | None = None, pit: bool = True) -> None:
    """A street tree at the pen's foot."""
    green = green or dice.choice(GREENS)
    bark = dice.choice(("#7d6350", "#86705c", "#6e5a50"))
    w = height * 0.024
    if pit:
        pen.oval(0, 0.02, 0.62, 0.17, "#8a7462")
        pen.oval(0, 0.05, 0.5, 0.12, "#6d5a4d")
    lean = dice.uniform(-0.12, 0.12)
    top = height * 0.56
    pen.poly([(-w * 1.5, 0), (-w * 0.8, 0.5), (lean - w * 0.6, top), (lean + w * 0.6, top), (w * 0.8, 0.5),
        (w * 1.5, 0)], bark)
    pen.poly([(w * 0.1, 0), (lean + w * 0.1, top), (lean + w * 0.6, top), (w * 0.8, 0.5),
        (w * 1.5, 0)], dark(bark, 0.25))
    for side in (-1, 1):
        pen.line([(lean * 0.7, top * 0.72), (lean + side * height * 0.13, top * 1.08)], bark, w * 0.9)
    crown(pen, dice, lean, height * 0.72, height * 0.29, height * 0.26, green)


def hedge(pen: Pen, dice: Random, length: float, height: float = 0.6, green: str = "#5f9150") -> None:
    """A clipped hedge to the right of the pen."""
    n = max(3, round(length / 0.45))
    pen.box(0, 0, length, height * 0.75, dark(green, 0.25))
    for i in range(n):
        x = (i + 0.5) * length / n
        pen.poly(blob(dice, x, height * 0.62, 0.34, height * 0.38, 0.12, 7), green)
        pen.poly(blob(dice, x - 0.06, height * 0.82, 0.22, height * 0.16, 0.15, 7), pale(green, 0.2))
    for _ in range(n * 2):
        x = dice.uniform(0.05, length - 0.05)
        pen.oval(x, dice.uniform(0.1, 0.9) * height, 0.03, 0.02, mix(green, "#f2d77a", dice.uniform(0, 0.4)))


def tuft(pen: Pen, dice: Random, size: float = 0.25, green: str = "#6b9a4e") -> None:
    """A few blades of grass."""
    for _ in range(6):
        x, lean = dice.uniform(-0.3, 0.3) * size, dice.uniform(-0.4, 0.4) * size
        pen.poly([(x - size * 0.06, 0), (x + lean, size * dice.uniform(0.6, 1.1)), (x + size * 0.06, 0)], green)


def flowers(pen: Pen, dice: Random, width: float, color: str) -> None:
    for _ in range(round(width * 14)):
        x, y = dice.uniform(0, width), dice.uniform(0.05, 0.4)
        pen.oval(x, y, 0.05, 0.045, color)
        pen.oval(x, y, 0.018, 0.016, "#ffe9a8")


def leaf(pen: Pen, dice: Random, color: str) -> None:
    """One fallen leaf, about 0.15 m."""
    turn = dice.uniform(0, 360)
    here = pen.at(0, 0, turn=turn)
    here.poly([(-0.08, 0), *ring(0, 0, 0.05, 0.035, 150, 30, 5), (0.09, 0), *ring(0, 0, 0.05, 0.035, -30, -150, 5)],
        color)
    here.line([(-0.11, 0), (0.06, 0)], dark(color, 0.3), 0.008)
