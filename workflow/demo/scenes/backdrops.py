"""The places that scenes happen in: a street from across, a street along its length, the ground at one's feet."""

from __future__ import annotations

from workflow.demo.scenes.buildings import house
from workflow.demo.scenes.canvas import HEIGHT, WIDTH, blob, dark, mix, pale
from workflow.demo.scenes.greenery import GREENS, crown, hedge, tree
from workflow.demo.scenes.people import person
from workflow.demo.scenes.street import Eye, Street

SLABS = ("#d9c8b0", "#cfc3b4", "#d8bfa8", "#c9c4b8")
ASPHALT = "#6d6b74"
KERB, TACTILE = "#e9e1d3", "#e2b54a"


def sky(s: Street, low: float) -> None:
    """Sky down to a row, with clouds, a sun or stars, and towers far away."""
    light, dice, pen = s.light, s.dice("sky"), s.pen
    pen.fade(0, low, light.sky_top, light.sky_low, lit=True)
    if light.sun:
        x, y = dice.uniform(90, 330), dice.uniform(70, 150) + (90 if light.name == "dusk" else 0)
        pen.glow(x, y, 190, 190, light.sun, 0.55)
        pen.oval(x, y, 34, 34, light.sun, lit=True)
    if light.dim:
        for _ in range(40):
            pen.oval(dice.uniform(0, WIDTH), dice.uniform(0, low * 0.7), 1.3, 1.3, "#cfd6ff", 0.7, lit=True)
        pen.oval(160, 95, 30, 30, "#f6ecc8", lit=True)
        pen.oval(173, 87, 27, 27, light.sky_top, lit=True)
    for _ in range(3):
        x, y = dice.uniform(0, WIDTH), dice.uniform(40, low * 0.55)
        for k in range(4):
            pen.oval(x + k * 38 - 57, y - (12 if k in (1, 2) else 0), dice.uniform(38, 60),
                17, light.cloud, 0.8, lit=True)
    x = -20.0
    while x < WIDTH:
        wide, tall = dice.uniform(38, 92), dice.uniform(70, 210)
        far = s.pen.at(x, low, haze=dice.choice((0.62, 0.74)))
        far.box(0, -tall, wide, 4, "#7c8fa3")
        if dice.random() < 0.4:
            far.box(wide * 0.3, -tall - 16, wide * 0.7, -tall, "#7c8fa3")
        for k in range(int(tall / 15)):
            if light.lamps_on and dice.random() < 0.35:
                far.box(wide * 0.2, -tall + 8 + k * 15, wide * dice.uniform(0.4, 0.8),
                    -tall + 13 + k * 15, "#ffdf9e", 0.55, lit=True)
            else:
                far.box(wide * 0.15, -tall + 8 + k * 15, wide * 0.85, -tall + 12 + k * 15, "#5f7086", 0.35)
        x += wide + dice.uniform(-8, 26)


def slabs(s: Street, near: float, far: float, color: str, step: float = 0.8, left: float = -14,
    right: float = 14) -> None:
    """A paved strip between two distances, with its joints and some odd slabs."""
    dice, pen = s.dice("slabs"), s.pen
    pen.poly(s.ground((left, far), (right, far), (right, near), (left, near)), color)
    rows = [near + step * k for k in range(int((far - near) / step) + 1)]
    for z in rows:
        for _ in range(5):
            x = left + step * dice.randrange(int((right - left) / step))
            z1 = min(z + step, far)
            tone = dice.choice((pale(color, 0.28), dark(color, 0.07), dark(color, 0.04)))
            pen.poly(s.ground((x, z1), (x + step, z1), (x + step, z), (x, z)), tone)
    joint = dark(color, 0.17)
    for z in rows[1:]:
        pen.line(s.ground((left, z), (right, z)), joint, 1.1)
    for k in range(int((right - left) / step) + 1):
        pen.line(s.ground((left + k * step, near), (left + k * step, far)), joint, 1.1)


def tactile(s: Street, z: float, left: float = -14, right: float = 14, width: float = 0.55) -> None:
    """The yellow guiding strip for the blind, across the picture."""
    pen = s.pen
    pen.poly(s.ground((left, z + width), (right, z + width), (right, z), (left, z)), TACTILE)
    for k in range(4):
        d = z + width * (k + 0.5) / 4
        pen.line(s.ground((left, d), (right, d)), pale(TACTILE, 0.4), 2)
    for k in range(int((right - left) / width)):
        pen.line(s.ground((left + k * width, z), (left + k * width, z + width)), dark(TACTILE, 0.22), 1.3)


