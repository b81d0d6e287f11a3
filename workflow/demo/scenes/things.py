"""What lies and stands about in a street, in metres from its foot."""

from __future__ import annotations

from random import Random

from workflow.demo.scenes.canvas import Pen, Point, blob, dark, mix, pale, ring, smooth

SHADOW = "#2c2640"


def bin(pen: Pen, color: str = "#3f7d5a", lid: float = 0, height: float = 1.1) -> None:
    """A wheeled bin; `lid` degrees open."""
    h = height
    pen.oval(0.16, 0, 0.48, 0.1, SHADOW, 0.3)
    pen.oval(-0.22, 0.07, 0.09, 0.09, "#2f2d35")
    pen.oval(0.22, 0.07, 0.09, 0.09, "#2f2d35")
    pen.poly([(-0.29, 0.08), (0.29, 0.08), (0.36, h * 0.9), (-0.36, h * 0.9)], color)
    pen.poly([(0.08, 0.08), (0.29, 0.08), (0.36, h * 0.9), (0.13, h * 0.9)], dark(color, 0.22))
    pen.poly([(-0.29, 0.08), (-0.22, 0.08), (-0.28, h * 0.9), (-0.36, h * 0.9)], pale(color, 0.25))
    pen.rounded(-0.15, h * 0.38, 0.13, h * 0.64, 0.04, pale(color, 0.75))
    pen.line([(-0.06, h * 0.44), (-0.01, h * 0.57), (0.05, h * 0.44), (-0.06, h * 0.44)], color, 0.03)
    top = pen.at(-0.38, h * 0.9, turn=lid)
    top.rounded(0, 0, 0.78, 0.1, 0.04, dark(color, 0.3))
    top.box(0.06, 0.06, 0.72, 0.1, pale(color, 0.15))


def bag(pen: Pen, dice: Random, size: float = 0.5, color: str | None = None) -> None:
    """A tied rubbish bag."""
    color = color or dice.choice(("#3b3a45", "#4a4652", "#e8e2d6", "#c9d3d0", "#5b7f8c", "#d8a24c"))
    s = size
    body = smooth([(-0.46 * s, 0.02), (0.46 * s, 0.02), (0.54 * s, 0.3 * s), (0.36 * s, 0.68 * s),
                   (0.08 * s, 0.86 * s), (-0.1 * s, 0.86 * s), (-0.4 * s, 0.64 * s),
                       (-0.54 * s, 0.26 * s)])  # fmt: skip
    pen.poly(body, color)
    pen.poly(smooth([(0.1 * s, 0.06 * s), (0.44 * s, 0.05 * s), (0.5 * s, 0.3 * s), (0.33 * s, 0.62 * s),
        (0.16 * s, 0.7 * s)]), dark(color, 0.25))
    pen.poly([(-0.06 * s, 0.82 * s), (-0.2 * s, 1.06 * s), (0.02 * s, 0.97 * s), (0.2 * s, 1.08 * s),
        (0.07 * s, 0.82 * s)], dark(color, 0.12))
    pen.line([(-0.28 * s, 0.55 * s), (-0.36 * s, 0.3 * s)], pale(color, 0.4), 0.045 * s)
    pen.line([(0.02 * s, 0.7 * s), (-0.02 * s, 0.4 * s)], dark(color, 0.35), 0.03 * s)


def carton(pen: Pen, dice: Random, size: float = 0.5, open_: bool = False) -> None:
    """A cardboard box."""
    s, tone = size, dice.choice(("#c69a66", "#b98a5a", "#d2aa78"))
    pen.box(-s / 2, 0, s / 2, s * 0.72, tone)
    pen.poly([(s / 2, 0), (s * 0.72, s * 0.14), (s * 0.72, s * 0.84), (s / 2, s * 0.72)], dark(tone, 0.25))
    pen.poly([(-s / 2, s * 0.72), (s / 2, s * 0.72), (s * 0.72, s * 0.84), (-s * 0.28, s * 0.84)], pale(tone, 0.25))
    pen.box(-s * 0.06, s * 0.4, s * 0.06, s * 0.72, pale(tone, 0.45))
    if open_:
        pen.poly([(-s / 2, s * 0.72), (-s * 0.72, s * 0.95), (-s * 0.46, s * 1.05), (-s * 0.28, s * 0.84)], tone)
        pen.poly([(s / 2, s * 0.72), (s * 0.66, s * 0.5), (s * 0.86, s * 0.64), (s * 0.72, s * 0.84)], pale(tone, 0.1))


