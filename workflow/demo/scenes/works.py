"""Building sites and works in the street."""

from __future__ import annotations

from random import Random

from workflow.demo.scenes.backdrops import along, facing, row_of_trees
from workflow.demo.scenes.buildings import letters
from workflow.demo.scenes.canvas import Pen, blob, dark, mix, pale, ring, smooth
from workflow.demo.scenes.light import DAY, EVENING
from workflow.demo.scenes.people import person
from workflow.demo.scenes.street import Street, scene
from workflow.demo.scenes.things import barrier, cone, heap, lump


def _hoarding(s: Street, dice: Random, color: str) -> None:
    """A site's fence of coloured sheets across the picture."""
    for k in range(7):
        here = s.stand(-60 + k * 170, 500)
        here.box(0, 0, 1.78, 2.0, color)
        for j in range(8):
            here.box(0.1 + j * 0.21, 0.1, 0.16 + j * 0.21, 1.95, dark(color, 0.14))
        here.box(-0.05, 0, 0.05, 2.15, "#c9ccca")
        here.box(0, 1.92, 1.78, 2.0, "#f4efe4")
        here.box(0, 0, 1.78, 0.2, "#8d867c")
    here = s.stand(300, 500)
    here.rounded(0.2, 0.7, 2.6, 1.6, 0.05, "#fbf6ea")
    letters(here, dice, 1.4, 1.28, 0.26, 6, "#2f5577")
    letters(here, dice, 1.4, 0.92, 0.18, 8, "#c4352b")


def _site(s: Street, color: str = "#3f8a72") -> None:
    """A half-finished block, a crane, and the fence before them."""
    facing(s, trees=0, fronts="hedge", blind=False)
    dice = s.dice("site")
    frame = s.pen.at(0, 0, haze=0.12)
    frame.box(470, 60, 900, 430, "#a8a29a")
    for row in range(5):
        y = 84 + row * 70
        frame.box(460, y - 14, 910, y, "#8d867c")
        for k in range(6):
            x = 482 + k * 74
            frame.box(x, y, x + 52, y + 54, "#4f4d57")
            if dice.random() < 0.3:
                frame.box(x, y, x + 52, y + 54, "#6f9a84", 0.55)
    for k in range(7):
        x = 474 + k * 70
        frame.line([(x, 40), (x, 430)], "#c98a4a", 3)
    for row in range(6):
        frame.line([(466, 50 + row * 70), (904, 50 + row * 70)], "#c98a4a", 3)
    for k in range(6):
        frame.line([(486 + k * 74, 60), (486 + k * 74, 30 + dice.uniform(-10, 8))], "#8a5a3c", 3)
    crane = s.pen
    for a, b in (((230, 430), (230, 30)), ((256, 430), (256, 30)), ((90, 52), (640, 52)), ((90, 66), (640, 66)),
        ((243, 10), (620, 52)), ((243, 10), (100, 52))):
        crane.line([a, b], "#e0a13c", 4)
    for k in range(20):
        crane.line([(230, 430 - k * 20), (256, 410 - k * 20)], "#e0a13c", 2.4)
    for k in range(27):
        crane.line([(92 + k * 20, 66), (102 + k * 20, 52)], "#e0a13c", 2)
    crane.box(96, 66, 150, 100, "#8d867c")
    crane.box(222, 70, 268, 104, "#d4502f")
    crane.line([(560, 66), (560, 150)], "#3a3640", 2)
    crane.box(536, 150, 584, 166, "#8a5a3c")
    _hoarding(s, dice, color)


