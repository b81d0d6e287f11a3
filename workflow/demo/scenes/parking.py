"""Bicycles, e-bikes, cars and lorries where they should not be."""

from __future__ import annotations

from workflow.demo.scenes.backdrops import TACTILE, along, facing, row_of_trees
from workflow.demo.scenes.canvas import Pen, dark, ring
from workflow.demo.scenes.greenery import leaf, tuft
from workflow.demo.scenes.people import person
from workflow.demo.scenes.street import Street, scene
from workflow.demo.scenes.things import bollard, cone, sign
from workflow.demo.scenes.vehicles import PAINTS, SHARED, bicycle, car, car_behind, ebike

BOXES = ("#f0bd2f", "#3f87c9", "#f0bd2f", None)


def _stand_lines(s: Street, x0: float, x1: float, top: float, low: float) -> None:
    """The white box of a parking place for bicycles."""
    for a, b in (((x0, top), (x1, top)), ((x0 - 24, low), (x1 + 24, low)), ((x0, top), (x0 - 24, low)), ((x1, top),
        (x1 + 24, low))):
        s.pen.line([a, b], "#f8f2e4", 4)


@scene("shared_bikes_heaped", "09011 09010", "共享单车堆积", "Shared bikes heaped up")
def shared_bikes_heaped(s: Street) -> None:
    facing(s, trees=2)
    dice = s.dice("bikes")
    if s.after:
        _stand_lines(s, 210, 760, 500, 596)
        for k in range(5):
            bicycle(s.stand(270 + k * 100, 575, flip=True, size=0.96), SHARED[k % 3])
        return
    for x, row, turn in ((290, 520, 8), (470, 515, -10), (650, 524, 6)):
        bicycle(s.stand(x, row, turn=turn, flip=dice.random() < 0.5), dice.choice(SHARED))
    for x, row, turn, y in ((340, 560, 28, 0.1), (600, 560, 40, 0.15), (470, 548, -14, 0.5)):
        bicycle(s.stand(x, row).at(0, y, turn=turn, flip=dice.random() < 0.5), dice.choice(SHARED), False)
    for x, row, turn in ((270, 606, 6), (650, 610, -8)):
        bicycle(s.stand(x, row, squash=0.45, turn=turn, flip=dice.random() < 0.5), dice.choice(SHARED))


@scene("bikes_on_tactile", "09019 09010", "非机动车占用盲道", "Bikes parked on tactile paving")
def bikes_on_tactile(s: Street) -> None:
    facing(s, trees=1, blind=False)
    dice = s.dice("bikes")
    s.pen.poly([(0, 556), (960, 556), (960, 592), (0, 592)], TACTILE)
    for y in (567, 581):
        s.pen.line([(0, y), (960, y)], "#f2d58a", 3)
    for k in range(-6, 20):
        s.pen.line([(480 + (k * 68 - 480) * 0.96, 556), (480 + (k * 68 - 480) * 1.1, 592)], dark(TACTILE, 0.25), 2)
    if s.after:
        walker = s.stand(420, 580)
        person(walker, "#8a6a9a", "#4a4652", reach=0.3)
        walker.line([(0.36, 0.92), (0.85, 0.02)], "#f8f4ea", 0.035)
        walker.line([(0.8, 0.1), (0.85, 0.02)], "#c4352b", 0.04)
        return
    for k, x in enumerate((200, 400, 590, 780)):
        if k % 2:
            ebike(s.stand(x, 582 + dice.randrange(12), flip=dice.random() < 0.5), dice.choice(PAINTS),
                dice.choice(BOXES))
        else:
            bicycle(s.stand(x, 582 + dice.randrange(12), turn=dice.uniform(-5, 5), flip=dice.random() < 0.5),
                dice.choice(SHARED))


@scene("ebikes_on_pavement", "09010 02025", "电动自行车乱停堵住人行道", "E-bikes blocking the pavement")
def ebikes_on_pavement(s: Street) -> None:
    facing(s, trees=1)
    dice = s.dice("bikes")
    spots = [(200, 520, 3), (330, 545, -5), (470, 515, 2), (590, 560, -4), (720, 530, 5), (270, 604, -3),
        (450, 612, 4), (660, 618, -2)]
    if s.after:
        _stand_lines(s, 160, 800, 492, 560)
        spots = [(220 + k * 128, 545, 0) for k in range(5)]
    for x, row, turn in spots:
        look = (dice.choice(PAINTS), dice.choice(BOXES))
        ebike(s.stand(x, row, turn=turn, flip=not s.after and dice.random() < 0.5), *look)


@scene("car_on_pavement", "09009 09019 09016", "机动车停在人行道上", "Car parked on the pavement")
def car_on_pavement(s: Street) -> None:
    facing(s, trees=1)
    dice = s.dice("car")
    color = dice.choice(PAINTS)
    if s.after:
        for x in (270, 480, 690):
            bollard(s.stand(x, 606))
        return
    car(s.stand(490, 588, flip=dice.random() < 0.5), color)
    walker = s.stand(865, 668)
    person(walker, "#c98a4a", "#4a5a6c", stride=0.18)