def litter(pen: Pen, dice: Random, width: float, depth: float, n: int) -> None:
    """Bottles, cups, papers over a patch of ground."""
    for _ in range(n):
        here = pen.at(dice.uniform(-width, width) / 2, dice.uniform(-depth, depth) / 2, turn=dice.uniform(-30, 30))
        kind = dice.randrange(4)
        if kind == 0:
            tone = dice.choice(("#f5efe2", "#e9dcc4", "#dfe8ea"))
            here.poly(blob(dice, 0, 0.03, 0.13, 0.06, 0.3, 6), tone)
            here.line([(-0.05, 0.03), (0.05, 0.05)], dark(tone, 0.2), 0.012)
        elif kind == 1:
            here.rounded(-0.12, 0, 0.08, 0.07, 0.03, "#8fc0c4")
            here.box(0.08, 0.02, 0.13, 0.05, "#d9594c")
        elif kind == 2:
            here.poly([(-0.06, 0), (0.06, 0), (0.08, 0.15), (-0.08, 0.15)], "#f2e9d8")
            here.box(-0.07, 0.05, 0.07, 0.1, dice.choice(("#c4553f", "#4f8a62", "#d99a3f")))
        else:
            here.poly([(-0.14, 0), (0.14, 0.01), (0.1, 0.08), (-0.1, 0.07)], "#d8b27c")


def heap(pen: Pen, dice: Random, width: float, height: float, tones: tuple[str, ...], n: int = 26) -> None:
    """A mound of lumps: rubble, earth, sand."""
    outline = [(-width / 2, 0), (-width * 0.36, height * 0.4), (-width * 0.14, height * 0.92), (width * 0.06, height),
               (width * 0.26, height * 0.62), (width / 2, 0), (width * 0.2, -height * 0.1),
                   (-width * 0.25, -height * 0.1)]  # fmt: skip
    pen.oval(width * 0.08, -0.02, width * 0.58, height * 0.17, SHADOW, 0.3)
    pen.poly(smooth(outline), tones[0])
    pen.poly(smooth([(width * 0.06, height * 0.98), (width * 0.26, height * 0.6), (width / 2, 0),
        (width * 0.2, -height * 0.08),
                     (width * 0.12, height * 0.3)]), dark(tones[0], 0.2))  # fmt: skip
    for _ in range(n):
        x = dice.uniform(-0.46, 0.46) * width
        top = height * max(0.03, 1 - abs(x) / (width * 0.5)) * 0.88
        y, r = dice.uniform(-height * 0.06, top), dice.uniform(0.06, 0.16) * min(1.4, width)
        lump(pen.at(x, y), dice, r, dice.choice(tones))


def lump(pen: Pen, dice: Random, r: float, tone: str) -> None:
    """A broken piece with a light top and a dark side."""
    pts: list[Point] = [(-r, -r * 0.4), (-r * dice.uniform(0.5, 0.9), r * 0.5), (dice.uniform(-0.2, 0.2) * r, r * 0.75),
                        (r * 0.9, r * dice.uniform(0.1, 0.4)), (r * 0.7, -r * 0.5)]  # fmt: skip
    pen.poly(pts, tone)
    pen.poly([pts[1], pts[2], pts[3], (0, r * 0.15)], pale(tone, 0.3))
    pen.poly([(0, r * 0.15), pts[3], pts[4], (0, -r * 0.45)], dark(tone, 0.25))


