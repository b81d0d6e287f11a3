"""The road and the pavement themselves: covers, water, holes, kerbs, markings."""

from __future__ import annotations

from workflow.demo.scenes.backdrops import along, facing, row_of_trees, tactile, underfoot
from workflow.demo.scenes.canvas import Pen, blob, dark, mix, pale, smooth
from workflow.demo.scenes.greenery import leaf, tuft
from workflow.demo.scenes.light import DAY, MORNING, NOON, OVERCAST
from workflow.demo.scenes.street import Street, scene
from workflow.demo.scenes.things import bollard, cone, cover, crack, lump, puddle, railing, shaft, sign

LEAVES = ("#d9902f", "#b5682c", "#e0b24a", "#8d7a3a", "#c24f2f")
WET = (OVERCAST, MORNING)


def _grating(pen: Pen, wide: float = 0.8, deep: float = 0.26) -> None:
    """A storm-drain grating in the ground."""
    pen.box(-wide / 2 - 0.05, -0.03, wide / 2 + 0.05, deep + 0.03, "#8a8580")
    pen.box(-wide / 2, 0, wide / 2, deep, "#1f1d26")
    n = 9
    for k in range(n + 1):
        x = -wide / 2 + wide * k / n
        pen.box(x - 0.018, 0, x + 0.018, deep, "#6d6c75")
    pen.box(-wide / 2, deep / 2 - 0.02, wide / 2, deep / 2 + 0.02, "#6d6c75")


@scene("missing_manhole", "01002 01003 01005 01007 01001 01011", "井盖缺失", "Manhole cover missing", DAY)
def missing_manhole(s: Street) -> None:
    underfoot(s, "slabs")
    dice = s.dice("hole")
    hole = s.stand(480, 440, size=1.75)
    hole.box(-0.62, -0.3, 0.62, 0.3, "#b3aaa0")
    if s.after:
        cover(hole, 0.5)
        return
    shaft(hole, 0.5)
    lid = s.stand(760, 350, size=1.5)
    lid.oval(0.06, -0.04, 0.52, 0.2, "#2c2640", 0.3)
    cover(lid.at(0, 0.04), 0.46, 0.36)
    for _ in range(12):
        lump(s.stand(dice.uniform(250, 720), dice.uniform(360, 580)), dice, dice.uniform(0.02, 0.05), "#a89a8c")


@scene("broken_manhole", "01003 01002 01006 01005 01007 01001", "井盖破损下沉", "Manhole cover broken", DAY)
def broken_manhole(s: Street) -> None:
    underfoot(s, "asphalt")
    dice = s.dice("hole")
    here = s.stand(480, 480, size=1.9)
    if s.after:
        here.poly([(-0.75, -0.36), (0.75, -0.36), (0.68, 0.36), (-0.68, 0.36)], dark("#6d6b74", 0.25))
        cover(here, 0.5)
        return
    here.poly(blob(dice, 0, 0, 0.78, 0.34, 0.12, 12), dark("#6d6b74", 0.3))
    cover(here, 0.5)
    here.poly([(0.04, 0.02), (0.2, 0.19), (0.36, 0.13), (0.48, 0.03), (0.45, -0.09), (0.28, -0.16),
        (0.1, -0.09)], "#131119", lit=True)
    here.poly([(0.2, 0.19), (0.36, 0.13), (0.48, 0.03), (0.44, 0.02), (0.33, 0.08), (0.2, 0.12)], "#6f5348")
    for x, y in ((0.04, 0.02), (0.1, -0.09), (0.2, 0.19)):
        crack(here.at(x, y), dice, 0.42, 0.02, "#25232b")
    for k in range(6):
        crack(here.at(*((-0.7, 0.1), (0.7, 0.1), (-0.5, -0.25), (0.5, -0.26), (0.1, 0.33), (-0.2, 0.3))[k]),
            dice, 0.5, 0.016)
    for _ in range(16):
        lump(s.stand(dice.uniform(240, 730), dice.uniform(430, 620)), dice, dice.uniform(0.02, 0.05), "#8a8890")


