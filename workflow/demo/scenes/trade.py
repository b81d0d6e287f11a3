"""Trading in the street."""

from __future__ import annotations

from random import Random

from workflow.demo.scenes.backdrops import facing
from workflow.demo.scenes.buildings import letters
from workflow.demo.scenes.canvas import Pen, dark, pale, ring, smooth
from workflow.demo.scenes.light import EVENING
from workflow.demo.scenes.people import person
from workflow.demo.scenes.street import Street, scene
from workflow.demo.scenes.things import carton, flame, litter, smoke
from workflow.demo.scenes.vehicles import cart

FRUIT = ("#e8673c", "#d4402f", "#8fae3f", "#f0bd2f", "#a5537a")


def _crate(pen: Pen, dice: Random, color: str) -> None:
    """A crate of fruit, 0.6 m wide."""
    for k in range(5):
        pen.oval(-0.22 + k * 0.11, 0.27 + dice.uniform(0, 0.03), 0.075, 0.075, color)
    for k in range(3):
        pen.oval(-0.12 + k * 0.12, 0.34, 0.07, 0.07, pale(color, 0.18))
    pen.box(-0.3, 0, 0.3, 0.25, "#c69a66")
    for y in (0.08, 0.16):
        pen.box(-0.3, y, 0.3, y + 0.015, "#8d6a45")


def _parasol(pen: Pen, color: str) -> None:
    pen.line([(0, 0), (0, 2.3)], "#8d949c", 0.05)
    arc = ring(0, 2.05, 1.5, 0.62, 0, 180, 24)
    pen.poly(arc, color)
    for k in (0, 2, 4):
        pen.poly([(0, 2.67), *arc[k * 4 + 2 : k * 4 + 6]], "#f8efdd")
    for k in range(6):
        pen.oval(-1.25 + k * 0.5, 2.05, 0.25, 0.08, color if k % 2 else "#f8efdd")


@scene("street_vendor", "09001 09006", "流动摊贩占道经营", "Hawker on the pavement")
def street_vendor(s: Street) -> None:
    facing(s, trees=1)
    if s.after:
        return
    dice = s.dice("stall")
    here = s.stand(450, 590)
    _parasol(here.at(-0.4, 0.1), dice.choice(("#c4553f", "#2f6f73", "#3f6f9a")))
    person(s.stand(660, 572), "#56796b", hat="#d8c4a4", apron="#e9e1d3", reach=0.6)
    cart(here, "#3f7d8a")
    for k in range(3):
        _crate(here.at(-0.9 + k * 0.55, 0.75, 0.95), dice, FRUIT[k])
    here.rounded(-1.1, 0.5, -0.35, 0.7, 0.02, "#fbf6ea")
    letters(here, dice, -0.72, 0.6, 0.13, 4, "#c4352b")
    for k in range(2):
        _crate(s.stand(590 + k * 92, 606), dice, FRUIT[3 + k])
    person(s.stand(250, 596), "#8a6a9a", "#4a4652", reach=0.5)
    litter(s.stand(420, 616), dice, 2.6, 0.1, 6)