def asphalt(s: Street, near: float, far: float, left: float = -14, right: float = 14, tone: str = ASPHALT) -> None:
    """A strip of road with its patches and specks."""
    dice, pen = s.dice("asphalt"), s.pen
    pen.poly(s.ground((left, far), (right, far), (right, near), (left, near)), tone)
    for _ in range(5):
        x, z = dice.uniform(left, right), dice.uniform(near, far)
        px, py = s.eye.see(x, 0, z)
        k = s.eye.lens / z
        pen.poly(blob(dice, px, py, k * dice.uniform(0.8, 1.9), k * 0.2, 0.2), dark(tone, 0.09))
    for _ in range(70):
        x, z = dice.uniform(left, right), near + (far - near) * dice.random() ** 2
        px, py = s.eye.see(x, 0, z)
        pen.line([(px, py), (px + dice.uniform(2, 9), py)], pale(tone, 0.22) if dice.random() < 0.5 else dark(tone,
            0.2), 1.4)


def kerb(s: Street, z: float, left: float = -14, right: float = 14, high: float = 0.16) -> None:
    """A kerb across the picture: its top and its face towards us."""
    pen = s.pen
    pen.poly(s.ground((left, z + 0.25), (right, z + 0.25), (right, z), (left, z)), KERB)
    a, b = s.eye.see(left, 0, z), s.eye.see(right, 0, z)
    c, d = s.eye.see(right, -high, z), s.eye.see(left, -high, z)
    pen.poly([a, b, c, d], dark(KERB, 0.3))
    for k in range(int((right - left) / 1.2)):
        x = left + k * 1.2
        pen.line([s.eye.see(x, 0, z + 0.25), s.eye.see(x, 0, z), s.eye.see(x, -high, z)], dark(KERB, 0.36), 1.3)
    pen.poly([d, c, (c[0], c[1] + 9), (d[0], d[1] + 9)], "#2c2640", 0.25)


def facing(s: Street, *, fronts: str = "shop", trees: int = 2, blind: bool = True, road: bool = True) -> Street:
    """A row of houses from across the street: pavement from row 425 to 622, kerb, road."""
    s.eye = Eye(320, 480, 1.9, 1000)
    dice, eye = s.dice("row"), s.eye
    sky(s, 430)
    base = 18.1
    x = -10.5 - dice.random()
    for k in range(5):
        green = s.place(x + 4 + k * 5, base + 6)
        crown(green.at(0, 0, haze=0.25), dice, 0, 7.5, 3.2, 2.8, dice.choice(GREENS))
    while x < 10.5:
        w = dice.choice((3.8, 4.6, 5.4, 6.2))
        if fronts == "shop" or dice.random() < 0.25:
            house(s.place(x, base), dice, w, dice.choice((0, 1, 1, 2)))
        elif fronts == "wall":
            house(s.place(x, base), dice, w, dice.choice((1, 2)), "wall")
        else:
            hedge(s.place(x, base), dice, w + 0.5, 1.3, "#568a52")
        x += w + dice.choice((0, 0, 0.9))
    near = eye.lens / eye.scale(622)
    slabs(s, near + 0.25, base, dice.choice(SLABS))
    foot = eye.see(0, 0, base)[1]
    s.pen.box(0, foot, WIDTH, foot + 16, "#2c2640", 0.2)
    if blind:
        tactile(s, near + 3.9)
    if road:
        kerb(s, near)
        low = eye.see(0, -0.16, near)[1]
        s.pen.box(0, low, WIDTH, HEIGHT, ASPHALT)
        s.pen.box(0, low, WIDTH, low + 10, "#2c2640", 0.28)
        grain = s.dice("grain")
        for _ in range(60):
            x, y = grain.uniform(0, WIDTH), grain.uniform(low + 14, HEIGHT)
            s.pen.line([(x, y), (x + grain.uniform(4, 16), y)], grain.choice((pale(ASPHALT, 0.14),
                dark(ASPHALT, 0.16))), 1.6)
        s.pen.poly([(0, 700), (WIDTH, 700), (WIDTH, 714), (0, 714)], "#efe6d4", 0.85)
    else:
        slabs(s, 4.2, near + 0.25, dice.choice(SLABS))
    _passers(s)
    spots = [(dice.uniform(30, 150), 604), (dice.uniform(810, 935), 590), (dice.uniform(380, 560), 470)]
    for x, row in spots[:trees]:
        shade(s, x, row, 1.9)
        tree(s.stand(x, row), dice, dice.uniform(5.6, 6.6))
    return s


