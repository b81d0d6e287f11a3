"""Rubbish: heaps, bins, furniture, rubble, fire."""

from __future__ import annotations

from workflow.demo.scenes.backdrops import along, facing, row_of_trees, shade
from workflow.demo.scenes.buildings import letters
from workflow.demo.scenes.canvas import blob, dark, mix, pale, smooth
from workflow.demo.scenes.greenery import tuft
from workflow.demo.scenes.light import DAY
from workflow.demo.scenes.people import dog, person
from workflow.demo.scenes.street import Street, scene
from workflow.demo.scenes.things import bag, bin, carton, cone, flame, heap, litter, lump, smoke

BINS = ("#3f7d5a", "#3f6f9a", "#7a7f86", "#b5533f")


def _bins(s: Street, x: float, row: float, gap: float = 118, n: int = 3, lid: float = 0) -> None:
    for k in range(n):
        bin(s.stand(x + k * gap, row), BINS[k], lid)


@scene("rubbish_heap", "06010 06041 06032", "垃圾桶旁垃圾成堆", "Rubbish piled beside the bins")
def rubbish_heap(s: Street) -> None:
    facing(s, trees=2)
    dice = s.dice("heap")
    _bins(s, 240, 530)
    if s.after:
        return
    foot = s.stand(600, 572)
    foot.oval(0.1, 0.02, 1.9, 0.26, "#2c2640", 0.3)
    for y, n, size in ((0.34, 6, 0.62), (0.16, 8, 0.62), (0, 9, 0.56)):
        for k in range(n):
            here = foot.at((k - (n - 1) / 2) * 0.4 + dice.uniform(-0.07, 0.07), y + dice.uniform(0, 0.08),
                turn=dice.uniform(-14, 14))
            (carton(here, dice, 0.5, True) if dice.random() < 0.2 else bag(here, dice, size * dice.uniform(0.9, 1.2)))
    litter(s.stand(600, 594), dice, 4.2, 0.24, 16)


@scene("overflowing_bin", "06042 03005 06041", "垃圾桶满溢", "Bins overflowing")
def overflowing_bin(s: Street) -> None:
    facing(s, trees=1)
    dice = s.dice("bins")
    for k, x in enumerate((310, 480, 650)):
        here = s.stand(x, 592, size=1.12)
        if not s.after and k != 2:
            for _ in range(6):
                bag(here.at(dice.uniform(-0.26, 0.26), 0.82 + dice.uniform(0, 0.22), turn=dice.uniform(-30, 30)),
                    dice, 0.42)
        bin(here, BINS[k], 0 if s.after else (68, 74, 0)[k])
        if not s.after and k != 2:
            for dx in (-0.16, 0.14):
                bag(here.at(dx, 0.9, turn=dice.uniform(-20, 20)), dice, 0.34)
    if s.after:
        return
    for x, row in ((205, 600), (395, 610), (565, 612), (745, 602), (805, 612)):
        bag(s.stand(x, row), dice, 0.55)
    litter(s.stand(500, 618), dice, 5, 0.2, 15)


