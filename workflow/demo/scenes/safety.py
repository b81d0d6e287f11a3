"""Fire: e-bikes indoors, wires, exits, lanes."""

from __future__ import annotations

from workflow.demo.scenes.backdrops import along, facing
from workflow.demo.scenes.buildings import window
from workflow.demo.scenes.canvas import dark, smooth
from workflow.demo.scenes.mark import GLYPHS
from workflow.demo.scenes.rooms import corridor, extinguisher
from workflow.demo.scenes.street import Street, scene
from workflow.demo.scenes.things import bag, carton, sign
from workflow.demo.scenes.vehicles import PAINTS, car_behind, ebike


@scene("ebike_upstairs", "L0001 09012", "电动自行车停放楼道", "E-bike kept in the corridor")
def ebike_upstairs(s: Street) -> None:
    corridor(s)
    dice = s.dice("bike")
    extinguisher(s, 1.5, 3.3)
    if s.after:
        return
    here = s.place(-0.2, 3.5, flip=True)
    ebike(here, dice.choice(PAINTS), dice.choice(("#f0bd2f", "#3f87c9", None)))
    a = s.eye.see(-0.2, 0.45, 3.5)
    b = s.eye.see(-1.75, 0.9, 3.3)
    s.pen.line(smooth([a, (a[0] - 60, a[1] + 100), (b[0] + 110, b[1] + 190), b], closed=False, steps=10), "#26242d", 5)
    s.pen.rounded(b[0] - 12, b[1] - 20, b[0] + 20, b[1] + 20, 5, "#f4efe4")
    s.pen.oval(b[0] + 4, b[1] - 4, 4, 4, "#ef4b3a", lit=True)
    s.pen.rounded(a[0] - 150, a[1] + 82, a[0] - 92, a[1] + 108, 6, "#26242d")
    s.pen.oval(a[0] - 104, a[1] + 92, 4, 4, "#48c07a", lit=True)
    second = s.place(1.0, 5.6)
    ebike(second, dice.choice(PAINTS))


@scene("battery_at_home", "L0001", "电池带上楼在走道充电", "Batteries charged in the corridor")
def battery_at_home(s: Street) -> None:
    corridor(s)
    extinguisher(s, -1.5, 3.4)
    if s.after:
        return
    dice = s.dice("battery")
    strip = s.place(0.35, 3.2)
    strip.rounded(-0.5, 0.0, 0.5, 0.08, 0.03, "#f4efe4")
    for k in range(4):
        strip.oval(-0.35 + k * 0.22, 0.05, 0.03, 0.015, "#26242d")
    for x, z in ((-0.45, 3.9), (0.2, 4.0), (0.85, 3.85)):
        box = s.place(x, z)
        tone = dice.choice(("#3f6f9a", "#4a4b54", "#c4553f"))
        box.oval(0.05, 0, 0.26, 0.04, "#2c2640", 0.3)
        box.rounded(-0.2, 0, 0.2, 0.42, 0.04, tone)
        box.box(0.1, 0.03, 0.2, 0.39, dark(tone))
        box.line([(-0.1, 0.42), (-0.1, 0.52), (0.1, 0.52), (0.1, 0.42)], "#26242d", 0.035)
        box.poly([(0.02, 0.32), (-0.08, 0.18), (0.0, 0.18), (-0.03, 0.08), (0.08, 0.23), (0.0, 0.23)], "#f2bd3a")
        a = s.eye.see(x - 0.15, 0.1, z)
        b = s.eye.see(x * 0.5 + 0.25, 0.06, 3.2)
        s.pen.line(smooth([a, (a[0] - 18, a[1] + 34), b], closed=False, steps=8), "#26242d", 4)
    a, b = s.eye.see(0.85, 0.04, 3.2), s.eye.see(1.75, 0.6, 3.4)
    s.pen.line(smooth([a, (a[0] + 90, a[1] + 6), b], closed=False, steps=8), "#26242d", 5)
    x, y = s.eye.see(0.2, 0.62, 4.0)
    s.pen.glow(x, y, 110, 70, "#ff9b3d", 0.35)
    for k in range(3):
        s.pen.line(smooth([(x - 50 + k * 60, y), (x - 38 + k * 60, y - 34), (x - 56 + k * 60, y - 66),
            (x - 42 + k * 60, y - 98)], closed=False), "#8d8a92", 5, 0.5)


