"""Lamps, cables, signals, playgrounds, bus stops."""

from __future__ import annotations

from random import Random

from workflow.demo.scenes.backdrops import along, facing, row_of_trees
from workflow.demo.scenes.canvas import Pen, blob, dark, pale, ring, smooth
from workflow.demo.scenes.light import DAY, DUSK, EVENING, NOON
from workflow.demo.scenes.people import person
from workflow.demo.scenes.street import Street, scene
from workflow.demo.scenes.things import cone, lamp, lamplight, litter, lump


@scene("broken_lamp", "01037", "路灯灯头损坏", "Street lamp broken", (*DAY, DUSK))
def broken_lamp(s: Street) -> None:
    facing(s, trees=1)
    here = s.stand(430, 604)
    here.oval(0.9, -0.02, 1.2, 0.12, "#2c2640", s.light.shadow)
    lamp(here, 3.35, on=s.after and s.light.lamps_on, broken=not s.after)
    if s.after and s.light.lamps_on:
        lamplight(here, 3.35)
    if s.after:
        return
    dice = s.dice("glass")
    here.line(smooth([(1.42, 3.3), (1.55, 2.95), (1.4, 2.6)], closed=False), "#3a3a42", 0.03)
    for _ in range(22):
        x, y = 1.7 + dice.gauss(0, 0.35), dice.uniform(-0.1, 0.08)
        here.poly([(x, y), (x + 0.09, y + 0.02), (x + 0.03, y + 0.07)], dice.choice(("#eaf2f0", "#c4d6d6")))
    cone(s.stand(690, 625))


@scene("dark_street", "01037", "整条路路灯不亮", "Street lamps out, a dark street", EVENING)
def dark_street(s: Street) -> None:
    along(s, green_side=False)
    for z in (42.0, 30.0, 21.0, 14.0, 8.6):
        here = s.place(-2.9, z)
        lamp(here, 5.6, on=s.after)
        if s.after:
            lamplight(here, 5.6)
    walker = s.place(-4.2, 7.2)
    person(walker, "#c98a4a", hat="#e0a13c")
    if not s.after:
        s.pen.box(0, 0, 960, 720, "#070a1c", 0.36)
        walker.glow(0.7, 0.25, 1.3, 0.5, "#dfe9ff", 0.4)
        walker.oval(0.28, 0.86, 0.05, 0.05, "#ffffff", lit=True)


@scene("hanging_cable", "10002 06008 01028", "架空线缆垂落", "Overhead cable hanging down")
def hanging_cable(s: Street) -> None:
    facing(s, trees=0, fronts="wall")
    dice = s.dice("cable")
    posts = (90, 850)
    for x in posts:
        pole = s.stand(x, 606)
        pole.poly([(-0.14, 0), (0.14, 0), (0.1, 5), (-0.1, 5)], "#8d8078")
        pole.box(0.03, 0, 0.13, 5, "#6d625c")
        pole.box(-0.7, 3.72, 0.7, 3.86, "#6d625c")
        for k in (-0.55, -0.2, 0.2, 0.55):
            pole.box(k - 0.05, 3.86, k + 0.05, 4.02, "#c9bda9")
    for k, sag in enumerate((28, 40, 55)):
        y = 74 + k * 12
        s.pen.line(smooth([(90, y), (480, y + sag), (850, y)], closed=False, steps=14), "#2f2d35", 3)
    if s.after:
        s.pen.line(smooth([(90, 110), (480, 180), (850, 110)], closed=False, steps=14), "#2f2d35", 4)
        return
    s.pen.line(smooth([(92, 110), (230, 330), (400, 575), (520, 618), (610, 600), (690, 628)], closed=False,
        steps=10), "#17151d", 7)
    s.pen.line(smooth([(850, 112), (800, 330), (700, 470), (640, 512)], closed=False, steps=10), "#17151d", 6)
    for x, y in ((690, 628), (640, 512)):
        for _ in range(4):
            s.pen.line([(x, y), (x + dice.uniform(4, 22), y + dice.uniform(-12, 14))], "#d98a3f", 2.4)
    coil = s.pen.at(510, 610, 1, squash=0.36)
    for r in (34, 44, 54):
        coil.circle(0, 0, r, "#17151d", 6)