@scene("standing_water", "01004 06012", "路面积水", "Water standing on the road", WET)
def standing_water(s: Street) -> None:
    along(s)
    row_of_trees(s)
    dice = s.dice("water")
    _grating(s.stand(378, 560, size=1.2), 0.7, 0.14)
    if s.after:
        for x, row, w in ((600.0, 500.0, 0.9), (720, 620, 0.7)):
            s.stand(x, row).poly(blob(dice, 0, 0, w, w * 0.12), "#5c5a64", 0.5)
        return
    for x, row, w in ((720.0, 395.0, 5.2), (560.0, 470.0, 4.4), (610.0, 590.0, 3.9)):
        puddle(s.stand(x, row), dice, w, 0.2)
    water = mix(s.light.sky_low, "#6f8ea0", 0.55)
    for left, top, low in ((520, 480, 560), (640, 520, 640), (560, 560, 640)):
        s.pen.poly([(left, top), (left + 22, top), (left + 30, low), (left + 4, low)], dark(water, 0.3), 0.25, lit=True)
    for x, row in ((470.0, 470.0), (690.0, 580.0), (560.0, 620.0), (640.0, 470.0)):
        for r in (0.12, 0.24):
            here = s.stand(x, row)
            here.line(smooth([(-r, 0), (0, r * 0.3), (r, 0), (0, -r * 0.3), (-r, 0)], closed=False),
                "#ffffff", 0.014, 0.7)
    for _ in range(70):
        x, y = dice.uniform(0, 960), dice.uniform(0, 700)
        s.pen.line([(x, y), (x - 6, y + 26)], "#ffffff", 1.6, 0.4, lit=True)


@scene("leaves_on_drain", "01004 06012 06018", "落叶堵住雨水箅子", "Leaves blocking a drain", DAY)
def leaves_on_drain(s: Street) -> None:
    underfoot(s, "asphalt")
    dice = s.dice("leaves")
    _grating(s.stand(480, 290, size=2), 1.2, 0.34)
    if s.after:
        for _ in range(5):
            leaf(s.stand(dice.uniform(100, 860), dice.uniform(300, 640)), dice, dice.choice(LEAVES))
        return
    puddle(s.stand(500, 360), dice, 3.4, 0.24, "#7f8f94")
    for _ in range(230):
        x = dice.gauss(480, 150)
        row = 300 + dice.gauss(0, 40) + abs(x - 480) * 0.08
        if row > 245:
            leaf(s.stand(x, row, squash=0.7), dice, dice.choice(LEAVES))
    for _ in range(70):
        leaf(s.stand(dice.uniform(60, 900), dice.uniform(330, 660), squash=0.7), dice, dice.choice(LEAVES))


@scene("pothole", "06013 08003", "路面大坑", "Pothole in the road")
def pothole(s: Street) -> None:
    along(s)
    row_of_trees(s)
    dice = s.dice("hole")
    here = s.stand(640, 575)
    if s.after:
        here.poly([(-1.25, -0.38), (1.2, -0.38), (1.0, 0.42), (-0.95, 0.42)], dark("#6d6b74", 0.42))
        here.line([(-1.25, -0.38), (1.2, -0.38), (1.0, 0.42), (-0.95, 0.42), (-1.25, -0.38)], "#46444e", 0.03)
        return
    edge = blob(dice, 0, 0, 1.1, 0.34, 0.16, 12)
    here.poly([(x * 1.22, y * 1.25) for x, y in edge], dark("#6d6b74", 0.25))
    here.poly([(x * 1.05, y * 1.06 + 0.02) for x, y in edge], pale("#6d6b74", 0.25))
    here.poly(edge, "#3a3640")
    here.poly([(x * 0.9, y * 0.84 - 0.05) for x, y in edge], "#574c46")
    puddle(here.at(-0.1, -0.09), dice, 1.2, 0.17)
    for k in range(7):
        x, y = ((-1.15, 0.1), (1.2, 0.05), (0.5, 0.4), (-0.5, 0.42), (0.3, -0.42), (-0.8, -0.3), (0.95, -0.28))[k]
        crack(here.at(x, y), dice, 0.9, 0.03, "#3a3640", 0.3)
    for _ in range(26):
        lump(here.at(dice.uniform(-1.7, 1.7), dice.uniform(-0.6, 0.55)), dice, dice.uniform(0.03, 0.07), "#8a8890")


