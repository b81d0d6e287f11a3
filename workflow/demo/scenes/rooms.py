"""Indoors: a corridor, a kitchen, a table, a shelf."""

from __future__ import annotations

from workflow.demo.scenes.canvas import HEIGHT, WIDTH, dark, mix, pale
from workflow.demo.scenes.street import Eye, Street


def corridor(s: Street, *, deep: float = 9.0, exit_: bool = False) -> Street:
    """A stair landing or corridor of a block of flats, 2.6 m wide, seen along its length."""
    s.eye = Eye(300, 480, 1.45, 800)
    dice, pen, see = s.dice("room"), s.pen, s.eye.see
    w, h, near = 1.75, 2.6, 1.6
    wall = dice.choice(("#e9dfcc", "#dfe3d8", "#ead9c6", "#d9e0e2"))
    dado = s.one_of("dado", "#5f8a72", "#9db4c8", "#b5967a")
    floor = s.one_of("floor", "#c4b8a8", "#98a0a0", "#d6c3a4")
    pen.box(0, 0, WIDTH, HEIGHT, dark(wall, 0.08))
    pen.poly(s.ground((-w, near), (-w, deep), (w, deep), (w, near)), floor)
    z = near
    while z < deep:
        pen.line(s.ground((-w, z), (w, z)), dark(floor, 0.16), 1.5)
        z += 0.6
    for k in range(-2, 3):
        pen.line(s.ground((k * 0.6, near), (k * 0.6, deep)), dark(floor, 0.16), 1.5)
    pen.poly([see(-w, h, near), see(-w, h, deep), see(w, h, deep), see(w, h, near)], pale(wall, 0.5))
    for x, tone in ((-w, wall), (w, dark(wall, 0.1))):
        pen.poly([see(x, 0, near), see(x, 0, deep), see(x, h, deep), see(x, h, near)], tone)
        pen.poly([see(x, 0, near), see(x, 0, deep), see(x, 1.05, deep), see(x, 1.05, near)], mix(dado, tone, 0.15))
        pen.line([see(x, 1.05, near), see(x, 1.05, deep)], dark(dado, 0.25), 3)
        for d in (3.6, 6.4):
            pen.poly([see(x, 0, d), see(x, 0, d + 1), see(x, 2.05, d + 1), see(x, 2.05, d)], dark("#8d5f45",
                0.15 if x < 0 else 0.28))
            pen.poly([see(x, 0.15, d + 0.12), see(x, 0.15, d + 0.88), see(x, 1.95, d + 0.88),
                see(x, 1.95, d + 0.12)], "#9a6f52")
            pen.line([see(x, 0.95, d + 0.16), see(x, 1.1, d + 0.16)], "#e2c079", 4)
            red = [see(x, y, d + z) for y, z in ((1.35, 0.3), (1.35, 0.7), (1.75, 0.7), (1.75, 0.3))]
            pen.poly(red, "#c4352b")
    end = s.place(0, deep)
    end.box(-w, 0, w, h, pale(wall, 0.12))
    end.box(-w, 0, w, 1.05, dado)
    if exit_:
        end.box(-0.95, 0, 0.95, 2.15, "#6d7279")
        for x in (-0.9, 0.02):
            end.box(x, 0.02, x + 0.88, 2.1, "#5f8a72")
            end.box(x + 0.25, 1.3, x + 0.63, 1.85, "#cfe0dc")
        end.line([(-0.7, 1.0), (0.7, 1.0)], "#c9ccca", 0.06)
        end.rounded(-0.55, 2.22, 0.55, 2.52, 0.03, "#2fa06a", lit=True)
        end.poly([(0.2, 2.31), (0.42, 2.37), (0.2, 2.43)], "#f4fff6", lit=True)
        end.line([(-0.4, 2.37), (0.2, 2.37)], "#f4fff6", 0.04, lit=True)
    else:
        end.box(-0.75, 1.0, 0.75, 2.3, "#f4efe4")
        end.box(-0.68, 1.07, 0.68, 2.23, s.light.sky_low, lit=True)
        end.box(-0.03, 1.07, 0.03, 2.23, "#f4efe4")
    for z in (3.4, 6.0):
        pen.poly([see(x, h - 0.01, z + d) for x, d in ((-0.22, 0), (-0.22, 0.8), (0.22, 0.8),
            (0.22, 0))], "#fff7dd", lit=True)
        cx, cy = see(0, h - 0.1, z + 0.4)
        pen.glow(cx, cy, 700 / z, 260 / z, "#fff1cc", 0.4)
    pen.poly([see(-w, 0, near), see(-w, 0, deep), see(-w + 0.35, 0, deep), see(-w + 0.5, 0, near)], "#2c2640", 0.16)
    return s