@scene("flying_wire", "L0001 06008 01054", "窗口拉飞线给电动车充电", "E-bike charged by a wire from a window")
def flying_wire(s: Street) -> None:
    facing(s, fronts="wall", trees=0, blind=False)
    dice = s.dice("wire")
    wall = s.place(-5.5, 18.0)
    wall.box(0, 0, 11, 7, "#e6d3b8")
    wall.box(0, 0, 11, 0.7, dark("#e6d3b8"))
    wall.box(0, 3.4, 11, 3.52, dark("#e6d3b8"))
    panes = s.dice("panes")
    for y in (1.2, 4.2):
        for k in range(4):
            window(wall, panes, 0.7 + k * 2.7, y, 1.4, 1.5)
    wall.box(10.2, 0, 11, 7, dark("#e6d3b8", 0.14))
    bikes = ((330, 566), (520, 574), (720, 568))
    if s.after:
        rack = s.stand(480, 520)
        rack.box(-2.6, 1.9, 2.6, 2.05, "#2f6f73")
        for x in (-2.4, 0, 2.4):
            rack.box(x - 0.05, 0, x + 0.05, 1.9, "#5a6470")
        for x in (-1.7, -0.3, 1.1):
            rack.rounded(x, 0.7, x + 0.4, 1.3, 0.05, "#f4efe4")
            rack.oval(x + 0.2, 1.1, 0.06, 0.06, "#48c07a", lit=True)
    for x, row in bikes:
        ebike(s.stand(x, row), dice.choice(PAINTS), dice.choice(("#f0bd2f", "#3f87c9", None)))
    if s.after:
        return
    for k, (x, row) in enumerate(bikes):
        x0, y0 = s.eye.see(-5.5 + 1.4 + (k + 1) * 2.7 - 2.4, 4.4 if k != 1 else 1.4, 18.0)
        s.pen.line(smooth([(x0, y0), (x0 + 14, y0 + 130), (x - 90, row - 150), (x - 20, row - 50)], closed=False,
            steps=10), "#c4352b" if k == 1 else "#26242d", 4.5)
        s.pen.rounded(x - 92, row - 34, x - 48, row - 18, 4, "#f4efe4")


@scene("blocked_exit", "09012 01013 06036", "疏散通道被杂物堵塞", "Fire exit blocked with goods")
def blocked_exit(s: Street) -> None:
    corridor(s, deep=6.6, exit_=True)
    extinguisher(s, 1.5, 3.4)
    if s.after:
        return
    dice = s.dice("goods")
    for x, y, z, size in ((-0.9, 0, 5.6, 0.8), (-0.1, 0, 5.7, 0.75), (0.75, 0, 5.6, 0.85), (-0.6, 0.57, 5.6, 0.75),
        (0.3, 0.56, 5.6, 0.8),
                          (-0.2, 1.1, 5.6, 0.6), (-1.15, 0, 4.4, 0.7), (-1.1, 0.5, 4.4, 0.62),
                              (0.95, 0, 4.3, 0.65)):  # fmt: skip
        carton(s.place(x, z).at(0, y, turn=dice.uniform(-3, 3)), dice, size, dice.random() < 0.2)
    bag(s.place(0.2, 4.2), dice, 0.6)
    bag(s.place(-0.4, 4.0), dice, 0.5)
    mop = s.place(1.2, 3.9)
    mop.line([(0, 0.1), (0.3, 1.7)], "#c69a66", 0.04)
    mop.poly([(-0.14, 0), (0.12, 0), (0.05, 0.22), (-0.04, 0.22)], "#dfe6e4")


@scene("blocked_fire_lane", "09012 09009", "车辆占用消防车通道", "Cars in the fire lane")
def blocked_fire_lane(s: Street) -> None:
    along(s, lanes=False)
    dice = s.dice("cars")
    yellow = "#f2bd3a"
    for x in (-2.0, 2.4):
        s.pen.poly(s.ground((x, 40), (x + 0.14, 40), (x + 0.14, 2.8), (x, 2.8)), yellow)
    for k in range(16):
        z = 3.0 + k * 1.6
        s.pen.poly(s.ground((-2.0, z), (-1.1, z + 0.8), (-1.1, z + 0.95), (-2.0, z + 0.15)), yellow, 0.8)
        s.pen.poly(s.ground((2.4, z), (1.5, z + 0.8), (1.5, z + 0.95), (2.4, z + 0.15)), yellow, 0.8)
    for k, character in enumerate("消防通道"):
        z, tall = ((10.2, 0.27), (7.2, 0.17), (5.5, 0.1), (4.4, 0.075))[k]
        wide = -0.11 if s.mirrored else 0.11
        for stroke in GLYPHS[character]:
            pts = [s.eye.see(0.2 + (u - 5) * wide, 0, z - (v - 5) * tall) for u, v in stroke]
            s.pen.line(pts, yellow, 300 / z * 0.11)
    sign(s.place(-2.8, 8.0), "no_parking")
    if s.after:
        return
    for x, z in ((0.6, 12.5), (-0.7, 8.6), (1.35, 6.3)):
        car_behind(s.place(x, z), dice.choice(PAINTS))