def cone(pen: Pen, height: float = 0.75) -> None:
    """A traffic cone."""
    h = height
    pen.oval(0.1, 0, h * 0.4, 0.07, SHADOW, 0.3)
    pen.poly([(-h * 0.34, 0), (h * 0.34, 0), (h * 0.28, h * 0.08), (-h * 0.28, h * 0.08)], "#c24a2c")
    pen.poly([(-h * 0.23, h * 0.07), (h * 0.23, h * 0.07), (h * 0.05, h), (-h * 0.05, h)], "#e8673c")
    for a, b in ((0.36, 0.52), (0.66, 0.78)):
        wa, wb = 0.23 - 0.19 * a, 0.23 - 0.19 * b
        pen.poly([(-h * wa, h * a), (h * wa, h * a), (h * wb, h * b), (-h * wb, h * b)], "#fdf3e0")
    pen.poly([(h * 0.08, h * 0.07), (h * 0.23, h * 0.07), (h * 0.05, h), (h * 0.02, h)], "#8e2f24", 0.35)


def barrier(pen: Pen, width: float = 1.6) -> None:
    """A red and white works barrier."""
    for x in (-width * 0.4, width * 0.4):
        pen.line([(x - 0.14, 0), (x, 1.0), (x + 0.14, 0)], "#8a8f98", 0.05)
    for y in (0.42, 0.76):
        pen.box(-width / 2, y, width / 2, y + 0.2, "#fbf3e4")
        for k in range(round(width / 0.4)):
            x = -width / 2 + k * 0.4
            pen.poly([(x, y), (x + 0.2, y), (x + 0.3, y + 0.2), (x + 0.1, y + 0.2)], "#d4502f")


def puddle(pen: Pen, dice: Random, width: float, squash: float = 0.26, color: str | None = None) -> None:
    """Standing water with the sky in it."""
    tone = color or mix(pen.light.sky_low, "#6f8ea0", 0.55)
    edge = blob(dice, 0, 0, width / 2, width / 2 * squash, 0.14, 11)
    pen.poly([(x * 1.05, y * 1.08 - 0.02) for x, y in edge], SHADOW, 0.2)
    pen.poly(edge, tone, lit=color is None and not pen.light.dim)
    pen.poly([(x * 0.72 - width * 0.05, y * 0.66 + width * 0.014) for x, y in edge], pale(tone, 0.25),
        lit=color is None and not pen.light.dim)
    for _ in range(5):
        x, y = dice.uniform(-0.34, 0.3) * width, dice.uniform(-0.3, 0.3) * width * squash
        pen.line([(x, y), (x + dice.uniform(0.06, 0.16) * width, y)], "#ffffff", 0.03, 0.65)


def lamp(pen: Pen, height: float = 6.0, on: bool = False, broken: bool = False) -> None:
    """A street lamp with one arm to the right."""
    post = "#56606c"
    pen.oval(0, 0, 0.3, 0.08, dark(post, 0.3))
    pen.poly([(-0.13, 0), (0.13, 0), (0.06, height), (-0.06, height)], post)
    pen.poly([(0.02, 0), (0.13, 0), (0.06, height), (0.01, height)], dark(post, 0.3))
    pen.box(-0.16, 0, 0.16, 0.5, dark(post, 0.15))
    pen.line(smooth([(0, height * 0.93), (0.25, height * 1.02), (0.8, height * 1.05),
        (1.4, height * 1.04)], closed=False), post, 0.1)
    head = pen.at(1.4, height * 1.04, turn=-62 if broken else 0)
    head.poly([(-0.15, 0.08), (0.75, 0.06), (0.8, -0.06), (-0.1, -0.1)], dark(post, 0.2))
    if broken:
        head.poly([(0, -0.1), (0.22, -0.12), (0.3, -0.24), (0.4, -0.11), (0.7, -0.08), (0.7, -0.06)], "#dfe6e4")
    else:
        head.box(0, -0.16, 0.7, -0.07, "#ffe9ae" if on else "#dfe6e4", lit=on)


def lamplight(pen: Pen, height: float = 6.0) -> None:
    """The cone and the pool of a lit lamp (draw over what it falls on)."""
    pen.glow(1.75, height * 1.02, 1.6, 1.6, "#ffe7a6", 0.75)
    pen.glow(1.75, 0, 3.2, 0.8, "#ffd98a", 0.42)
    for wide in (1.7, 1.3, 0.9, 0.5):
        pen.poly([(1.45, height), (2.1, height), (1.75 + wide, 0), (1.75 - wide, 0)], "#ffe2a0", 0.035, lit=True)


