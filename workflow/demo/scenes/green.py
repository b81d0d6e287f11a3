"""Trees and lawns."""

from __future__ import annotations

from workflow.demo.scenes.backdrops import along, facing, row_of_trees, shade
from workflow.demo.scenes.canvas import blob, dark, pale, smooth
from workflow.demo.scenes.greenery import GREENS, crown, flowers, hedge, leaf, tree, tuft
from workflow.demo.scenes.street import Street, scene
from workflow.demo.scenes.things import bag, litter


@scene("fallen_tree", "04002 06014", "大树倒伏挡路", "Tree fallen across the street")
def fallen_tree(s: Street) -> None:
    along(s)
    row_of_trees(s, 13)
    dice = s.dice("tree")
    green = dice.choice(GREENS)
    stump = s.place(-3.0, 7.0)
    if s.after:
        stump.oval(0, 0, 0.55, 0.15, "#6d5a4d")
        tree(s.place(-3.0, 7.0), dice, 3.4, green)
        return
    stump.poly(blob(dice, 0, 0, 0.9, 0.26, 0.25), "#6d5846")
    stump.poly([(-0.28, 0), (0.28, 0), (0.24, 0.5), (0.1, 0.72), (0.02, 0.5), (-0.12, 0.66), (-0.22, 0.42)], "#7d6350")
    stump.poly([(-0.22, 0.42), (-0.12, 0.66), (0.02, 0.5), (0.1, 0.72), (0.24, 0.5), (0.1, 0.36)], "#d8b184")
    log = s.stand(430, 545)
    log.oval(2.0, -0.1, 3.2, 0.22, "#2c2640", 0.35)
    log.poly([(-0.8, 0.02), (2.2, 0.15), (2.2, 0.5), (-0.8, 0.5)], "#7d6350")
    log.poly([(-0.8, 0.02), (2.2, 0.15), (2.2, 0.26), (-0.8, 0.2)], dark("#7d6350", 0.3))
    log.oval(-0.8, 0.26, 0.14, 0.24, "#d8b184")
    log.oval(-0.8, 0.26, 0.08, 0.14, "#b98f60")
    for dx, dy, w in ((1.4, 1.1, 0.1), (1.7, -0.3, 0.09), (2.4, 1.2, 0.1)):
        log.line([(dx - 0.5, 0.35), (dx + 0.3, dy)], "#7d6350", w)
    crown(log, dice, 2.7, 0.62, 1.75, 0.82, green)
    for _ in range(60):
        leaf(s.stand(dice.uniform(330, 930), dice.uniform(500, 670), squash=0.6), dice, dice.choice((green,
            pale(green), "#b5a14a")))


@scene("broken_branch", "04002 06018", "树枝折断垂下", "Branch broken and hanging")
def broken_branch(s: Street) -> None:
    facing(s, trees=0)
    dice = s.dice("branch")
    green = dice.choice(GREENS)
    shade(s, 330, 600, 2.0)
    tree(s.stand(330, 600), dice, 5.4, green)
    if s.after:
        return
    here = s.stand(330, 600)
    here.line([(0.1, 2.6), (0.75, 2.3), (1.6, 0.5)], "#7d6350", 0.14)
    here.poly([(0.02, 2.72), (0.3, 2.62), (0.2, 2.45), (0.0, 2.5)], "#d8b184")
    crown(here, dice, 1.95, 0.75, 1.15, 0.68, green)
    here.line([(1.2, 1.2), (2.2, 0.7)], "#7d6350", 0.08)
    for _ in range(50):
        leaf(s.stand(dice.uniform(430, 850), dice.uniform(585, 660), squash=0.6), dice, dice.choice((green,
            pale(green), "#b5a14a")))