def extinguisher(s: Street, x: float, z: float) -> None:
    """A fire extinguisher on the floor by the wall."""
    here = s.place(x, z)
    here.oval(0.05, 0, 0.16, 0.03, "#2c2640", 0.3)
    here.rounded(-0.1, 0, 0.1, 0.5, 0.06, "#d4402f")
    here.box(0.03, 0.05, 0.1, 0.44, dark("#d4402f", 0.25))
    here.box(-0.04, 0.5, 0.04, 0.58, "#26242d")
    here.line([(0.02, 0.56), (0.16, 0.5), (0.15, 0.3)], "#26242d", 0.03)


def kitchen(s: Street) -> Street:
    """A shop's kitchen from the front: tiles, hood, a steel bench from row 430."""
    s.eye = Eye(260, 480, 1.6, 700)
    dice, pen = s.dice("room"), s.pen
    tile = dice.choice(("#e4e9e4", "#e9e4d6", "#dde6ea"))
    pen.box(0, 0, WIDTH, 470, tile)
    for k in range(25):
        pen.line([(k * 40, 0), (k * 40, 470)], dark(tile, 0.12), 1.5)
    for k in range(12):
        pen.line([(0, k * 40), (WIDTH, k * 40)], dark(tile, 0.12), 1.5)
    pen.poly([(520, 0), (900, 0), (860, 120), (560, 120)], "#aab1b3")
    pen.poly([(720, 0), (900, 0), (860, 120), (740, 120)], "#8f979b")
    pen.box(552, 116, 868, 134, "#7c8488")
    pen.box(70, 150, 430, 162, "#aab1b3")
    for x in (100, 390):
        pen.box(x, 162, x + 8, 190, "#7c8488")
    for k, x in enumerate((95, 150, 205, 262, 318, 372)):
        tone = dice.choice(("#c4553f", "#e0a13c", "#6f9a4d", "#8d5f45", "#d8c4a4"))
        pen.rounded(x, 92 + (k % 3) * 8, x + 38, 150, 6, tone)
        pen.box(x + 4, 84 + (k % 3) * 8, x + 34, 96 + (k % 3) * 8, dark(tone, 0.4))
        pen.box(x + 5, 112, x + 33, 130, "#f8f2e4")
    pen.box(0, 470, WIDTH, HEIGHT, "#b9b2a6")
    for k in range(-8, 20):
        pen.line([(480 + (k * 80 - 480) * 0.7, 560), (480 + (k * 80 - 480) * 1.3, 720)], "#a09889", 1.6)
    for y in (600, 655):
        pen.line([(0, y), (WIDTH, y)], "#a09889", 1.6)
    pen.poly([(0, 400), (WIDTH, 400), (WIDTH, 436), (0, 436)], "#cdd3d4")
    pen.box(0, 400, WIDTH, 405, "#f1f4f3")
    pen.box(0, 436, WIDTH, 566, "#9aa2a6")
    pen.box(0, 436, WIDTH, 448, "#2c2640", 0.2)
    for x in (4, 244, 484, 724):
        pen.box(x, 452, x + 232, 558, "#aab1b3")
        pen.box(x + 90, 466, x + 142, 473, "#6d7279")
    pen.box(0, 560, WIDTH, 580, "#2c2640", 0.3)
    return s


def table(s: Street) -> Street:
    """A table top close by, a room out of focus behind it."""
    s.eye = Eye(140, 480, 1.0, 600)
    dice, pen = s.dice("room"), s.pen
    back = dice.choice(("#d9b8a0", "#cfd6cf", "#b9c9cf", "#e2cfa8"))
    wood = s.one_of("wood", "#b5875c", "#d6b184", "#8a6248")
    pen.fade(0, 330, pale(back, 0.25), dark(back, 0.1))
    pen.box(90, 30, 330, 230, pale(back, 0.6))
    pen.box(104, 44, 316, 216, s.light.sky_low, lit=True)
    pen.box(206, 44, 214, 216, pale(back, 0.6))
    for k in range(4):
        pen.oval(600 + k * 90, 90 + (k % 2) * 40, 26, 26, "#fff0c4", 0.35)
    pen.box(560, 200, 900, 330, dark(back, 0.2))
    pen.fade(330, 720, pale(wood, 0.18), dark(wood, 0.08))
    for k in range(-4, 16):
        pen.line([(480 + (k * 90 - 480) * 0.75, 330), (480 + (k * 90 - 480) * 1.6, 720)], dark(wood, 0.22), 2)
    for _ in range(40):
        x, y = dice.uniform(0, 960), dice.uniform(350, 710)
        pen.line([(x, y), (x + (x - 480) * 0.05, y + 24)], dark(wood, 0.12), 2)
    pen.box(0, 330, WIDTH, 340, pale(wood, 0.5))
    return s
