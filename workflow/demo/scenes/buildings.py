"""House fronts: walls, windows, shops, roofs; seen from straight ahead, in metres from the left foot."""

from __future__ import annotations

from random import Random

from workflow.demo.scenes.canvas import Pen, dark, mix, pale

WALLS = ("#f1e6d2", "#e6d3b8", "#d9b8a0", "#e9dcc9", "#cfd6cf", "#dcc3a5", "#c98f78", "#eadfd8", "#b9c4c4")
SIGNS = ("#c4553f", "#2f6f73", "#e0a13c", "#3f5f8a", "#7a4f6d", "#4f7f56", "#d97a4a")
GLASS, LAMPLIGHT = "#7fa3ad", "#ffd98a"


def letters(pen: Pen, dice: Random, x: float, y: float, size: float, n: int, color: str, lit: bool = False) -> None:
    """`n` square signs that look like writing from afar, centred at (x, y)."""
    left = x - (n * size * 1.25 - size * 0.25) / 2
    for i in range(n):
        a, t = left + i * size * 1.25, size * 0.14
        strokes: list[list[tuple[float, float]]] = [
            [(0.05, 0.85), (0.95, 0.85)], [(0.5, 1), (0.5, 0)], [(0.1, 0.5), (0.9, 0.5)], [(0.15, 0.05), (0.85, 0.05)],
            [(0.12, 0.9), (0.12, 0.1)], [(0.88, 0.9), (0.88, 0.1)], [(0.5, 0.6), (0.05, 0.02)], [(0.5, 0.6),
                (0.95, 0.02)],
        ]  # fmt: skip
        for stroke in dice.sample(strokes, 5):
            pen.line([(a + u * size, y - size / 2 + v * size) for u, v in stroke], color, t, lit=lit)


def window(pen: Pen, dice: Random, x: float, y: float, w: float, h: float) -> None:
    frame = "#f4efe4"
    pen.box(x - 0.08, y - 0.08, x + w + 0.08, y + h + 0.08, frame)
    lit = dice.random() < pen.light.windows_lit
    pen.box(x, y, x + w, y + h, mix(LAMPLIGHT, "#ffb567", dice.random() * 0.6) if lit else GLASS, lit=lit)
    if not lit:
        pen.poly([(x, y + h), (x + w * 0.55, y + h), (x + w * 0.1, y), (x, y)], "#a9c5c9", 0.5)
        if dice.random() < 0.35:
            pen.box(x, y, x + w * 0.38, y + h, pale("#c9b79f", dice.random() * 0.5), 0.85)
    pen.box(x + w / 2 - 0.035, y, x + w / 2 + 0.035, y + h, frame)
    pen.box(x, y + h - 0.1, x + w, y + h, "#3a3f52", 0.25)
    pen.box(x - 0.14, y - 0.2, x + w + 0.14, y - 0.08, "#d8cdbb")


def cooler(pen: Pen, x: float, y: float) -> None:
    """An air conditioner's outdoor unit."""
    pen.box(x, y, x + 0.8, y + 0.55, "#e8e4da")
    pen.oval(x + 0.3, y + 0.28, 0.2, 0.2, "#b7b9b6")
    pen.oval(x + 0.3, y + 0.28, 0.13, 0.13, "#8f9494")
    pen.box(x, y - 0.08, x + 0.8, y, "#6f7475")