@scene("site_dust", "08004 08012 08008 08011", "工地扬尘未覆盖", "Dust from a building site", DAY)
def site_dust(s: Street) -> None:
    _site(s)
    dice = s.dice("dust")
    mound = s.stand(560, 590)
    if s.after:
        outline = [(-1.6, 0), (-1.1, 0.45), (-0.4, 0.92), (0.2, 1.0), (0.9, 0.6), (1.6, 0), (0.6, -0.1), (-0.8, -0.1)]
        mound.oval(0.2, -0.02, 1.8, 0.16, "#2c2640", 0.3)
        mound.poly(smooth(outline), "#4f8a5a")
        for k in range(9):
            mound.line([(-1.4 + k * 0.32, 0.02), (-0.9 + k * 0.26, 0.5 + 0.3 * (4 - abs(k - 4)) / 4)], "#6fa878", 0.02)
        for k in range(4):
            mound.line([(-1.3 + k * 0.12, 0.15 + k * 0.2), (1.3 - k * 0.22, 0.15 + k * 0.2)], "#6fa878", 0.02)
        s.pen.box(0, 660, 960, 720, "#5c5a64", 0.35)
        return
    heap(mound, dice, 3.4, 1.15, ("#b58f62", "#c9a878", "#a07c52", "#d1b48a"), 30)
    for _ in range(40):
        lump(s.stand(dice.uniform(60, 900), dice.uniform(610, 700)), dice, dice.uniform(0.02, 0.05), "#b58f62")
    tone = "#d8bf98"
    for x, y, w in ((250.0, 420.0, 260), (520, 360, 320), (760, 450, 280), (420, 540, 330), (680, 580, 280),
        (160, 590, 220)):
        s.pen.glow(x + dice.uniform(-40, 40), y, w, w * 0.55, tone, 0.78)
    for _ in range(13):
        x, y = dice.uniform(60, 880), dice.uniform(300, 600)
        s.pen.poly(blob(dice, x, y, dice.uniform(50, 120), dice.uniform(20, 46), 0.25), pale(tone, 0.25), 0.28)
    person(s.stand(200, 640), "#8fa3b5", "#4a4652", reach=0)


@scene("site_noise_night", "08001 06028", "夜间施工噪声扰民", "Building noise at night", EVENING)
def site_noise_night(s: Street) -> None:
    _site(s, "#3f6f9a")
    if s.after:
        return
    pen = s.pen
    pen.poly([(395, 326), (800, 326), (800, 506), (395, 506)], "#3a3442")
    pen.poly([(395, 440), (800, 440), (800, 506), (395, 506)], "#6f5a48")
    for x in (395, 800):
        pen.box(x - 8, 300, x + 8, 506, "#c9ccca")
    pen.glow(600, 400, 330, 260, "#fff1c0", 0.55)
    _digger(s.stand(650, 512, size=1.15).at(0, 0, shine=0.75))
    dice = s.dice("rock")
    heap(s.stand(455, 510).at(0, 0, shine=0.4), dice, 1.5, 0.5, ("#a07c52", "#8a6a4a", "#b58f62"), 16)
    for x in (350, 850):
        pen.line([(x, 500), (x, 150)], "#55575e", 7)
        pen.box(x - 40, 122, x + 40, 156, "#fff7dd", lit=True)
        pen.glow(x, 140, 220, 170, "#fff1c0", 0.8)
        pen.poly([(x - 36, 156), (x + 36, 156), (650, 506), (500, 506)], "#fff1c0", 0.13, lit=True)
    for k in range(3):
        r = 205 + k * 46
        for start in (200, 305):
            pen.line(ring(600, 400, r, r * 0.8, start, start + 36, 12), "#ffd45a", 8 - k * 2, lit=True)


def _digger(pen: Pen) -> None:
    """An excavator, its arm to the left."""
    yellow = "#e8a52f"
    pen.rounded(-1.1, 0, 1.1, 0.45, 0.2, "#2b2931")
    pen.rounded(-0.9, 0.5, 1.0, 1.1, 0.12, yellow)
    pen.box(-0.5, 1.1, 0.3, 1.85, yellow)
    pen.box(-0.42, 1.2, 0.2, 1.75, "#8fb0b8")
    pen.line([(-0.7, 0.95), (-1.7, 2.3), (-2.7, 1.6)], yellow, 0.24)
    pen.line([(-2.7, 1.6), (-2.6, 0.9)], dark(yellow), 0.18)
    pen.poly([(-2.9, 0.95), (-2.3, 0.95), (-2.4, 0.45), (-2.8, 0.5)], "#55575e")