def _passers(s: Street) -> None:
    """Somebody on the far side of the pavement, now and then; another one when the picture is taken again."""
    dice = s.dice(f"passers {s.after}")
    for _ in range(dice.choice((0, 1, 1, 2))):
        top = dice.choice(("#c98a4a", "#8a6a9a", "#56796b", "#3f6f9a", "#e9e1d3", "#c4553f"))
        here = s.stand(dice.uniform(60, 900), dice.uniform(446, 466), flip=dice.random() < 0.5)
        person(here, top, dice.choice(("#3f4a5c", "#4a4652", "#8d8078")), stride=dice.choice((0.12, 0.2)))


def shade(s: Street, x: float, row: float, reach: float, squash: float = 0.16) -> None:
    """The shadow on the ground of what stands there, `reach` metres to the right."""
    here = s.stand(x, row)
    here.oval(reach * 0.5, -0.02, reach * 0.72, reach * squash, "#2c2640", s.light.shadow)


def along(s: Street, *, walk: float = 3.4, lanes: bool = True, green_side: bool = True) -> Street:
    """A street along its length: houses and a pavement on the left, the road going away on the right."""
    s.eye = Eye(300, 590, 2.0, 760)
    dice, eye = s.dice("row"), s.eye
    sky(s, 330)
    left, edge = -2.4 - walk, -2.4
    far = 70.0
    z, blocks = far, []
    while z > 3:
        deep = dice.choice((5.0, 6.5, 8.0))
        blocks.append((z - deep, z))
        z -= deep
    verge = 7.2
    for k in range(9):
        d = 62 - k * 6.2
        crown(s.place(verge + 3.5, d).at(0, 0, haze=min(0.55, d / 110)), dice, 0, 3.4, 3.2, 3.0, dice.choice(GREENS))
    s.pen.poly([*s.ground((edge, far), (verge, far), (verge, 2.6), (edge, 2.6))], ASPHALT)
    s.pen.poly([*s.ground((verge, far), (60, far), (60, 2.6), (verge, 2.6))], "#7d9f5c")
    for a, b in blocks:
        _flank(s, left, a, b)
    slabs(s, 2.6, 30, dice.choice(SLABS), left=left, right=edge - 0.2)
    s.pen.poly([*s.ground((left, far), (edge - 0.2, far), (edge - 0.2, 30), (left, 30))], SLABS[1])
    for x, out in ((edge, 1), (verge, -1)):
        s.pen.poly(s.ground((x - 0.22, far), (x, far), (x, 2.6), (x - 0.22, 2.6)), KERB)
        s.pen.poly(s.ground((x, far), (x + 0.12 * out, far), (x + 0.3 * out, 2.6), (x, 2.6)), dark(KERB, 0.4))
    if lanes:
        s.pen.poly(s.ground((edge + 2.3, far), (edge + 2.42, far), (edge + 2.42, 2.6), (edge + 2.3, 2.6)), "#efe6d4")
        z = 3.2
        while z < 60:
            s.pen.poly(s.ground((4.0, z + 2), (4.13, z + 2), (4.13, z), (4.0, z)), "#efe6d4")
            z += 4.6
    grain = s.dice("grain")
    for _ in range(60):
        x, z = grain.uniform(edge + 0.3, verge), 3 + 14 * grain.random() ** 2
        px, py = eye.see(x, 0, z)
        s.pen.line([(px, py), (px + grain.uniform(2, 8), py)], grain.choice((pale(ASPHALT, 0.14),
            dark(ASPHALT, 0.16))), 1.5)
    if green_side:
        for k in range(7):
            d = 44 - k * 6
            tree(s.place(verge + 0.9, d).at(0, 0, haze=min(0.4, d / 120)), dice, 6.5, pit=False)
    return s


def row_of_trees(s: Street, nearest: float = 7.0) -> None:
    """Street trees along the pavement's edge, from far to near (for `along`)."""
    dice = s.dice("trees")
    for d in (43.0, 36.0, 29.5, 23.5, 18.0, 13.0, 9.0):
        if d < nearest:
            break
        here = s.place(-2.95, d)
        here.oval(0.9, 0, 1.5, 0.22, "#2c2640", s.light.shadow)
        tree(here.at(0, 0, haze=min(0.4, d / 110)), dice, 6.2)