def sign(pen: Pen, kind: str, height: float = 2.6, turn: float = 0) -> None:
    """A traffic sign on its post: no_parking, crossing, slow."""
    post = pen.at(0, 0, turn=turn)
    post.box(-0.045, 0, 0.045, height, "#8d949c")
    post.box(0.01, 0, 0.045, height, "#646b75")
    y = height - 0.1
    if kind == "no_parking":
        post.oval(0, y, 0.44, 0.44, "#f8f4ea")
        post.oval(0, y, 0.41, 0.41, "#cf3f34")
        post.oval(0, y, 0.32, 0.32, "#3767a6")
        post.line([(-0.25, y + 0.25), (0.25, y - 0.25)], "#cf3f34", 0.09)
        post.line([(-0.25, y - 0.25), (0.25, y + 0.25)], "#cf3f34", 0.09)
    elif kind == "crossing":
        post.rounded(-0.44, y - 0.44, 0.44, y + 0.44, 0.07, "#f8f4ea")
        post.rounded(-0.41, y - 0.41, 0.41, y + 0.41, 0.06, "#3767a6")
        post.poly([(-0.33, y - 0.3), (0, y + 0.34), (0.33, y - 0.3)], "#f8f4ea")
        post.oval(0.02, y + 0.14, 0.05, 0.05, "#2b2b33")
        post.line([(0.02, y + 0.06), (0.0, y - 0.06), (-0.09, y - 0.24)], "#2b2b33", 0.05)
        post.line([(0.0, y - 0.06), (0.1, y - 0.24)], "#2b2b33", 0.05)
        post.line([(-0.1, y - 0.04), (0.02, y + 0.05), (0.12, y - 0.05)], "#2b2b33", 0.035)
    else:
        post.poly([(-0.5, y - 0.36), (0.5, y - 0.36), (0, y + 0.48)], "#2b2b33")
        post.poly([(-0.45, y - 0.33), (0.45, y - 0.33), (0, y + 0.42)], "#f2bd3a")
        post.box(-0.05, y - 0.12, 0.05, y + 0.16, "#2b2b33")
        post.oval(0, y - 0.21, 0.05, 0.05, "#2b2b33")


def bollard(pen: Pen, turn: float = 0) -> None:
    """A post with a reflecting band."""
    pen.oval(0.12, 0, 0.3, 0.08, SHADOW, 0.28)
    here = pen.at(0, 0, turn=turn)
    here.rounded(-0.13, 0, 0.13, 0.95, 0.1, "#5a6470")
    here.box(0.04, 0.05, 0.13, 0.86, "#3f4753")
    for y in (0.58, 0.72):
        here.box(-0.13, y, 0.13, y + 0.08, "#f2bd3a")


def railing(pen: Pen, length: float, sag: float = 0, tone: str = "#eef0ee") -> None:
    """A guard rail to the right; `sag` bends it towards the ground in the middle."""
    n = round(length / 0.26)

    def bow(x: float) -> float:
        t = x / length
        return sag * max(0.0, 1 - abs(t - 0.5) * 2.6)

    for rail, wide in ((1.02, 0.08), (0.2, 0.06)):
        pts = [(k * length / 24 + bow(k * length / 24) * 0.35, rail * (1 - bow(k * length / 24))) for k in range(25)]
        pen.line(pts, tone, wide)
        pen.line([(x, y - wide * 0.5) for x, y in pts], dark(tone, 0.3), wide * 0.35)
    for k in range(n + 1):
        x = k * length / n
        b = bow(x)
        if b > 0.3 and k % 3 == 0:
            continue
        pen.line([(x + b * 0.1, 0.2 * (1 - b)), (x + b * 0.4, 1.02 * (1 - b))], tone, 0.035)
    for x in (0, length / 3, length * 2 / 3, length):
        b = bow(x)
        pen.line([(x, 0), (x + b * 0.6, 1.12 * (1 - b * 0.9))], "#c9cdcc", 0.1)
        pen.oval(x, 0, 0.14, 0.04, "#9aa0a2")