@scene("bulky_furniture", "06035 06036", "路边丢弃旧沙发床垫", "Old sofa and mattress left at the kerb")
def bulky_furniture(s: Street) -> None:
    facing(s, trees=2)
    if s.after:
        return
    dice = s.dice("sofa")
    cloth = dice.choice(("#a9574b", "#56796b", "#8a6a9a", "#c98a4a"))
    bed = s.stand(660, 540)
    bed.poly([(-0.95, 0), (0.85, 0.06), (1.0, 1.75), (-0.75, 1.7)], "#e6dccb")
    bed.poly([(0.85, 0.06), (1.05, 0.12), (1.2, 1.72), (1.0, 1.75)], "#bfb3a2")
    for y in (0.4, 0.85, 1.3):
        for x in (-0.5, 0, 0.5):
            bed.oval(x + y * 0.09, y, 0.05, 0.05, "#c9bda9")
    bed.poly(blob(dice, 0.2, 0.55, 0.26, 0.2), "#cdb48a", 0.8)
    sofa = s.stand(450, 594)
    sofa.oval(0.1, 0, 1.5, 0.16, "#2c2640", 0.32)
    for x in (-1.0, 1.0):
        sofa.box(x - 0.06, 0, x + 0.06, 0.14, "#5a4638")
    sofa.rounded(-1.15, 0.35, 1.15, 1.1, 0.16, dark(cloth, 0.12))
    sofa.rounded(-1.05, 0.12, 1.05, 0.5, 0.06, dark(cloth, 0.2))
    for x in (-0.98, 0.02):
        sofa.rounded(x, 0.4, x + 0.96, 0.64, 0.09, pale(cloth, 0.14))
        sofa.rounded(x + 0.02, 0.62, x + 0.94, 1.04, 0.12, cloth)
    for x in (-1.3, 1.02):
        sofa.rounded(x, 0.1, x + 0.28, 0.8, 0.12, pale(cloth, 0.08))
    sofa.poly(blob(dice, 0.5, 0.55, 0.17, 0.08, 0.3), "#f0e2c0")
    sofa.line([(-0.7, 0.95), (-0.55, 0.8), (-0.6, 0.7)], "#f0e2c0", 0.03)
    chest = s.stand(230, 566)
    chest.box(-0.4, 0, 0.4, 1.2, "#9a6f4a")
    chest.box(0.22, 0, 0.4, 1.2, dark("#9a6f4a"))
    for y in (0.1, 0.46, 0.82):
        chest.box(-0.34, y, 0.18, y + 0.3, "#b5875c")
        chest.oval(-0.08, y + 0.15, 0.03, 0.03, "#4a3a30")
    chest.at(-0.3, 0.05, turn=-9).box(-0.1, 0.02, 0.5, 0.28, "#a97c52")


@scene("building_rubble", "06011 08005 06014", "偷倒建筑垃圾渣土", "Building rubble dumped")
def building_rubble(s: Street) -> None:
    facing(s, fronts="wall", trees=1)
    dice = s.dice("rubble")
    if s.after:
        cone(s.stand(700, 590))
        return
    heap(s.stand(370, 562), dice, 3.0, 1.1, ("#a89a8c", "#b86f54", "#c9bda9", "#8d8078", "#c47a5c"), 46)
    heap(s.stand(640, 592), dice, 2.4, 0.7, ("#b5a48e", "#c9bda9", "#b86f54", "#8d8078"), 30)
    for x, row, turn in ((530, 606, 14), (290, 592, -20)):
        board = s.stand(x, row, turn=turn)
        board.box(-0.7, 0, 0.7, 0.1, "#c69a66")
        board.box(-0.7, 0, 0.7, 0.03, "#8d6a45")
    for _ in range(22):
        lump(s.stand(dice.uniform(190, 790), dice.uniform(590, 640)), dice, dice.uniform(0.04, 0.09),
            dice.choice(("#b86f54", "#a89a8c", "#c9bda9")))
    sack = s.stand(770, 600)
    for k in range(3):
        bag(sack.at(k * 0.42 - 0.2, 0), dice, 0.6, "#e4ddcb")


@scene("things_piled", "06036 06005", "人行道乱堆杂物", "Things piled on the pavement")
def things_piled(s: Street) -> None:
    facing(s, trees=1)
    if s.after:
        return
    dice = s.dice("pile")
    foot = s.stand(490, 575)
    foot.oval(0.2, 0, 2.3, 0.2, "#2c2640", 0.3)
    for x, y, size in ((-1.7, 0, 0.8), (-0.95, 0, 0.75), (-0.2, 0, 0.8), (-1.5, 0.58, 0.7), (-0.75, 0.55, 0.72),
        (-1.1, 1.1, 0.6)):
        carton(foot.at(x, y, turn=dice.uniform(-3, 3)), dice, size, dice.random() < 0.3)
    for k in range(5):
        foot.line([(0.55 + k * 0.13, 0), (0.85 + k * 0.14, 1.9 - k * 0.1)], "#a5896a" if k % 2 else "#8d949c", 0.06)
    drum = foot.at(1.75, 0)
    drum.box(-0.32, 0.04, 0.32, 0.85, "#3f6f9a")
    drum.box(0.1, 0.04, 0.32, 0.85, dark("#3f6f9a"))
    for y in (0.3, 0.56):
        drum.box(-0.33, y, 0.33, y + 0.04, dark("#3f6f9a", 0.35))
    drum.oval(0, 0.85, 0.32, 0.07, pale("#3f6f9a"))
    foot.poly([(-2.0, 0), (-2.5, 0), (-2.4, 0.7), (-2.05, 0.66)], "#c4553f")
    litter(s.stand(480, 602), dice, 4, 0.2, 8)