def shop(pen: Pen, dice: Random, w: float, sign: str, awning: bool) -> None:
    """A ground floor of 3.4 m: glass, a door, a sign."""
    lit = pen.light.lamps_on and dice.random() < 0.8
    pen.box(0.25, 0, w - 0.25, 2.75, "#4b4a52")
    door = dice.choice((0.35, w - 1.75))
    inside = "#ffdf9e" if lit else dice.choice(("#8fb0b3", "#86a8ac", "#9bb5b0"))
    for x0, x1 in ((0.35, door), (door, door + 1.4), (door + 1.4, w - 0.35)):
        if x1 - x0 < 0.3:
            continue
        at_door = x0 == door
        pen.box(x0 + 0.05, 0.05 if at_door else 0.5, x1 - 0.05, 2.6, inside, lit=lit)
        if not at_door:
            for k in range(int((x1 - x0) / 0.7)):
                tone = mix(inside, dice.choice(SIGNS), 0.45)
                pen.box(x0 + 0.15 + k * 0.7, 0.55, x0 + 0.62 + k * 0.7, dice.uniform(0.8, 1.5), tone, lit=lit)
        pen.poly([(x0 + 0.05, 2.6), (x0 + 0.6, 2.6), (x0 + 0.15, 0.6), (x0 + 0.05, 0.6)], "#ffffff", 0.22)
        if at_door:
            pen.box(x0 + 0.68, 0.05, x0 + 0.74, 2.6, "#4b4a52")
            pen.box(x0 + 0.56, 1.0, x0 + 0.61, 1.5, "#e9e2d2")
    pen.box(0.1, 2.75, w - 0.1, 3.4, sign)
    pen.box(0.1, 2.75, w - 0.1, 2.82, dark(sign, 0.35))
    letters(pen, dice, w / 2, 3.1, 0.36, max(2, min(5, int(w / 1.1))), "#fff4d8", lit=pen.light.lamps_on)
    if awning:
        n = round((w - 0.3) / 0.4)
        step = (w - 0.3) / n
        for k in range(n):
            x = 0.15 + k * step
            tone = sign if k % 2 else "#f8efdd"
            pen.poly([(x + 0.06, 2.78), (x + step + 0.06, 2.78), (x + step - 0.03, 2.22), (x - 0.03, 2.22)], tone)
            pen.oval(x + step / 2 - 0.03, 2.22, step / 2, 0.09, tone)
        pen.box(0.15, 2.0, w - 0.2, 2.14, "#2c2640", 0.18)


def roof(pen: Pen, dice: Random, w: float, y: float) -> None:
    """Grey tiles with upturned eaves, or a plain parapet."""
    if dice.random() < 0.55:
        tile = dice.choice(("#565a66", "#6a5f63", "#4f5b62"))
        pen.poly([(-0.45, y + 0.12), (0, y - 0.12), (w, y - 0.12), (w + 0.45, y + 0.12), (w - 0.2, y + 1.15),
            (0.2, y + 1.15)], tile)
        for k in range(int(w / 0.38)):
            x = 0.25 + k * 0.38
            pen.line([(x, y), (x + (w / 2 - x) * 0.05, y + 1.1)], dark(tile, 0.25), 0.05)
        pen.box(0.1, y + 1.08, w - 0.1, y + 1.24, dark(tile, 0.35))
        pen.box(0, y - 0.38, w, y - 0.12, "#2c2640", 0.2)
    else:
        pen.box(-0.12, y - 0.12, w + 0.12, y + 0.22, "#d6cbbb")
        pen.box(-0.12, y - 0.3, w + 0.12, y - 0.12, "#2c2640", 0.2)
        if dice.random() < 0.5:
            pen.box(w * 0.6, y + 0.22, w * 0.6 + 1.1, y + 0.9, "#b5b0a6")


def house(pen: Pen, dice: Random, w: float, floors: int, ground: str = "shop") -> None:
    """A front `w` metres wide; `ground`: shop, wall."""
    wall, tall = dice.choice(WALLS), 3.5 + 2.9 * floors
    pen.box(0, 0, w, tall, wall)
    pen.box(w - 0.5, 0, w, tall, dark(wall, 0.14))
    pen.box(0, 3.4, w, 3.52, dark(wall, 0.2))
    if ground == "shop":
        shop(pen, dice, w, dice.choice(SIGNS), dice.random() < 0.55)
    else:
        pen.box(0, 0, w, 0.7, dark(wall, 0.2))
        for k in range(int(w / 2.6)):
            window(pen, dice, 0.7 + k * 2.6, 1.1, 1.2, 1.4)
    n = max(1, round(w / 2.3))
    for floor in range(floors):
        y = 4.25 + floor * 2.9
        for k in range(n):
            x = w * (k + 0.5) / n - 0.6
            window(pen, dice, x, y, 1.2, 1.45)
            if dice.random() < 0.3:
                cooler(pen, x + 0.3, y - 0.85)
    for _ in range(9):
        x, y = dice.uniform(0.2, w - 0.4), dice.uniform(3.7, tall - 0.5)
        pen.line([(x, y), (x + dice.uniform(0.12, 0.3), y)], dark(wall, 0.12), 0.05)
    roof(pen, dice, w, tall)