def _flank(s: Street, x: float, near: float, far: float) -> None:
    """One house along the left, in perspective: wall, windows by floor, a sign above the ground floor."""
    dice, see, pen = s.dice(f"flank{far}"), s.eye.see, s.pen.at(0, 0, haze=min(0.45, near / 110))
    near = max(near, 1.6)
    wall = dark(dice.choice(("#f1e6d2", "#e6d3b8", "#d9b8a0", "#cfd6cf", "#dcc3a5", "#c98f78", "#b9c4c4")), 0.1)
    tall = 3.5 + 2.9 * dice.choice((1, 1, 2))

    def side(z0: float, z1: float, y0: float, y1: float, color: str, alpha: float = 1, lit: bool = False) -> None:
        pen.poly([see(x, y0, z0), see(x, y0, z1), see(x, y1, z1), see(x, y1, z0)], color, alpha, lit)

    side(near, far, 0, tall, wall)
    pen.poly([see(x, tall, near), see(x, tall, far), see(x - 6, tall, far), see(x - 6, tall, near)], dark(wall, 0.3))
    side(near, far, tall - 0.35, tall, dark(wall, 0.25))
    sign = dice.choice(("#c4553f", "#2f6f73", "#e0a13c", "#3f5f8a", "#7a4f6d", "#4f7f56"))
    lit = s.light.lamps_on and dice.random() < 0.7
    side(near + 0.3, far - 0.3, 0, 2.7, "#4b4a52")
    z = near + 0.5
    while z < far - 1.5:
        side(z, z + 1.25, 0.1, 2.55, "#ffdf9e" if lit else "#86a5a8", lit=lit)
        side(z, z + 0.4, 0.1, 2.55, "#ffffff", 0.16)
        z += 1.45
    side(near + 0.15, far - 0.15, 2.75, 3.35, sign)
    y = 4.3
    while y + 1.4 < tall:
        z = near + 0.8
        while z < far - 1.4:
            glow = dice.random() < s.light.windows_lit
            side(z - 0.08, z + 1.28, y - 0.1, y + 1.5, mix(wall, "#fff6e4", 0.5))
            side(z, z + 1.2, y, y + 1.4, "#ffd98a" if glow else "#7896a0", lit=glow)
            z += 2.3
        y += 2.9


def underfoot(s: Street, surface: str = "slabs", *, edge: bool = True) -> Street:
    """The ground at one's feet: a strip of street above, then paving or asphalt to the lower edge."""
    s.eye = Eye(60, 480, 1.9, 620)
    dice, eye = s.dice("row"), s.eye
    pen = s.pen
    wall_row = 168.0
    base = eye.lens / eye.scale(wall_row)
    pen.box(0, 0, WIDTH, wall_row, dice.choice(("#d9b8a0", "#cfd6cf", "#e6d3b8", "#b9c4c4")))
    for k in range(5):
        x = k * 215 - dice.uniform(0, 90)
        pen.box(x, 0, x + 150, 128, "#4b4a52")
        lit = s.light.lamps_on
        pen.box(x + 7, 0, x + 71, 120, "#ffdf9e" if lit else "#86a5a8", lit=lit)
        pen.box(x + 78, 0, x + 143, 120, "#ffdf9e" if lit else "#7f9fa4", lit=lit)
        pen.poly([(x + 7, 90), (x + 50, 0), (x + 71, 0), (x + 30, 120), (x + 7, 120)], "#ffffff", 0.2)
    pen.box(0, wall_row - 26, WIDTH, wall_row, "#8d8078")
    if surface == "slabs":
        slabs(s, 1.6, base, dice.choice(SLABS), 0.6, -9, 9)
    else:
        near = base - 1.6
        slabs(s, near, base, dice.choice(SLABS), 0.6, -9, 9)
        asphalt(s, 1.5, near, -9, 9)
        if edge:
            kerb(s, near, -9, 9)
    pen.box(0, wall_row, WIDTH, wall_row + 12, "#2c2640", 0.22)
    if s.light.shadow > 0.2:
        for _ in range(16):
            x, y = dice.uniform(-60, 300), dice.uniform(500, 760)
            pen.poly(blob(dice, x, y, dice.uniform(40, 90), dice.uniform(16, 34), 0.2), "#2c2640", 0.1)
    if dice.random() < 0.75:
        _shoes(s, dice.uniform(560, 660), dice.choice(("#d4502f", "#3f6f9a", "#4a4b54", "#3f8a72")))
    return s


def _shoes(s: Street, x: float, color: str) -> None:
    """The tips of the shoes of whoever takes the picture."""
    for dx, turn in ((-46, 6), (46, -6)):
        shoe = s.pen.at(x + dx, 722, turn=-turn)
        shoe.oval(8, -18, 40, 46, "#2c2640", 0.3)
        shoe.poly([(px, py) for px, py in blob(s.dice("shoe"), 0, -14, 36, 48, 0.02)], "#f4efe4")
        shoe.poly(blob(s.dice("shoe"), 0, -8, 32, 44, 0.02), color)
        for k in range(3):
            shoe.line([(-14, -18 + k * 12), (14, -18 + k * 12)], "#f4efe4", 4)