@scene("dirty_road", "06012 06014", "路面油污泥浆", "Dirt and oil on the road", DAY)
def dirty_road(s: Street) -> None:
    along(s)
    row_of_trees(s)
    dice = s.dice("dirt")
    if s.after:
        s.pen.poly(blob(dice, 620, 560, 210, 46, 0.1), "#5f5d67", 0.5)
        return
    for x, row, w in ((640.0, 470.0, 90), (610.0, 545.0, 190), (700.0, 640.0, 260)):
        s.pen.poly(blob(dice, x, row, w, w * 0.22, 0.25, 12), "#5a4636", 0.92)
        s.pen.poly(blob(dice, x - w * 0.1, row - 4, w * 0.7, w * 0.13, 0.25, 10), "#745a42")
    for _ in range(46):
        x, row = dice.uniform(430, 860), dice.uniform(440, 690)
        s.stand(x, row).poly(blob(dice, 0, 0, 0.08, 0.03, 0.3, 6), dice.choice(("#5a4636", "#745a42")))
    for dx in (0, 70):
        s.pen.line([(560 + dx, 700), (600 + dx * 0.6, 520), (606 + dx * 0.3, 430)], "#4a3a30", 8, 0.6)


@scene("burning_litter", "06020", "露天焚烧垃圾", "Litter burning in the open")
def burning_litter(s: Street) -> None:
    facing(s, fronts="wall", trees=1)
    dice = s.dice("fire")
    foot = s.stand(500, 586)
    if s.after:
        foot.poly(blob(dice, 0, 0, 1.0, 0.14), "#5f5a58", 0.45)
        return
    foot.poly(blob(dice, 0, 0.02, 1.3, 0.2), "#3a3436")
    heap(foot, dice, 1.9, 0.4, ("#4a4344", "#3a3436", "#6b5a4d", "#8d6a45"), 22)
    for x, size in ((-0.5, 0.6), (0.45, 0.7), (0, 1.0)):
        flame(foot.at(x, 0.2), size)
    smoke(foot.at(0, 0.9), dice, 3.4, 1.9, "#5f5b64", 0.55)
    litter(s.stand(500, 610), dice, 3.4, 0.2, 7)


@scene("posted_bills", "07001 06004", "墙面小广告成片", "A wall covered with small adverts", DAY)
def posted_bills(s: Street) -> None:
    _wall(s)
    dice = s.dice("bills")
    if s.after:
        for _ in range(9):
            x, y = dice.uniform(150, 800), dice.uniform(150, 430)
            s.pen.box(x, y, x + 70, y + 90, "#ffffff", 0.1)
        return
    for _ in range(30):
        x, y = dice.uniform(110, 830), dice.uniform(90, 470)
        tone = dice.choice(("#fbf6ea", "#f6d84f", "#f2a7a0", "#a9d3e0", "#fbf6ea", "#e9604c"))
        bill = s.pen.at(x, y, 1, turn=dice.uniform(-9, 9), up=True)
        w, h = dice.uniform(50, 86), dice.uniform(66, 108)
        bill.box(-w / 2 + 4, -h / 2 - 4, w / 2 + 4, h / 2 - 4, "#2c2640", 0.25)
        bill.box(-w / 2, -h / 2, w / 2, h / 2, tone)
        ink = "#c4352b" if tone != "#e9604c" else "#fff6e4"
        letters(bill, dice, 0, h * 0.24, 17, 3, ink)
        for k in range(3):
            bill.line([(-w * 0.36, h * 0.02 - k * 10), (w * 0.3, h * 0.02 - k * 10)], "#55505c", 2.6)
        for k in range(8):
            bill.box(-w * 0.38 + k * w * 0.1, -h * 0.42, -w * 0.33 + k * w * 0.1, -h * 0.3, "#2c2640")
        if dice.random() < 0.4:
            bill.poly([(w / 2, h / 2), (w / 2 - 24, h / 2), (w / 2, h / 2 - 26)], dark(tone, 0.25))