def _lawn(s: Street) -> None:
    """A lawn before a row of houses, with a path at the front."""
    facing(s, fronts="wall", trees=0, blind=False, road=False)
    dice = s.dice("lawn")
    s.pen.poly([(0, 468), (960, 468), (960, 660), (0, 660)], "#86ab5a")
    for _ in range(40):
        a, b = dice.uniform(0, 960), dice.uniform(480, 640)
        s.pen.poly(blob(dice, a, b, dice.uniform(30, 80), 7, 0.2), dice.choice(("#7fa253", "#93b767")))
    hedge(s.stand(-20, 480), dice, 12, 0.8)
    s.pen.poly([(0, 652), (960, 652), (960, 668), (0, 668)], "#e9e1d3")
    s.pen.poly([(0, 664), (960, 664), (960, 672), (0, 672)], "#a89f94")
    for x in (90, 860):
        shade(s, x, 560, 1.8)
        tree(s.stand(x, 560), dice, 5.2, pit=False)
    for _ in range(60):
        tuft(s.stand(dice.uniform(0, 960), dice.uniform(500, 650)), dice, 0.13, "#6b9a4e")


@scene("trampled_lawn", "04013 06045 04011", "绿地踩踏黄土裸露", "Lawn trampled bare")
def trampled_lawn(s: Street) -> None:
    _lawn(s)
    dice = s.dice("bare")
    if s.after:
        for left in (300, 520):
            flowers(s.stand(left, 632), dice, 1.2, dice.choice(("#d9594c", "#e8b23f", "#b07ac0")))
        return
    s.pen.poly(smooth([(220, 655), (300, 600), (430, 560), (520, 500), (560, 484), (620, 486), (600, 530),
        (640, 580), (760, 655)]), "#a98658")
    s.pen.poly(smooth([(300, 655), (370, 604), (470, 566), (560, 504), (585, 504), (560, 560), (590, 610),
        (650, 655)]), "#c09c6c")
    for _ in range(26):
        x, y = dice.uniform(260, 720), dice.uniform(540, 648)
        s.stand(x, y).oval(0, 0, 0.11, 0.03, "#8d6d48")
    for x, y in ((240, 570), (700, 540), (760, 600), (330, 540)):
        s.pen.poly(blob(dice, x, y, 62, 15, 0.25), "#b39a5c")
        for _ in range(5):
            tuft(s.stand(x + dice.uniform(-50, 50), y), dice, 0.16, "#b5954a")


@scene("dead_hedge", "04013 06021 06022", "绿化带枯死", "Hedge withered")
def dead_hedge(s: Street) -> None:
    facing(s, trees=1)
    dice = s.dice("hedge")
    s.pen.poly([(60, 606), (900, 606), (912, 640), (48, 640)], "#8a7058")
    s.pen.poly([(48, 640), (912, 640), (912, 656), (48, 656)], "#d8cdbd")
    tones = ["#5f9150"] * 6
    if not s.after:
        tones = ["#5f9150", "#a58a4e", "#9a7a48", "#8a6f4a", "#a58a4e", "#6f9150"]
    for k, tone in enumerate(tones):
        bare = not s.after and k in (2, 3)
        here = s.stand(70 + k * 138, 632)
        if bare:
            for _ in range(13):
                x = dice.uniform(0.05, 0.85)
                here.line([(x, 0), (x + dice.uniform(-0.12, 0.12), 0.35), (x + dice.uniform(-0.25, 0.25),
                    dice.uniform(0.5, 0.8))], "#7d6350", 0.025)
        else:
            hedge(here, dice, 0.86, 0.75, tone)
    if s.after:
        flowers(s.stand(80, 640), dice, 5, "#e8b23f")
    else:
        for _ in range(60):
            leaf(s.stand(dice.uniform(60, 900), dice.uniform(620, 690), squash=0.6),
                dice, dice.choice(("#a58a4e", "#8a6f4a", "#c4a05a")))


@scene("rubbish_in_green", "06017 06019", "绿化带里垃圾", "Rubbish in the greenery")
def rubbish_in_green(s: Street) -> None:
    _lawn(s)
    dice = s.dice("litter")
    if s.after:
        return
    for _ in range(9):
        bag(s.stand(dice.uniform(270, 700), dice.uniform(545, 625), turn=dice.uniform(-12, 12)),
            dice, dice.uniform(0.42, 0.62))
    litter(s.stand(480, 630), dice, 5.4, 0.5, 34)