@scene("goods_outside", "09005 09006 09022", "店铺货物摆到门外", "Shop goods beyond the door")
def goods_outside(s: Street) -> None:
    facing(s, trees=1)
    if s.after:
        return
    dice = s.dice("goods")
    for k in range(6):
        here = s.stand(170 + k * 124, 556)
        here.line([(-0.45, 0), (-0.45, 0.55)], "#6d6c75", 0.05)
        here.line([(0.45, 0), (0.45, 0.55)], "#6d6c75", 0.05)
        for step in range(2):
            _crate(here.at(0, 0.5 - step * 0.36 + 0.02, 1.3), dice, FRUIT[(k + step) % 5])
    rail = s.stand(330, 612)
    rail.line([(-1.1, 0), (-1.0, 1.5), (1.0, 1.5), (1.1, 0)], "#8d949c", 0.05)
    for k in range(9):
        tone = dice.choice(("#c4553f", "#3f6f9a", "#e0a13c", "#7a4f6d", "#56796b", "#f1e6d2"))
        x = -0.9 + k * 0.22
        rail.poly([(x - 0.02, 1.48), (x + 0.14, 1.4), (x + 0.16, 0.65), (x - 0.16, 0.65), (x - 0.14, 1.4)], tone)
        rail.line([(x, 1.36), (x, 0.7)], dark(tone), 0.015)
    for x, row, size in ((570, 612, 0.6), (660, 618, 0.7), (750, 610, 0.6), (820, 616, 0.5)):
        carton(s.stand(x, row), dice, size, True)
    board = s.stand(470, 615)
    board.poly([(-0.35, 0), (0.35, 0), (0.28, 1.0), (-0.28, 1.0)], "#3a3640")
    letters(board, dice, 0, 0.75, 0.16, 3, "#f2d77a")
    for k in range(3):
        board.line([(-0.2, 0.5 - k * 0.13), (0.2, 0.5 - k * 0.13)], "#f8f2e4", 0.03)


@scene("night_barbecue", "06029 06027 09002", "夜间露天烧烤冒烟", "Open-air barbecue smoking at night", EVENING)
def night_barbecue(s: Street) -> None:
    facing(s, trees=1)
    dice = s.dice("grill")
    if s.after:
        return
    for x, row in ((200.0, 610.0), (760.0, 600.0)):
        here = s.stand(x, row).at(0, 0, shine=0.3)
        here.rounded(-0.55, 0.62, 0.55, 0.7, 0.03, "#c69a66")
        here.line([(-0.35, 0), (-0.2, 0.62)], "#8d949c", 0.04)
        here.line([(0.35, 0), (0.2, 0.62)], "#8d949c", 0.04)
        for k in (-0.3, 0, 0.25):
            here.rounded(k - 0.04, 0.7, k + 0.04, 0.94, 0.02, "#4f8a62")
        for k in (-0.8, 0.8):
            here.box(k - 0.16, 0.36, k + 0.16, 0.42, "#c4352b")
            here.line([(k - 0.12, 0), (k - 0.12, 0.36)], "#8e2f24", 0.04)
            here.line([(k + 0.12, 0), (k + 0.12, 0.36)], "#8e2f24", 0.04)
    person(s.stand(190, 560).at(0, 0, shine=0.25), "#c98a4a", reach=0.4)
    person(s.stand(350, 572).at(0, 0, shine=0.5), "#e9e1d3", "#4a4652", apron="#c4352b", reach=0.8)
    grill = s.stand(490, 600).at(0, 0, shine=0.35)
    grill.glow(0, 1.0, 2.6, 1.5, "#ff9b3d", 0.5)
    for x in (-0.8, 0.8):
        grill.line([(x, 0), (x, 0.7)], "#55575e", 0.06)
    grill.poly([(-1.0, 0.95), (1.0, 0.95), (0.9, 0.65), (-0.9, 0.65)], "#3a3a42")
    grill.box(-0.95, 0.9, 0.95, 0.96, "#ff7a2f", lit=True)
    for k in range(9):
        x = -0.8 + k * 0.2
        grill.line([(x, 0.96), (x + 0.08, 1.12)], "#e2c08a", 0.025)
        grill.line([(x + 0.01, 0.99), (x + 0.06, 1.09)], "#a5432c", 0.075, lit=True)
    for x in (-0.5, 0.4):
        flame(grill.at(x, 0.92), 0.28)
    smoke(grill.at(0, 1.1), dice, 3.2, 2.1, "#9a97a8", 0.5)
    for k in range(12):
        x = 90 + k * 72
        y = 200 + 34 * (1 - ((k - 5.5) / 5.5) ** 2)
        s.pen.glow(x, y + 8, 34, 34, "#ffd98a", 0.6)
        s.pen.oval(x, y + 8, 6, 8, "#fff0c4", lit=True)
    s.pen.line(smooth([(50, 196), (480, 238), (920, 196)], closed=False, steps=16), "#15131c", 2.5)