@scene("works_in_the_way", "08002 08003 08010 08006", "施工占道无通行空间", "Works blocking the way")
def works_in_the_way(s: Street) -> None:
    along(s)
    row_of_trees(s, 9)
    dice = s.dice("works")
    if s.after:
        s.pen.poly(s.ground((-5.2, 7.4), (-2.9, 7.4), (-2.9, 4.4), (-5.2, 4.4)), pale("#cfc3b4", 0.3))
        for z in (5.0, 5.6, 6.2, 6.8):
            s.pen.line(s.ground((-5.2, z), (-2.9, z)), "#b5a99a", 1.4)
        person(s.place(-3.9, 6.4), "#8a6a9a", "#4a4652", stride=0.18)
        return
    s.pen.poly(s.ground((-5.4, 7.6), (-1.0, 7.6), (-0.8, 4.2), (-5.4, 4.2)), "#8a6a4a")
    s.pen.poly(s.ground((-4.9, 7.2), (-1.8, 7.2), (-1.6, 4.7), (-4.9, 4.7)), "#4f3d30")
    s.pen.poly(s.ground((-4.9, 7.2), (-1.8, 7.2), (-1.8, 6.7), (-4.9, 6.7)), "#6f5642")
    heap(s.place(0.4, 6.8), dice, 2.0, 0.85, ("#8a6a4a", "#a07c52", "#745a42"), 24)
    for x, z in ((-4.4, 8.0), (-2.6, 8.0)):
        barrier(s.place(x, z), 1.7)
    man = s.place(-3.2, 6.2)
    person(man, "#e8673c", "#3f4a5c", hat="#f2bd3a", vest=True, reach=0.5)
    for x, z in ((-4.3, 4.15), (-2.45, 4.15), (-0.6, 4.3)):
        barrier(s.place(x, z), 1.5)
    for x, z in ((1.5, 5.4), (1.7, 7.4)):
        cone(s.place(x, z))


@scene("fallen_hoarding", "08007 08006", "工地围挡倒塌", "Hoarding of a site fallen")
def fallen_hoarding(s: Street) -> None:
    _site(s, "#3f6f9a")
    if s.after:
        return
    dice = s.dice("fallen")
    s.pen.poly([(280, 312), (625, 312), (625, 500), (280, 500)], "#8a7a66")
    s.pen.box(280, 312, 625, 400, mix("#a8a29a", "#8d867c", 0.5))
    for k in range(5):
        s.pen.line([(300 + k * 70, 312), (300 + k * 70, 498)], "#c98a4a", 4)
    heap(s.stand(450, 504), dice, 2.6, 0.7, ("#a89a8c", "#b86f54", "#c9bda9"), 26)
    for x, skew, low in ((250, 40, 630), (440, -30, 640)):
        pts = [(x, 506), (x + 190, 512), (x + 190 + skew, low), (x + skew - 20, low - 12)]
        s.pen.poly([(a + 10, b + 9) for a, b in pts], "#2c2640", 0.35)
        s.pen.poly(pts, "#3f6f9a")
        for k in range(8):
            t = (k + 0.5) / 8
            s.pen.line([(x + 190 * t, 508), (x + skew - 20 + 210 * t, low - 8)], dark("#3f6f9a", 0.16), 5)
        s.pen.line([pts[2], pts[3]], "#f4efe4", 7)
    for _ in range(18):
        lump(s.stand(dice.uniform(240, 700), dice.uniform(590, 690)), dice, dice.uniform(0.03, 0.06), "#a89a8c")