@scene("dead_signal", "02014", "红绿灯不亮", "Traffic lights out")
def dead_signal(s: Street) -> None:
    along(s)
    row_of_trees(s, 13)
    pole = s.place(-2.75, 5.0)
    pole.poly([(-0.1, 0), (0.1, 0), (0.07, 4.6), (-0.07, 4.6)], "#5a6470")
    pole.line([(0, 2.3), (2.0, 2.45)], "#5a6470", 0.11)
    head = pole.at(1.6, 2.5)
    head.rounded(-0.26, -0.72, 0.26, 0.72, 0.1, "#26242d")
    for y, on in ((0.46, "#ef4b3a"), (0, "#f2bd3a"), (-0.46, "#48c07a")):
        lit = s.after and y < 0
        if lit:
            head.glow(0, y, 0.8, 0.8, on, 0.7)
        head.oval(0, y, 0.18, 0.18, on if lit else dark(on, 0.78), lit=lit)
        head.poly(ring(0, y, 0.2, 0.2, 10, 170, 10) + ring(0, y, 0.16, 0.16, 170, 10, 10), "#121117")
    walk = pole.at(0.0, 1.7)
    walk.rounded(-0.2, -0.4, 0.2, 0.4, 0.06, "#26242d")
    for y, on in ((0.18, "#ef4b3a"), (-0.18, "#48c07a")):
        lit = s.after and y < 0
        walk.oval(0, y, 0.13, 0.13, on if lit else dark(on, 0.78), lit=lit)
    if not s.after:
        head.line([(0.2, 0.68), (0.36, 0.2), (0.3, -0.5)], "#3f87c9", 0.035)
        head.line([(-0.2, -0.66), (-0.1, -0.95), (0.04, -1.1)], "#c4553f", 0.035)
        for x in (460, 560, 660):
            cone(s.stand(x, 560 + (x - 460) * 0.1))


def _swing(pen: Pen, broken: bool) -> None:
    for x in (-1.2, 1.2):
        pen.line([(x - 0.35, 0), (x, 2.2), (x + 0.35, 0)], "#c4553f", 0.1)
    pen.line([(-1.2, 2.2), (1.2, 2.2)], "#c4553f", 0.11)
    for x, gone in ((-0.6, False), (0.55, broken)):
        pen.line([(x - 0.22, 2.2), (x - 0.22 - 0.1 * gone, 0.5 - 0.35 * gone)], "#6d6c75", 0.03)
        pen.line([(x + 0.22, 2.2), (x + 0.22, 1.2 if gone else 0.5)], "#6d6c75", 0.03)
        seat = pen.at(x, 0.28 if gone else 0.48, turn=-42 if gone else 0)
        seat.rounded(-0.28, -0.04, 0.28, 0.05, 0.03, "#3f6f9a")


def _slide(pen: Pen, dice: Random, broken: bool) -> None:
    pen.line([(-0.9, 0), (-0.9, 1.5)], "#3f6f9a", 0.1)
    pen.line([(-0.4, 0), (-0.4, 1.5)], "#3f6f9a", 0.1)
    for k in range(5):
        if not (broken and k in (1, 3)):
            pen.line([(-0.9, 0.25 + k * 0.27), (-0.4, 0.25 + k * 0.27)], "#f0bd2f", 0.07)
    pen.line([(-0.95, 1.5), (-0.2, 1.5)], "#3f6f9a", 0.1)
    pen.poly([(-1.1, 2.05), (-0.6, 2.6), (-0.05, 2.05)], "#c4553f")
    for x in (-0.98, -0.2):
        pen.line([(x, 1.5), (x, 2.06)], "#3f6f9a", 0.07)
    chute = [(-0.25, 1.55), (0.3, 1.2), (1.1, 0.5), (1.7, 0.2), (2.1, 0.18)]
    under = [(2.1, 0.05), (1.65, 0.06), (1.0, 0.32), (0.22, 1.0), (-0.25, 1.35)]
    pen.poly(smooth(chute, closed=False) + smooth(under, closed=False), "#f0bd2f")
    pen.line(smooth(chute, closed=False), pale("#f0bd2f", 0.4), 0.07)
    pen.line([(1.1, 0.4), (1.1, 0)], "#3f6f9a", 0.08)
    if broken:
        pen.poly(blob(dice, 0.72, 0.72, 0.24, 0.2, 0.3, 7), "#3a3640")
        for k in range(3):
            pen.line([(0.72, 0.72), (0.72 + (k - 1) * 0.3, 0.98 - k * 0.25)], "#3a3640", 0.03)


@scene("damaged_playground", "01046", "儿童游乐设施损坏", "Playground damaged")
def damaged_playground(s: Street) -> None:
    facing(s, fronts="hedge", trees=1, blind=False, road=False)
    dice = s.dice("play")
    mat = s.pen
    mat.poly([(120, 500), (860, 500), (960, 690), (10, 690)], "#b86a52")
    mat.poly([(300, 530), (660, 530), (700, 640), (250, 640)], "#d99a5a")
    for x, row in ((300, 590), (650, 600)):
        s.stand(x, row).oval(0.2, 0, 1.4, 0.14, "#2c2640", s.light.shadow)
    _swing(s.stand(300, 590), not s.after)
    _slide(s.stand(610, 606), dice, not s.after)
    if not s.after:
        mat.poly(blob(dice, 500, 650, 70, 18, 0.25), "#6f5846")
        for _ in range(9):
            lump(s.stand(dice.uniform(440, 820), dice.uniform(625, 665)), dice, 0.06, "#f0bd2f")
        litter(s.stand(330, 650), dice, 2, 0.15, 5)