@scene("graffiti", "06004", "外墙涂鸦", "Graffiti on a facade", DAY)
def graffiti(s: Street) -> None:
    _wall(s)
    if s.after:
        return
    dice = s.dice("spray")
    for k, tone in enumerate(("#d4402f", "#2f6f9a", "#3f8f5a", "#e0a13c")):
        x, y, low = 215 + k * 175, 290 + dice.uniform(-30, 30), 1 if k % 2 else -1
        line = smooth([(x - 95, y - 110), (x + 70, y - 120 * low), (x - 60, y + 10), (x + 85, y + 30 * low),
                       (x - 20, y + 130), (x - 90, y + 60)], steps=9)  # fmt: skip
        s.pen.line([*line, line[0]], dark(tone, 0.55), 36)
        s.pen.line([*line, line[0]], tone, 25)
        s.pen.line([(px - 4, py - 5) for px, py in line], pale(tone, 0.5), 5)
        for px, py in dice.sample(line, 4):
            s.pen.line([(px, py), (px, py + dice.uniform(40, 110))], tone, 5)
    for _ in range(60):
        s.pen.oval(dice.uniform(120, 830), dice.uniform(130, 470), 3, 3, "#d4402f", 0.6)


def _wall(s: Street) -> None:
    """A wall close by, of brick and plaster, its pavement below."""
    s.eye.horizon, s.eye.height = 260, 1.6
    dice, pen = s.dice("wall"), s.pen
    tone = dice.choice(("#e6d3b8", "#cfd6cf", "#e2c4ac", "#dcd2c4"))
    pen.box(0, 0, 960, 720, tone)
    brick = mix(tone, "#b06a4e", 0.65)
    for _ in range(3):
        x, y = dice.uniform(60, 860), dice.uniform(60, 420)
        for row in range(4):
            for k in range(dice.randrange(2, 5)):
                bx = x + k * 46 + (23 if row % 2 else 0)
                pen.box(bx, y + row * 21, bx + 42, y + row * 21 + 17, pale(brick, dice.random() * 0.3))
    for _ in range(60):
        x, y = dice.uniform(0, 960), dice.uniform(0, 520)
        pen.line([(x, y), (x + dice.uniform(10, 30), y)], dark(tone, 0.09), 2)
    pen.box(0, 0, 960, 36, dark(tone, 0.3))
    pen.box(0, 36, 960, 52, "#2c2640", 0.18)
    pen.box(0, 500, 960, 560, dark(tone, 0.3))
    pen.box(0, 560, 960, 720, "#cfc3b4")
    pen.box(0, 560, 960, 574, "#2c2640", 0.25)
    for k in range(-6, 14):
        pen.line([(480 + (k * 96 - 384) * 0.8, 560), (480 + (k * 96 - 384) * 1.25, 720)], "#b5a99a", 2)
    for y in (600, 655):
        pen.line([(0, y), (960, y)], "#b5a99a", 2)
    for x, drop in ((70, 470), (905, 520)):
        pen.box(x - 9, 52, x + 9, drop, "#b9b2a6")
        pen.box(x + 2, 52, x + 9, drop, "#938c82")
        for y in (120, 300, 440):
            pen.box(x - 13, y, x + 13, y + 12, "#8d867c")
    pen.poly([(0, 560), (0, 330), (330, 560)], "#2c2640", s.light.shadow * 0.7)
    for x in (60, 340, 352, 700, 890):
        tuft(s.pen.at(x, 566, 60, up=True), dice, 0.3)


@scene("stray_dog", "06047", "流浪狗在街上", "Stray dog in the street")
def stray_dog(s: Street) -> None:
    facing(s, trees=2)
    if s.after:
        person(s.stand(620, 560), "#c98a4a", "#4a5a6c")
        return
    dice = s.dice("dog")
    dog(s.stand(450, 606, size=1.6), dice.choice(("#b98a5a", "#8d6a52", "#d8c4a4")))
    bag(s.stand(660, 604), dice, 0.5, "#3b3a45")
    litter(s.stand(660, 616), dice, 1.8, 0.12, 7)
    shade(s, 660, 604, 0.4)
