"""Food: kitchens, deliveries, shelves, waste oil."""

from __future__ import annotations

from random import Random

from workflow.demo.scenes.backdrops import underfoot
from workflow.demo.scenes.buildings import letters
from workflow.demo.scenes.canvas import Pen, blob, dark, pale, smooth
from workflow.demo.scenes.light import DAY, NOON
from workflow.demo.scenes.people import person
from workflow.demo.scenes.rooms import kitchen, table
from workflow.demo.scenes.street import Street, scene
from workflow.demo.scenes.things import bag

INDOORS = (NOON, *DAY)


def _fly(pen: Pen, size: float = 1) -> None:
    """A fly, 26 pixels at size 1."""
    here = pen.at(0, 0, size)
    for side in (-1, 1):
        here.at(side * 5, -3, turn=side * 28).oval(side * 7, 0, 11, 5, "#dfe9ee", 0.8)
        for k in (-1, 0, 1):
            here.line([(side * 4, k * 4), (side * 13, k * 8 + 2)], "#15131c", 1.5)
    here.oval(0, 2, 6, 10, "#26242d")
    here.oval(0, -9, 5, 5, "#3a3640")
    here.oval(-3, -11, 2, 2, "#c4352b")
    here.oval(3, -11, 2, 2, "#c4352b")