@scene("bus_stop", "02004 06043", "公交站台玻璃破碎", "Bus shelter smashed", (NOON, *DAY))
def bus_stop(s: Street) -> None:
    facing(s, trees=1)
    dice = s.dice("stop")
    here = s.stand(480, 596)
    here.oval(0.3, 0, 2.6, 0.16, "#2c2640", 0.3)
    for x in (-2.1, -0.7, 0.7, 2.1):
        here.box(x - 0.05, 0, x + 0.05, 2.5, "#4a5560")
    for k, x in enumerate((-2.05, -0.65, 0.75)):
        if not s.after and k == 1:
            for pts in ([(0, 0.5), (0.3, 0.5), (0.1, 0.8), (0.12, 1.2), (0, 1.3)], [(1.3, 0.5), (0.9, 0.5),
                (1.1, 0.9), (1.3, 1.1)],
                        [(0, 2.3), (0.5, 2.3), (0.24, 2.1), (0, 2.0)], [(1.3, 2.3), (1.0, 2.3), (1.16, 1.9),
                            (1.3, 1.7)]):  # fmt: skip
                here.poly([(x + px, py) for px, py in pts], "#cfe6e6", 0.75)
            continue
        here.box(x, 0.5, x + 1.3, 2.3, "#cfe6e6", 0.45)
        here.poly([(x + 0.2, 2.3), (x + 0.6, 2.3), (x + 0.3, 0.5), (x, 0.5), (x, 1.0)], "#ffffff", 0.35)
    here.poly([(-2.4, 2.45), (2.4, 2.45), (2.55, 2.72), (-2.55, 2.72)], "#2f6f73")
    here.box(-2.55, 2.68, 2.55, 2.76, dark("#2f6f73", 0.3))
    for x in (-1.4, 1.2):
        here.line([(x, 0), (x, 0.45)], "#4a5560", 0.06)
    if s.after:
        here.rounded(-1.8, 0.42, 1.6, 0.52, 0.04, "#c69a66")
        return
    here.rounded(-1.8, 0.42, 0.2, 0.52, 0.04, "#c69a66")
    here.at(0.25, 0.4, turn=-24).rounded(0, 0, 1.0, 0.1, 0.04, "#c69a66")
    for _ in range(46):
        x, y = dice.gauss(0, 0.6), dice.uniform(-0.16, 0.14)
        here.poly([(x, y), (x + 0.1, y + 0.02), (x + 0.04, y + 0.08)], dice.choice(("#eaf6f4", "#b9d9d9")))


@scene("dead_lift", "01076", "公共电梯停运", "Public lift out of order", (NOON,))
def dead_lift(s: Street) -> None:
    facing(s, trees=0, fronts="wall")
    here = s.stand(480, 560, size=1.2)
    here.box(-1.6, 0, 1.6, 3.0, "#c9ccca")
    here.box(-1.6, 2.6, 1.6, 3.0, "#2f6f73")
    here.box(-0.95, 0, 0.95, 2.3, "#6d7279")
    gap = 0.0 if s.after else 0.28
    here.box(-gap, 0, gap, 2.2, "#15131c")
    for x0, x1 in ((-0.88, -gap - 0.01), (gap + 0.01, 0.88)):
        here.box(x0, 0, x1, 2.22, "#aab1b3")
        here.poly([(x0 + 0.1, 2.2), (x0 + 0.35, 2.2), (x0 + 0.2, 0), (x0, 0), (x0, 1.2)], "#ffffff", 0.3)
    here.rounded(-0.3, 2.38, 0.3, 2.54, 0.04, "#26242d")
    here.poly([(-0.06, 2.41), (0.06, 2.41), (0, 2.51)], "#48c07a" if s.after else "#ef4b3a", lit=True)
    here.rounded(1.12, 1.1, 1.32, 1.5, 0.04, "#e9e1d3")
    here.oval(1.22, 1.3, 0.05, 0.05, "#48c07a" if s.after else "#55575e", lit=s.after)
    if not s.after:
        front = here.at(0, -0.12)
        for x in (-1.0, 1.0):
            front.line([(x, 0), (x, 1.0)], "#c4553f", 0.08)
        front.line(smooth([(-1.0, 0.9), (0, 0.72), (1.0, 0.9)], closed=False), "#f2bd3a", 0.09)
        front.rounded(-0.36, 0.5, 0.36, 1.0, 0.04, "#f2bd3a")
        front.poly([(-0.2, 0.58), (0.2, 0.58), (0, 0.93)], "#2b2b33")
        front.box(-0.02, 0.68, 0.02, 0.82, "#f2bd3a")