@scene("lorry_in_bike_lane", "09009 02025", "货车占用非机动车道", "Lorry stopped in the bike lane")
def lorry_in_bike_lane(s: Street) -> None:
    along(s)
    dice = s.dice("lorry")
    row_of_trees(s, 9)
    _lane_mark(s, 4.6)
    if s.after:
        _rider(s.place(-1.2, 7.0), dice.choice(("#f0bd2f", "#3f87c9")))
        return
    _lane_mark(s, 11)
    car_behind(s.place(-1.1, 7.4), dice.choice(("#e9e4da", "#d8c4a4", "#b9c9cf", "#c9d3d0")), van=True)
    _rider(s.place(1.15, 6.2), dice.choice(("#f0bd2f", "#3f87c9")))


def _lane_mark(s: Street, z: float) -> None:
    """A bicycle's outline painted on the lane."""
    white = "#efe6d4"
    for x in (-1.75, -0.95):
        s.pen.line(s.ground(*ring(x, z, 0.24, 0.42)), white, 4)
    s.pen.line(s.ground((-1.75, z), (-1.5, z + 1), (-1.1, z + 1), (-0.95, z)), white, 4)
    s.pen.line(s.ground((-1.35, z), (-1.1, z + 1)), white, 4)


def _rider(pen: Pen, color: str) -> None:
    """A delivery rider seen from behind."""
    pen.oval(0.1, 0, 0.5, 0.09, "#2c2640", 0.35)
    pen.rounded(-0.07, 0, 0.07, 0.55, 0.06, "#2b2931")
    pen.rounded(-0.2, 0.35, 0.2, 0.75, 0.1, "#55575e")
    pen.box(-0.12, 0.5, 0.12, 0.58, "#d8412f")
    for side in (-1, 1):
        pen.line([(side * 0.12, 0.8), (side * 0.3, 0.62), (side * 0.2, 0.25)], "#3f4a5c", 0.13)
        pen.line([(side * 0.22, 1.35), (side * 0.42, 1.12), (side * 0.36, 0.98)], color, 0.12)
    pen.rounded(-0.24, 0.9, 0.24, 1.46, 0.1, color)
    pen.rounded(-0.3, 0.68, 0.3, 1.22, 0.05, dark(color, 0.12))
    pen.box(-0.3, 1.1, 0.3, 1.14, dark(color, 0.35))
    pen.rounded(-0.12, 0.84, 0.12, 0.98, 0.03, "#fff6e4")
    pen.oval(0, 1.62, 0.17, 0.18, color)
    pen.box(-0.16, 1.56, 0.16, 1.6, dark(color, 0.3))


@scene("private_lock", "06040 09016", "私设锥桶地锁占车位", "Parking place kept with cones and a lock")
def private_lock(s: Street) -> None:
    facing(s, fronts="wall", trees=1, blind=False)
    for x in (170.0, 420.0, 670.0, 920.0):
        s.pen.line([(480 + (x - 480) * 0.9, 520), (480 + (x - 480) * 1.18, 618)], "#f8f2e4", 5)
    car(s.stand(125, 575), s.dice("car").choice(PAINTS))
    if s.after:
        car(s.stand(760, 585, flip=True), s.dice("other").choice(PAINTS))
        return
    for x in (405.0, 700.0):
        cone(s.stand(x, 596))
    lock = s.stand(545, 590)
    lock.oval(0.08, 0, 0.65, 0.1, "#2c2640", 0.3)
    lock.box(-0.55, 0, 0.55, 0.08, "#8e2f24")
    lock.line([(-0.42, 0.06), (-0.26, 0.62), (0.26, 0.62), (0.42, 0.06)], "#d4502f", 0.09)
    lock.line([(-0.3, 0.46), (-0.26, 0.62), (0.26, 0.62), (0.3, 0.46)], "#f2bd3a", 0.07)
    chair = s.stand(620, 540)
    chair.box(-0.25, 0.42, 0.25, 0.48, "#3f6f9a")
    for x in (-0.23, 0.23):
        chair.line([(x, 0), (x, 0.42)], "#2f5577", 0.05)
    chair.rounded(-0.25, 0.5, 0.25, 0.95, 0.06, "#3f6f9a")


@scene("abandoned_car", "06034 09009", "路边僵尸车", "Abandoned car")
def abandoned_car(s: Street) -> None:
    facing(s, fronts="wall", trees=2)
    if s.after:
        sign(s.stand(790, 606), "no_parking", 2.3)
        return
    dice = s.dice("car")
    here = s.stand(470, 660)
    car(here, "#9a8f84")
    for _ in range(26):
        here.oval(dice.uniform(-2, 2), dice.uniform(0.4, 1.0), dice.uniform(0.04, 0.14), dice.uniform(0.02, 0.06),
            dice.choice(("#8a5a3c", "#a5704a", "#7d7468")))
    here.poly([(-1.2, 1.02), (-0.9, 1.3), (-0.4, 1.36), (-0.4, 1.02)], "#b5aa98", 0.85)
    here.poly([(-0.1, 1.02), (-0.1, 1.36), (0.35, 1.3), (0.75, 1.02)], "#b5aa98", 0.85)
    for x in (-1.32, 1.34):
        here.box(x - 0.42, -0.02, x + 0.42, 0.08, "#2b2931")
    here.rounded(0.0, 1.1, 0.26, 1.3, 0.01, "#fbf6ea")
    for x in (-1.9, -0.9, 0.2, 1.9):
        tuft(here.at(x, 0), dice, 0.3)
    for _ in range(16):
        leaf(here.at(dice.uniform(-1.4, 1.2), 1.02 + dice.uniform(0, 0.4)), dice, "#b5682c")