@scene("dirty_kitchen", "L0002 09015", "商家后厨脏乱", "Dirty kitchen", INDOORS)
def dirty_kitchen(s: Street) -> None:
    kitchen(s)
    dice, pen = s.dice("mess"), s.pen
    for x in (610.0, 760.0):
        pen.box(x - 70, 388, x + 70, 400, "#3a3a42")
        pen.poly([(x - 62, 350), (x + 62, 350), (x + 48, 388), (x - 48, 388)], "#4a4b54")
        pen.box(x + 58, 352, x + 120, 360, "#26242d")
    if s.after:
        for k in range(7):
            pen.oval(180, 394 - k * 7, 52, 9, "#f4f1e8" if k % 2 else "#d3d6d2")
        pen.rounded(290, 372, 430, 400, 5, "#d8b27c")
        cook = s.pen.at(495, 640, 215, up=True)
        person(cook, "#f4f1e8", "#4a4b54", hat="#ffffff", apron="#dfe6e4")
        return
    for _ in range(16):
        x, y = dice.uniform(480, 950), dice.uniform(130, 330)
        pen.poly(blob(dice, x, y, dice.uniform(10, 44), dice.uniform(8, 26), 0.3), "#8a6a3c", 0.35)
        pen.line([(x, y), (x, y + dice.uniform(20, 80))], "#8a6a3c", 4, 0.4)
    for k in range(9):
        x = 150 + (k % 3) * 62 + dice.uniform(-8, 8)
        y = 392 - (k // 3) * 24
        pen.oval(x, y, 48, 15, "#e9e4d6")
        pen.oval(x, y - 2, 36, 9, "#cfc7b4")
        if k > 5:
            pen.poly(blob(dice, x, y - 4, 30, 8, 0.3), dice.choice(("#a5432c", "#8a6a3c", "#c98a3f")))
    for x, y, w in ((370, 398, 60), (470, 402, 48), (880, 398, 44)):
        pen.poly(blob(dice, x, y, w, 13, 0.3), "#6f4a2c")
        pen.poly(blob(dice, x, y - 4, w * 0.6, 8, 0.3), "#8fae3f")
    for x, top in ((420, 404), (330, 404), (700, 404)):
        for k, wide in enumerate((11, 8, 12)):
            pen.line([(x + k * 14, top), (x + k * 14, top + dice.uniform(40, 130))], "#7a5230", wide)
    pen.poly(blob(dice, 560, 640, 230, 36, 0.2, 12), "#6f5a3c", 0.75)
    pen.poly(blob(dice, 250, 670, 130, 22, 0.25, 12), "#6f5a3c", 0.7)
    for x, row in ((160, 640), (250, 655), (820, 650)):
        bag(s.pen.at(x, row, 190, up=True), dice, 0.6)
    for _ in range(26):
        x, y = dice.uniform(320, 780), dice.uniform(600, 690)
        pen.poly(blob(dice, x, y, 11, 5, 0.3, 7), dice.choice(("#8fae3f", "#c98a3f", "#a5432c", "#f0e2c0")))
    for x, y in ((500, 596), (660, 690), (410, 660)):
        bug = pen.at(x, y, 1, turn=dice.uniform(0, 360))
        for k in (-8, 0, 8):
            bug.line([(k, -12), (k, 12)], "#3a2a20", 2)
        bug.oval(0, 0, 17, 7, "#5a3a24")
        bug.line([(16, 0), (32, -9)], "#3a2a20", 1.6)
        bug.line([(16, 0), (32, 9)], "#3a2a20", 1.6)
    for x, y in ((215, 300), (330, 330), (460, 350), (560, 290)):
        _fly(pen.at(x, y, turn=dice.uniform(-60, 60)), 0.7)


def _lunch(pen: Pen, dice: Random) -> None:
    """An open lunch box, seen from above at a slant; pixels around its middle."""
    pen.oval(14, 66, 250, 96, "#2c2640", 0.3)
    pen.poly([(-236, -60), (236, -60), (206, 104), (-206, 104)], "#26242d")
    pen.poly([(-250, -78), (250, -78), (250, -56), (-250, -56)], "#3a3a42")
    pen.poly([(-250, -66), (250, -66), (224, 84), (-224, 84)], "#4a4b54")
    pen.poly([(-230, -56), (-6, -56), (-6, 72), (-206, 72)], "#f4efe4")
    for _ in range(150):
        x, y = dice.uniform(-200, -16), dice.uniform(-50, 66)
        pen.at(x, y, turn=dice.uniform(0, 180)).oval(0, 0, 8, 3.4, dice.choice(("#ffffff", "#e9e1d0", "#fbf6ea")))
    pen.poly([(8, -56), (230, -56), (206, 72), (8, 72)], "#8a4a2c")
    for _ in range(30):
        x, y = dice.uniform(24, 196), dice.uniform(-46, 60)
        pen.poly(blob(dice, x, y, dice.uniform(12, 22), dice.uniform(8, 13), 0.3, 7),
            dice.choice(("#a5542f", "#c47a3c", "#6f9a4d", "#d4402f", "#b5673a")))
    for _ in range(14):
        x, y = dice.uniform(24, 196), dice.uniform(-46, 60)
        pen.oval(x, y, 5, 2.5, "#f2c98a")


@scene("fly_in_food", "L0002", "外卖餐盒里有苍蝇", "A fly in the lunch box", INDOORS)
def fly_in_food(s: Street) -> None:
    table(s)
    dice = s.dice("food")
    pen = s.pen.at(470, 480, 1.15)
    _lunch(pen, dice)
    for k in (0, 1):
        s.pen.line([(790 + k * 34, 400), (880 + k * 22, 610)], "#c69a66" if k else "#b5875c", 8)
    cup = s.pen.at(170, 420, 1)
    cup.oval(8, 4, 62, 14, "#2c2640", 0.3)
    cup.poly([(-44, 0), (44, 0), (56, -150), (-56, -150)], "#f4efe4")
    cup.poly([(12, 0), (44, 0), (56, -150), (16, -150)], "#d3cab8")
    cup.poly([(-49, -50), (49, -50), (54, -110), (-54, -110)], "#c4553f")
    cup.oval(0, -150, 58, 12, "#26242d")
    if s.after:
        return
    _fly(pen.at(-110, 2, turn=24), 2.6)
    _fly(pen.at(120, -14, turn=-50), 2.0)
    pen.line(smooth([(-20, 50), (30, 20), (70, 44), (130, 30)], closed=False), "#1a1820", 2)


@scene("unsealed_delivery", "L0002", "外卖封签破损", "Delivery bag with its seal torn", INDOORS)
def unsealed_delivery(s: Street) -> None:
    table(s)
    dice = s.dice("bag")
    pen = s.pen.at(480, 620, 1.1)
    paper = "#d2aa78"
    pen.oval(30, -4, 250, 40, "#2c2640", 0.3)
    pen.poly([(-180, 0), (180, 0), (196, -330), (-196, -330)], paper)
    pen.poly([(120, 0), (180, 0), (196, -330), (140, -330)], dark(paper, 0.2))
    for y in (-90, -200):
        pen.line([(-184, y), (100, y + 8)], dark(paper, 0.12), 3)
    pen.rounded(-110, -180, 60, -60, 6, "#fbf6ea")
    for k in range(5):
        pen.line([(-94, -160 + k * 20), (44 - k * 18, -160 + k * 20)], "#55505c", 4)
    if s.after:
        pen.poly([(-196, -330), (196, -330), (190, -390), (-190, -390)], dark(paper, 0.08))
        pen.box(-192, -346, 192, -334, dark(paper, 0.25))
        pen.oval(0, -340, 62, 44, "#3f8f5a")
        way = -1 if s.mirrored else 1
        pen.line([(-26 * way, -340), (-6 * way, -322), (30 * way, -360)], "#fbf6ea", 10)
        return
    pen.poly([(-196, -330), (-150, -420), (-70, -360), (-20, -440), (40, -350), (120, -430),
        (196, -330)], dark(paper, 0.12))
    pen.poly([(-176, -330), (-60, -322), (60, -340), (176, -326), (150, -300), (-150, -296)], "#5a4330")
    pen.rounded(-90, -372, 90, -306, 10, "#e9e4da", 0.95)
    for _ in range(6):
        pen.poly(blob(dice, dice.uniform(-70, 70), -352, 20, 10, 0.3), "#a5542f")
    torn = pen.at(0, -296, turn=8)
    torn.poly([(-90, -20), (-14, -26), (-26, -4), (-8, 10), (-20, 26), (-86, 22)], "#f8f2e4")
    torn.poly([(14, -26), (84, -18), (78, 26), (4, 24), (20, 8), (6, -8)], "#f8f2e4")
    torn.box(-76, -6, -34, 8, "#c4352b")
    torn.box(36, -6, 72, 8, "#c4352b")
    for x, y, w in ((60, -20, 56), (-120, 20, 40), (150, 26, 46)):
        pen.poly(blob(dice, x, y, w, w * 0.26, 0.25), "#8a4a24", 0.85)
    pen.poly([(30, -60), (64, -70), (74, -16), (44, -14)], "#8a4a24", 0.6)


@scene("expired_food", "L0002 09020", "过期食品上架", "Expired food on the shelf", INDOORS)
def expired_food(s: Street) -> None:
    dice, pen = s.dice("shelf"), s.pen
    pen.box(0, 0, 960, 720, "#d9d2c4")
    stock = s.dice("stock")
    for row, y in enumerate((210, 440, 670)):
        pen.box(40, y - 205, 920, y, "#b9b2a6")
        pen.box(40, y - 205, 920, y - 180, "#2c2640", 0.25)
        x = 66.0
        while x < 860:
            w = stock.choice((62, 74, 88))
            tone = stock.choice(("#c4553f", "#e0a13c", "#3f6f9a", "#6f9a4d", "#7a4f6d", "#f1e6d2", "#2f8f8a"))
            h = stock.uniform(110, 158)
            kind = stock.randrange(3)
            if kind == 0:
                pen.rounded(x, y - h, x + w - 10, y, 8, tone)
                pen.box(x + 8, y - h - 14, x + w - 18, y - h + 4, dark(tone, 0.4))
            elif kind == 1:
                pen.poly([(x, y), (x + w - 10, y), (x + w - 4, y - h + 12), (x + w - 14, y - h), (x + 6, y - h),
                    (x - 4, y - h + 12)], tone)
            else:
                pen.box(x, y - h * 0.8, x + w - 10, y, tone)
            pen.rounded(x + 8, y - h * 0.62, x + w - 18, y - h * 0.28, 5, pale(tone, 0.7))
            letters(pen.at(x + (w - 10) / 2, y - h * 0.45, 1, up=True), stock, 0, 0, 13, 2, dark(tone, 0.4))
            x += w
        pen.box(30, y, 930, y + 24, "#f4efe4")
        pen.box(30, y + 18, 930, y + 24, "#a89f94")
        for k in range(7):
            pen.rounded(70 + k * 120, y + 2, 130 + k * 120, y + 20, 3, "#f2d77a")
        if row == 1 and not s.after:
            _expired(s, dice, y)
    pen.box(30, 0, 44, 720, "#8d867c")
    pen.box(916, 0, 930, 720, "#8d867c")


def _expired(s: Street, dice: Random, y: float) -> None:
    """Bread with mould and a blown tin, before the rest of the shelf."""
    pen = s.pen
    for x in (310, 470, 630):
        pen.rounded(x - 66, y - 112, x + 66, y, 26, "#c98f4f")
        pen.rounded(x - 54, y - 98, x + 54, y - 8, 22, "#e8c48a")
        for _ in range(6):
            a, b = x + dice.uniform(-38, 38), y - dice.uniform(24, 84)
            pen.poly(blob(dice, a, b, dice.uniform(9, 19), dice.uniform(8, 15), 0.25), "#6f8a6a")
            pen.poly(blob(dice, a, b, 7, 6, 0.25), "#9ab09a")
        pen.rounded(x - 70, y - 126, x + 70, y + 2, 28, "#ffffff", 0.18)
        tag = pen.at(x, y - 128, 1, turn=dice.uniform(-6, 6))
        tag.rounded(-46, -22, 46, 22, 5, "#fbf6ea")
        tag.line([(-32, -6), (32, -6)], "#55505c", 4)
        tag.line([(-32, 8), (16, 8)], "#55505c", 4)
        tag.circle(0, 0, 27, "#d4301f", 5)
        tag.line([(-20, 19), (20, -19)], "#d4301f", 5)


@scene("oil_in_drain", "06030 06026", "餐馆往下水口倒泔水", "Kitchen oil poured into a drain", DAY)
def oil_in_drain(s: Street) -> None:
    underfoot(s, "asphalt")
    dice, pen = s.dice("oil"), s.pen
    drain = s.stand(480, 400, size=1.6)
    drain.box(-0.66, -0.06, 0.66, 0.36, "#8a8580")
    drain.box(-0.6, 0, 0.6, 0.3, "#1f1d26")
    for k in range(11):
        drain.box(-0.6 + k * 0.115, 0, -0.56 + k * 0.115, 0.3, "#6d6c75")
    if s.after:
        pen.poly(blob(dice, 480, 430, 260, 50, 0.15), "#5f5d67", 0.4)
        return
    pen.poly(blob(dice, 470, 430, 300, 82, 0.2, 13), "#7a4f24", 0.92)
    pen.poly(blob(dice, 450, 424, 220, 52, 0.22, 12), "#b5762c", 0.9)
    pen.poly(blob(dice, 430, 414, 110, 22, 0.25, 10), "#e0a84a", 0.9)
    drain.box(-0.6, 0, 0.6, 0.3, "#1f1d26", 0.5)
    for k in range(11):
        drain.box(-0.6 + k * 0.115, 0, -0.56 + k * 0.115, 0.3, "#8a6a3c")
    for _ in range(34):
        x, y = 470 + dice.gauss(0, 130), 430 + dice.gauss(0, 34)
        pen.poly(blob(dice, x, y, 13, 6, 0.3, 7), dice.choice(("#6f9a4d", "#d4402f", "#f0e2c0", "#e8a53c")))
    bucket = pen.at(700, 330, 1, turn=38)
    bucket.poly([(-90, -100), (90, -100), (68, 80), (-68, 80)], "#3f6f9a")
    bucket.poly([(30, -100), (90, -100), (68, 80), (24, 80)], dark("#3f6f9a"))
    bucket.oval(0, -100, 92, 26, "#2f5577")
    bucket.oval(0, -98, 78, 19, "#7a4f24")
    bucket.line(smooth([(-88, -96), (-60, 10), (60, 10), (88, -96)], closed=False), "#c9ccca", 5)
    pen.poly(smooth([(585, 330), (612, 318), (606, 380), (560, 412), (500, 420), (540, 384)]), "#b5762c")
    pen.poly(smooth([(592, 334), (604, 330), (590, 378), (552, 400), (566, 374)]), "#e0a84a")