@scene("cracked_pavement", "06013 06049 08010", "人行道地砖破损", "Broken paving", DAY)
def cracked_pavement(s: Street) -> None:
    underfoot(s, "slabs")
    if s.after:
        return
    dice = s.dice("cracks")
    s.pen.poly(blob(dice, 480, 440, 250, 92, 0.16, 12), "#8a7058")
    s.pen.poly(blob(dice, 480, 448, 215, 72, 0.18, 12), "#6f5846")
    for x, row, turn in ((300.0, 430.0, 12), (410, 395, -16), (560, 402, 10), (670, 450, -12), (390, 500, 8),
        (560, 510, -9), (480, 450, 20)):
        here = s.pen.at(x, row, 1, turn=turn, up=True)
        w, h = dice.uniform(52, 70), dice.uniform(22, 30)
        tone = dice.choice(("#d9c8b0", "#cfc3b4", "#c9b59c"))
        pts = [(-w, -h), (w * dice.uniform(0.2, 0.7), -h * 1.1), (w, h * 0.1), (w * 0.7, h), (-w * 0.8, h * 0.9)]
        here.poly([(px + 5, py - 13) for px, py in pts], "#2c2640", 0.35)
        here.poly([(px, py - 8) for px, py in pts], dark(tone, 0.35))
        here.poly(pts, tone)
        here.line([pts[4], (0, 0), pts[1]], dark(tone, 0.4), 2.4)
    for x, row in ((230, 470), (740, 420), (480, 560), (640, 540)):
        crack(s.stand(x, row), dice, 1.2, 0.022)
    for x, row in ((350, 470), (615, 470), (500, 395)):
        tuft(s.stand(x, row), dice, 0.24)


@scene("broken_tactile", "06051 06052", "盲道砖缺损", "Tactile paving broken", DAY)
def broken_tactile(s: Street) -> None:
    underfoot(s, "slabs")
    tactile(s, s.eye.lens / s.eye.scale(520), -9, 9, 0.62)
    if s.after:
        return
    dice = s.dice("gap")
    s.pen.poly([(300, 408), (640, 404), (668, 470), (650, 524), (270, 522), (292, 460)], "#8a7058")
    s.pen.poly([(320, 424), (620, 418), (640, 470), (620, 512), (300, 512)], "#6f5846")
    for x, row, turn in ((360, 470, 15), (500, 450, -12), (590, 492, 20), (430, 505, -6), (720, 560, 14)):
        here = s.pen.at(x, row, 1, turn=turn, up=True)
        here.poly([(-40, -20), (34, -24), (42, 12), (-30, 20)], dark("#e2b54a", 0.4))
        here.poly([(-40, -12), (34, -16), (42, 18), (-30, 27)], "#e2b54a")
        for k in range(3):
            here.line([(-30 + k * 4, -4 + k * 10), (34, -7 + k * 9)], pale("#e2b54a", 0.4), 3)
    for _ in range(20):
        lump(s.stand(dice.uniform(250, 760), dice.uniform(400, 590)), dice, dice.uniform(0.03, 0.06), "#d9a94a")