def smoke(pen: Pen, dice: Random, height: float, width: float, tone: str = "#8d8a92", alpha: float = 0.42) -> None:
    """Smoke that rises and widens."""
    for k in range(16):
        t = k / 15
        r = width * (0.16 + 0.34 * t)
        x = width * (0.55 * t + dice.uniform(-0.2, 0.2))
        pen.poly(blob(dice, x, height * t, r, r * 0.8, 0.16, 8), mix(tone, "#f0ece6", 0.25 * t), alpha * (1 - 0.72 * t))


def flame(pen: Pen, size: float = 0.5) -> None:
    s = size
    pen.glow(0, s * 0.5, s * 2.4, s * 2, "#ff9b3d", 0.5)
    for k, tone in ((1.0, "#e8532b"), (0.68, "#f79a32"), (0.38, "#ffdf7a")):
        pen.poly(smooth([(-0.36 * s * k, 0.05 * s), (-0.42 * s * k, 0.35 * s * k), (-0.12 * s * k, 0.62 * s * k),
            (-0.06 * s * k, 1.15 * s * k),
                         (0.2 * s * k, 0.68 * s * k), (0.36 * s * k, 0.78 * s * k), (0.42 * s * k, 0.3 * s * k),
                             (0.32 * s * k, 0.05 * s)]), tone, lit=True)  # fmt: skip


def cover(pen: Pen, r: float = 0.4, squash: float = 0.4) -> None:
    """A manhole cover lying in its frame."""
    pen.oval(0, 0, r * 1.12, r * 1.12 * squash, "#8a8580")
    pen.oval(0, 0, r, r * squash, "#55535c")
    pen.oval(0, r * 0.02, r * 0.92, r * 0.92 * squash, "#66646d")
    for k in range(-3, 4):
        w = (1 - (k / 4) ** 2) ** 0.5 * 0.84
        pen.line([(-r * w, k * r * squash * 0.24), (r * w, k * r * squash * 0.24)], "#4b4952", r * 0.05)
    for k in range(-3, 4):
        w = (1 - (k / 4) ** 2) ** 0.5 * 0.84
        pen.line([(k * r * 0.24, -r * w * squash), (k * r * 0.24, r * w * squash)], "#4b4952", r * 0.04)
    pen.oval(-r * 0.5, 0, r * 0.09, r * 0.09 * squash, "#2d2b33")
    pen.oval(r * 0.5, 0, r * 0.09, r * 0.09 * squash, "#2d2b33")


def shaft(pen: Pen, r: float = 0.4, squash: float = 0.4) -> None:
    """An open manhole: a dark hole with its brick wall inside."""
    pen.oval(0, 0, r * 1.14, r * 1.14 * squash, "#8a8580")
    pen.oval(0, 0, r, r * squash, "#15131c", lit=True)
    wall = [*ring(0, 0, r, r * squash, 10, 170), *ring(0, -r * 0.28, r * 0.96, r * squash * 0.86, 170, 10)]
    pen.poly(wall, "#6f5348")
    for k in range(1, 3):
        pen.line(ring(0, -r * 0.1 * k, r * 0.98, r * squash * 0.94, 20, 160, 14), "#49352f", r * 0.025)
    pen.oval(0, -r * squash * 0.35, r * 0.5, r * squash * 0.3, "#24303a", lit=True)
    pen.line(ring(0, 0, r * 1.06, r * 1.06 * squash, 180, 360, 16), "#b5b0a8", r * 0.05)


def crack(pen: Pen, dice: Random, length: float, width: float, tone: str = "#4a4450", squash: float = 0.45) -> None:
    """A branching crack from the pen outwards."""
    x = y = 0.0
    turn = dice.uniform(0, 360)
    for k in range(6):
        far = pen.at(x, y, turn=0)
        step = length / 6
        turn += dice.uniform(-45, 45)
        tip = (far.at(0, 0, turn=turn), step)
        dx, dy = _way(turn, tip[1])
        pen.line([(x, y), (x + dx, y + dy * squash)], tone, width * (1 - k / 8))
        if k in (1, 3):
            bx, by = _way(turn + dice.choice((-60, 60)), step * 1.2)
            pen.line([(x, y), (x + bx, y + by * squash)], tone, width * 0.55)
        x, y = x + dx, y + dy * squash


def _way(turn: float, step: float) -> Point:
    [start, *_] = ring(0, 0, step, step, turn, turn + 1, 1)
    return start