@scene("broken_kerb", "06050 06052", "路缘石缺损", "Kerbstone broken", DAY)
def broken_kerb(s: Street) -> None:
    facing(s, trees=1)
    if s.after:
        return
    dice = s.dice("kerb")
    s.pen.poly([(392, 598), (640, 598), (668, 640), (640, 664), (372, 662), (366, 630)], "#7a6350")
    s.pen.poly([(410, 612), (622, 610), (640, 640), (620, 655), (392, 652)], "#5f4d40")
    for x, row, turn, w in ((470, 672, 9, 0.62), (640, 690, -22, 0.5), (380, 685, 28, 0.4)):
        stone = s.stand(x, row, turn=turn)
        stone.oval(0.05, -0.02, w * 0.8, 0.08, "#2c2640", 0.35)
        stone.box(-w / 2, 0, w / 2, 0.18, dark("#e9e1d3", 0.25))
        stone.poly([(-w / 2, 0.18), (w / 2, 0.18), (w / 2 + 0.08, 0.27), (-w / 2 + 0.08, 0.27)], "#e9e1d3")
    for _ in range(30):
        lump(s.stand(dice.uniform(350, 690), dice.uniform(610, 705)), dice, dice.uniform(0.02, 0.06),
            dice.choice(("#c9bda9", "#a89a8c")))
    tuft(s.stand(560, 640), dice, 0.25)


@scene("broken_bollard", "08014 02017 06040", "隔离桩折断露出螺栓", "Bollard broken off")
def broken_bollard(s: Street) -> None:
    facing(s, trees=1)
    dice = s.dice("post")
    for k, x in enumerate((200.0, 390.0, 580.0, 770.0)):
        if k != 2 or s.after:
            bollard(s.stand(x, 606))
    if s.after:
        return
    foot = s.stand(580, 606)
    foot.poly(blob(dice, 0, 0, 0.34, 0.1, 0.2), "#6f5846")
    foot.poly([(-0.13, 0), (-0.13, 0.14), (-0.06, 0.22), (0.0, 0.13), (0.07, 0.19), (0.13, 0.1), (0.13, 0)], "#5a6470")
    for x in (-0.2, 0.2):
        foot.box(x - 0.025, 0, x + 0.025, 0.13, "#a5542f")
    bollard(s.stand(640, 650, turn=-82))


@scene("faded_crossing", "06016 02010", "斑马线模糊不清", "Zebra crossing worn away")
def faded_crossing(s: Street) -> None:
    along(s, lanes=False)
    dice = s.dice("zebra")
    near, far = 4.6, 7.6
    for k in range(11):
        x = -2.1 + k * 0.86
        if s.after:
            s.pen.poly(s.ground((x, far), (x + 0.46, far), (x + 0.46, near), (x, near)), "#f8f2e4")
            continue
        for z in (near, near + 0.75, near + 1.5, near + 2.25):
            if dice.random() < 0.42:
                continue
            a, b = x + dice.uniform(0, 0.2), x + 0.46 - dice.uniform(0, 0.2)
            s.pen.poly(s.ground((a, z + 0.6), (b, z + 0.7), (b, z), (a, z + 0.1)), "#b5afac", dice.uniform(0.25, 0.55))
    row_of_trees(s, 13)
    sign(s.place(-2.8, 8.4), "crossing")


@scene("bent_railing", "02017 04008", "道路护栏撞弯", "Guard rail bent")
def bent_railing(s: Street) -> None:
    facing(s, trees=1)
    dice = s.dice("rail")
    here = s.stand(60, 640)
    long = 5.1
    railing(here, long, 0 if s.after else 0.72)
    if s.after:
        return
    for _ in range(14):
        lump(s.stand(dice.uniform(350, 640), dice.uniform(650, 690)), dice, dice.uniform(0.02, 0.05),
            dice.choice(("#eef0ee", "#c4553f")))
    cone(s.stand(760, 690))


@scene("damaged_sign", "02010 07008", "交通标志牌倾倒", "Traffic sign knocked over", (NOON, MORNING, OVERCAST))
def damaged_sign(s: Street) -> None:
    along(s)
    row_of_trees(s, 13)
    dice = s.dice("sign")
    foot = s.place(-2.85, 5.4)
    kind = dice.choice(("no_parking", "slow", "crossing"))
    if s.after:
        sign(foot, kind, 2.9)
        return
    foot.poly(blob(dice, 0, 0, 0.4, 0.12, 0.25), "#6f5846")
    sign(foot, kind, 2.9, -50)
    for _ in range(9):
        lump(foot.at(dice.uniform(-0.6, 0.6), dice.uniform(-0.15, 0.1)), dice, 0.06, "#a89a8c")
